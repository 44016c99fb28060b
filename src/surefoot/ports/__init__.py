"""Ports: what the core asks of the outside, one small protocol each."""
