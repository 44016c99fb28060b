"""Every test that the page names as the holder of a promise exists."""

import re

import pytest

from tests.house.source import ROOT

PAGE = (ROOT / "docs/explanation/resilience-semantics.md").read_text("utf-8")


@pytest.mark.req("RES-5", "DOC-1")
def test_every_test_that_the_page_names_exists():
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    known = set(re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 30
    assert named - known == set()
