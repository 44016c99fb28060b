"""What is wrong or missing, where, why it matters, how to mend it, and whom to ask."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs, heaviest first.

    An ``ERROR`` blocks the build. A ``QUESTION`` must be answered by somebody; until then a stated
    default is used. A ``WARNING`` is a likely mistake. ``INFO`` is worth knowing.
    """

    ERROR = "error"
    QUESTION = "question"
    WARNING = "warning"
    INFO = "info"


class Role(StrEnum):
    """Who can answer a finding (INT-1, INT-5)."""

    OWNER = "service owner"
    ARCHITECT = "solution architect"
    PLATFORM = "platform team"
    ANALYST = "business analyst"
    DATA = "data architect"
    QA = "QA"
    DEVELOPER = "developer"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file; lines and columns count from 1, the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend or to answer.

    Attributes:
        rule: Id of the rule, such as ``L01``; ``surefoot explain`` tells more about it.
        severity: See `Severity`.
        span: Where it stands, or None where no file holds it (a missing file, say).
        message: What is wrong, in one sentence without a full stop.
        why: Why it matters.
        cure: How to mend it, concrete enough to be typed.
        ask: Whom to ask.
        default: What is used until a question is answered; empty for other severities.
        subject: Whose promise it touches, such as ``checkout/availability``; empty for a whole file.
    """

    rule: str
    severity: Severity
    span: Span | None
    message: str
    why: str
    cure: str
    ask: Role = Role.OWNER
    default: str = ""
    subject: str = ""
