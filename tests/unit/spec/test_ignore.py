"""Comments that answer findings."""

from datetime import date

import pytest

from surefoot.finding import Finding, Severity, Span
from surefoot.spec import ignore

TODAY = date(2026, 11, 1)


def finding(line: int, rule: str = "L06", file: str = "a.yaml") -> Finding:
    return Finding(rule, Severity.WARNING, Span(file, line, 1, line, 2), "m", "w", "c")


def left(text: str, *findings: Finding) -> tuple[list[str], int]:
    kept, ignored = ignore.apply(findings, {"a.yaml": text.split("\n")}, TODAY)
    return [f"{found.rule} {found.span.line if found.span else '-'}" for found in kept], ignored


def test_a_comment_behind_something_counts_for_its_line():
    text = "a: 1\nb: 2  # surefoot: ignore L06 -- known\nc: 3"
    assert left(text, finding(1), finding(2), finding(3)) == (["L06 1", "L06 3"], 1)


def test_a_comment_alone_counts_for_the_next_line_that_is_none():
    text = "# surefoot: ignore L06 -- known\n# more words\n\na: 1\nb: 2"
    assert left(text, finding(4), finding(5)) == (["L06 5"], 1)


def test_only_the_rules_that_are_named_are_ignored():
    text = "a: 1  # surefoot: ignore L06, L07 -- known"
    assert left(text, finding(1), finding(1, "L07"), finding(1, "L08")) == (["L08 1"], 2)


def test_another_file_is_not_meant():
    text = "a: 1  # surefoot: ignore L06 -- known"
    assert left(text, finding(1, file="b.yaml")) == (["L06 1"], 0)


def test_a_finding_without_a_place_stays():
    whole = Finding("L06", Severity.ERROR, None, "m", "w", "c")
    assert left("# surefoot: ignore L06 -- known\na: 1", whole) == (["L06 -"], 0)


@pytest.mark.parametrize(("until", "answered"), [("2026-11-01", 1), ("2026-10-31", 0), ("2027-01-31", 1)])
def test_a_snoozed_finding_comes_back_after_its_date(until: str, answered: int):
    text = f"a: 1  # surefoot: ignore L06 until {until} -- runbook is being written"
    assert left(text, finding(1))[1] == answered


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore L06", "a finding is ignored without a reason"),
        ("ignore L06 --", "a comment for Surefoot cannot be read"),
        ("ignore l06 -- known", "a comment for Surefoot cannot be read"),
        ("ignor L06 -- known", "a comment for Surefoot cannot be read"),
        ("ignore L06 until 2026-02-30 -- known", "`2026-02-30` is no date"),
        ("ignore L06, S05 -- known", "`S05` cannot be ignored: it is about what cannot be read"),
    ],
)
def test_a_comment_that_cannot_be_followed_is_an_error_at_its_place(comment: str, message: str):
    line = f"a: 1  # surefoot: {comment}"
    kept, ignored = ignore.apply([finding(1)], {"a.yaml": [line]}, TODAY)
    assert ignored == 0
    problem = kept[-1]
    assert (problem.rule, problem.severity, problem.message) == ("S11", Severity.ERROR, message)
    assert problem.span == Span("a.yaml", 1, 19, 1, len(line) + 1)


def test_a_mention_inside_a_text_is_no_comment():
    assert left('a: "http://x/#surefoot: ignore L06"', finding(1)) == (["L06 1"], 0)
