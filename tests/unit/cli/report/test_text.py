from pathlib import Path

import pytest

from surefoot.cli.report import text
from surefoot.finding import Finding, Severity, Span
from tests.unit.cli.report.reported import ERROR, INFO, LINES, QUESTION


@pytest.mark.req("INT-4")
def test_text_shows_rule_severity_place_line_reason_cure_and_role():
    assert text.render([ERROR], LINES) == (
        "error L02 rules.yml:2:12: θ = 1.44\n"
        "    2 |     expr: x > 14.4 * 0.1\n"
        "      |               ^^^^\n"
        "    why:  it is dead\n"
        "    mend: write `6`\n"
        "    ask:  platform team\n"
        "\n"
        "BLOCK: 1 error\n"
    )


def test_text_tells_the_default_of_a_question_and_needs_no_place():
    assert text.render([QUESTION], {}) == (
        "question I01 who owns it\n"
        "    why:  nobody is paged\n"
        "    mend: add `owner`\n"
        "    until: nobody\n"
        "    ask:  service owner\n"
        "\n"
        "CLARIFY: 1 question\n"
    )


@pytest.mark.req("INT-3")
def test_last_line_of_text_has_the_decision_and_the_counts():
    assert text.render([], {}) == "ACCEPT: nothing to mend\n"
    assert text.render([INFO, INFO], {}, ignored=3).splitlines()[-1] == "ACCEPT: 2 info, 3 ignored"
    assert text.render([ERROR, ERROR, QUESTION], LINES).splitlines()[-1] == "BLOCK: 2 errors, 1 question"


def test_text_of_a_file_that_is_not_at_hand_has_no_excerpt():
    assert "|" not in text.render([INFO], LINES)


def test_colours_appear_only_on_demand():
    assert "\x1b[31m" in text.render([ERROR], LINES, style=True)
    assert "\x1b" not in text.render([ERROR], LINES)


def test_long_line_is_cut_around_the_place():
    finding = Finding("L01", Severity.ERROR, Span("rules.yml", 3, 201, 3, 203), "m", "w", "c")
    excerpt, marks = text.render([finding], LINES).splitlines()[1:3]
    assert len(excerpt) < 140
    assert excerpt[marks.index("^")] == "b"
    assert excerpt[marks.index("^") - 1] == "a"
    assert marks.count("^") == 2


def test_mark_over_several_lines_ends_with_the_first():
    finding = Finding("L01", Severity.ERROR, Span("rules.yml", 1, 1, 3, 2), "m", "w", "c")
    assert "^^^^^^^\n" in text.render([finding], LINES)


def test_forms_are_pure_functions_of_findings_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert text.render([ERROR], LINES) == text.render([ERROR], LINES)
