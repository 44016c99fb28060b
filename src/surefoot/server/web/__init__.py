"""The pages: server-made HTML, no script needed, every action a plain form."""
