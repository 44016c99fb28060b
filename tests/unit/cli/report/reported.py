"""Findings to render."""

from surefoot.finding import Finding, Role, Severity, Span

LINES = {"rules.yml": ("groups:", "\texpr: x > 14.4 * 0.1", "a" * 200 + "b" * 200)}
PLACE = Span("rules.yml", 2, 12, 2, 16)
ERROR = Finding("L02", Severity.ERROR, PLACE, "θ = 1.44", "it is dead", "write `6`", Role.PLATFORM, "", "shop/api")
QUESTION = Finding("I01", Severity.QUESTION, None, "who owns it", "nobody is paged", "add `owner`", default="nobody")
INFO = Finding("L14", Severity.INFO, Span("gone.yml", 9, 1, 9, 2), "alone", "stays", "pair it")
