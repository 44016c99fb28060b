"""Accounts in use: logging in, and changing who may do what; each in one unit of work with its record."""
