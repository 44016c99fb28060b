"""The server: HTTP in, units of work out. Modules here need the extra ``server``."""
