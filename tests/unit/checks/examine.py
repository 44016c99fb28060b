"""What the tests of single checks have in common: a workspace from text, the findings of one rule."""

from datetime import date
from pathlib import Path

from surefoot import api
from surefoot.finding import Finding

TODAY = date(2026, 11, 1)


def of(rule: str, text: str, folder: Path) -> list[Finding]:
    """Examine a workspace in one file; nothing in it may be unreadable."""
    (folder / "surefoot.yaml").write_text(text, encoding="utf-8")
    found = api.check([folder], today=TODAY).findings
    assert not [finding for finding in found if finding.rule.startswith("S")], found
    return [finding for finding in found if finding.rule == rule]
