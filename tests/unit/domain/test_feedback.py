"""One document for each role that has something to answer (INT-5)."""

import pytest

from surefoot.domain.feedback import feedback
from surefoot.finding import Finding, Role, Severity, Span


def finding(
    rule: str, severity: Severity, ask: Role, *, subject: str = "", line: int = 1, default: str = ""
) -> Finding:
    span = Span("surefoot.yaml", line, 3, line, 9)
    return Finding(rule, severity, span, f"message of {rule}", "a reason", "write `x: 1`", ask, default, subject)


@pytest.mark.req("INT-5")
def test_each_role_gets_its_own_findings():
    found = feedback(
        [
            finding("I02", Severity.QUESTION, Role.QA, subject="shop"),
            finding("I10", Severity.QUESTION, Role.DEVELOPER, subject="shop"),
            finding("C05", Severity.ERROR, Role.LEGAL),
        ]
    )
    assert list(found) == [Role.QA, Role.DEVELOPER, Role.LEGAL]
    assert "I10" in found[Role.DEVELOPER]
    assert "I02" not in found[Role.DEVELOPER]


@pytest.mark.req("INT-5")
def test_document_says_where_what_why_and_how():
    (text,) = feedback(
        [finding("I02", Severity.QUESTION, Role.QA, subject="shop", line=7, default="no bound is compared")]
    ).values()
    assert text == (
        "# Feedback for: QA\n\n"
        "1 point: 1 to answer.\n\n"
        "## shop\n\n"
        "### Message of I02\n\n"
        "- Rule: I02, question: to answer\n"
        "- Place: `surefoot.yaml:7:3`\n"
        "- Why it matters: A reason.\n"
        "- How to answer: Write `x: 1`.\n"
        "- Until then: No bound is compared.\n"
    )


def test_grouped_by_subject_heaviest_first_then_by_place():
    (text,) = feedback(
        [
            finding("I02", Severity.QUESTION, Role.QA, subject="shop", line=10),
            finding("C08", Severity.WARNING, Role.QA, subject="shop", line=1),
            finding("I03", Severity.QUESTION, Role.QA, subject="shop", line=2),
            finding("C99", Severity.ERROR, Role.QA, subject="bank"),
            finding("I04", Severity.QUESTION, Role.QA),
        ]
    ).values()
    titles = [line for line in text.split("\n") if line.startswith("#")]
    assert titles == [
        "# Feedback for: QA",
        "## The workspace",
        "### Message of I04",
        "## bank",
        "### Message of C99",
        "## shop",
        "### Message of I03",
        "### Message of I02",
        "### Message of C08",
    ]
    assert "5 points: 1 must be mended before anything is built, 3 to answer, 1 likely a mistake." in text


def test_finding_without_a_place_is_told_so():
    (text,) = feedback([Finding("S01", Severity.ERROR, None, "m", "w", "did you mean `x`?")]).values()
    assert "- Place: no file holds it" in text
    assert "- How to answer: Did you mean `x`?\n" in text


def test_nothing_to_answer_is_no_document():
    assert feedback([]) == {}
