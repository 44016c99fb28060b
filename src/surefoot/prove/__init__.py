"""Proving promises: running what was built, and comparing with what was promised."""
