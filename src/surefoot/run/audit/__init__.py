"""The audit log at work: what may enter it, in which order it stands, and what is done with it later."""
