"""Signed statements met on the way along the tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from surefoot.domain.audit.statements import Statement
from surefoot.domain.audit.tree import EMPTY
from surefoot.domain.audit.verdict import Kind, Verdict

_MOST: Final = 1_000


@dataclass(slots=True)
class Comparing:
    """Compares each statement with the tree at its size.

    Attributes:
        statements: By size.
        good: Largest size whose root fits.
        pinned: Largest size of a pin whose root fits.
        pending: Statements that did not fit, and after which none has fitted yet.
        unknown: Number of those whose size lies where records were purged or lost.
    """

    statements: Iterator[Statement]
    good: int = 0
    pinned: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    pending: list[Statement] = field(default_factory=list)
    unknown: int = 0
    _next: Statement | None = None
    _began: bool = False
    _good_name: str = ""

    def upto(self, size: int) -> Iterator[Statement]:
        """Take the statements up to a size."""
        if not self._began:
            self._next, self._began = next(self.statements, None), True
        while self._next is not None and self._next.size <= size:
            yield self._next
            self._next = next(self.statements, None)

    def meet(self, statement: Statement, root: bytes | None) -> None:
        """Compare a statement with the tree; `root` is None where it cannot be computed."""
        if root is None and statement.size:
            self.unknown += 1
        elif statement.root == (root if statement.size else EMPTY):
            for earlier in self.pending:
                self._fork(earlier, statement.name)
            self.pending.clear()
            self.good, self._good_name = statement.size, statement.name
            self.pinned = max(self.pinned, statement.size if statement.pin else 0)
        elif self._good_name and self.good == statement.size:
            self._fork(statement, self._good_name)
        elif len(self.pending) < _MOST:
            self.pending.append(statement)

    def _fork(self, statement: Statement, other: str) -> None:
        if len(self.verdicts) >= _MOST:
            return
        message = (
            f"{statement.name} states another root for {statement.size} records than the log that {other} states: "
            "both are signed, and neither grew out of the other"
        )
        self.verdicts.append(Verdict(Kind.FORKED, None, statement.name, message))
