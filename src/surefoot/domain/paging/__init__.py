"""Whom to page, when and how: escalation, the ways to people, and how long it takes at worst."""
