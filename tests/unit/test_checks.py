"""The rules as a whole: each id that the reader uses is documented, and means what its page says."""

import ast

from surefoot.checks import all_checks
from surefoot.finding import Severity
from tests.house.source import SOURCE

FAMILIES = "SICL"


def test_every_id_that_the_reader_reports_has_a_page():
    used = {
        node.value
        for path in [*(SOURCE / "spec").rglob("*.py"), SOURCE / "workspace.py"]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_id(node.value)
    }
    assert used
    assert used <= all_checks().keys()


def test_rules_of_reading_examine_nothing_themselves():
    for check in all_checks().values():
        if check.id.startswith("S"):
            assert check.system is None
            assert check.rules is None


def test_module_is_named_after_its_rule():
    for path in (SOURCE / "checks").glob("[a-z]*.py"):
        assert path.stem[:3].upper() in all_checks()


def test_intake_asks_and_contradictions_stop():
    """What may pass on a default is a question; what contradicts itself blocks, or is a likely mistake."""
    for check in all_checks().values():
        if check.id.startswith("I"):
            assert check.severity in {Severity.QUESTION, Severity.ERROR}


def _is_id(text: str) -> bool:
    return len(text) == 3 and text[0] in FAMILIES and text[1:].isdigit()
