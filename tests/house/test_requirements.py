"""Promises and the tests that prove them."""

from tests.house.requirements import TABLE, announced, chapters, marked, proofs, render
from tests.house.source import ROOT, name


def test_every_mark_names_a_known_requirement():
    known = {requirement for rows in chapters().values() for requirement in rows}
    unknown = {
        requirement: [name(path) for path in paths]
        for requirement, paths in proofs().items()
        if requirement not in known
    }
    assert not unknown, f"not in docs/reference/requirements.toml: {unknown}"


def test_the_requirements_table_is_current():
    assert TABLE.read_text("utf-8") == render(chapters(), proofs()), "run `make docs` and commit requirements.md"


def test_marks_are_found_on_functions_classes_and_parameters():
    source = """
pytestmark = [pytest.mark.req("SLO-1")]
@pytest.mark.req("SLO-2", "SLO-3")
class TestIt: ...
CASES = [pytest.param(1, marks=pytest.mark.req("SLO-4"))]
"""
    assert sorted(marked(source)) == ["SLO-1", "SLO-2", "SLO-3", "SLO-4"]


def test_a_transcript_announces_its_requirements_in_the_header():
    assert announced("# A title.\n# req: INT-4, INT-6\n--- run surefoot\n") == ["INT-4", "INT-6"]
    assert announced("# A title.\n") == []


def test_a_row_without_a_test_is_visible():
    table = render({"Chapter": {"A-1": "one", "A-2": "two"}}, {"A-1": [ROOT / "tests" / "unit" / "test_a.py"]})
    assert "| A-1 | one | [unit/test_a.py](../../tests/unit/test_a.py) |" in table
    assert "| A-2 | two | `untested` |" in table
