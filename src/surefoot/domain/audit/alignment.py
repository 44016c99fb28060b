"""Which records differ from the leaves of the tree, and how: found by laying the two sequences side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from surefoot.domain.audit.verdict import Kind

WINDOW: Final = 131_072  # leaves that are kept while a place is sought where both agree again
_MOST: Final = 10_000  # misfits that are kept; further ones are counted


@dataclass(frozen=True, slots=True)
class Misfit:
    """A place where records and leaves differ.

    Attributes:
        position: In the tree, of the leaf that has no such record, or before which the record stands.
        index: Of the record that has no such leaf.
        leaf: Hash of that record; None where there is none.
        lost: Leaf hash without a record; None where there is none.
    """

    position: int
    index: int
    leaf: bytes | None
    lost: bytes | None


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring records with the same fate."""

    kind: Kind
    first: int
    count: int


@dataclass(slots=True)
class Alignment:
    """Two sequences, fed piece by piece: what the records hash to, and what the tree says.

    Attributes:
        position: Of the first leaf that is not settled.
        misfits: Found so far, at most 10,000.
        more: How many were found beyond that.
    """

    position: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    more: int = 0
    _indexes: list[int] = field(default_factory=list)
    _mine: list[bytes | None] = field(default_factory=list)
    _tree: list[bytes] = field(default_factory=list)
    _wait: int = 0

    @property
    def idle(self) -> bool:
        """Tell whether everything fed so far is settled."""
        return not self._mine and not self._tree

    def feed(self, indexes: Sequence[int], mine: Sequence[bytes | None], tree: Sequence[bytes]) -> None:
        """Add records and leaves.

        Args:
            indexes: Of the records.
            mine: Their leaf hashes; None where the store has no record of an index.
            tree: Leaf hashes of the tree, following those before.
        """
        self._indexes += indexes
        self._mine += mine
        self._tree += tree
        if min(len(self._mine), len(self._tree)) >= self._wait:
            self._settle(final=False)

    def finish(self, position: int) -> None:
        """Settle what is left; the tree goes on at `position`."""
        self._settle(final=True)
        self.position = position

    def _settle(self, *, final: bool) -> None:
        mine, tree, at, on = self._mine, self._tree, 0, 0
        self._wait = 0
        while at < len(mine) and on < len(tree):
            if mine[at] == tree[on]:
                step = _agreeing(mine, at, tree, on)
                at, on = at + step, on + step
            elif mine[at] is None:
                self._differ(at, on, (1, 1))
                at, on = at + 1, on + 1
            else:
                found = _rejoin(mine[at : at + WINDOW], tree[on : on + WINDOW], final=final)
                if found is None:
                    self._wait = 2 * min(len(mine) - at, len(tree) - on)
                    break
                self._differ(at, on, found)
                at, on = at + found[0], on + found[1]
        if final:
            self._differ(at, on, (len(mine) - at, len(tree) - on))
            at, on = len(mine), len(tree)
        self.position += on
        del self._indexes[:at], mine[:at], tree[:on]

    def _differ(self, at: int, on: int, lengths: tuple[int, int]) -> None:
        """Note a stretch of records against a stretch of leaves: in pairs, then what is over."""
        records, leaves = lengths
        for step in range(max(records, leaves)):
            leaf = self._mine[at + step] if step < records else None
            lost = self._tree[on + step] if step < leaves else None
            if leaf is None and lost is None:
                continue
            if len(self.misfits) >= _MOST:
                self.more += 1
                continue
            position = self.position + on + min(step, leaves)
            index = self._indexes[at + step] if step < records else position
            self.misfits.append(Misfit(position, index, leaf, lost))


def runs(misfits: Sequence[Misfit], size: int) -> list[Run]:
    """Tell what happened: edited, inserted, deleted, reordered, or truncated where the end is gone.

    A leaf that is lost in one place and found in another was moved; `first` is the smaller of both places in the tree.
    """
    lost = {found.lost: found.position for found in misfits if found.lost is not None}
    foreign = {found.leaf: found.position for found in misfits if found.leaf is not None}
    places = {(Kind.REORDERED, min(lost[leaf], foreign[leaf])) for leaf in lost.keys() & foreign.keys()}
    for found in misfits:
        new = found.leaf is not None and found.leaf not in lost
        gone = found.lost is not None and found.lost not in foreign
        if new and gone:
            places.add((Kind.EDITED, found.position))
        elif new:
            places.add((Kind.INSERTED, found.index))
        elif gone:
            places.add((Kind.DELETED, found.position))
    merged: list[Run] = []
    for kind, first in sorted(places):
        last = merged[-1] if merged else None
        if last is not None and last.kind == kind and last.first + last.count == first:
            merged[-1] = Run(kind, last.first, last.count + 1)
        else:
            merged.append(Run(kind, first, 1))
    return [
        Run(Kind.TRUNCATED, run.first, run.count) if run.kind is Kind.DELETED and run.first + run.count == size else run
        for run in merged
    ]


def _agreeing(mine: Sequence[bytes | None], at: int, tree: Sequence[bytes], on: int) -> int:
    most = min(len(mine) - at, len(tree) - on)
    if mine[at : at + most] == tree[on : on + most]:
        return most
    return next(step for step in range(most) if mine[at + step] != tree[on + step])


def _rejoin(mine: Sequence[bytes | None], tree: Sequence[bytes], *, final: bool) -> tuple[int, int] | None:
    """Find how many records and leaves to pass over until both agree again, as few as possible.

    None means that more must be seen first.
    """
    if len(mine) > 1 and len(tree) > 1:  # the usual cases, without building an index
        for cheap in ((0, 1), (1, 0), (1, 1)):
            if mine[cheap[0]] == tree[cheap[1]]:
                return cheap
    places = {leaf: on for on, leaf in reversed(list(enumerate(tree)))}
    best: tuple[int, int] | None = None
    for at, leaf in enumerate(mine):
        if best is not None and at >= sum(best):
            break
        on = places.get(leaf) if leaf is not None else None
        if on is not None and (best is None or at + on < sum(best)):
            best = (at, on)
    seen = min(len(mine), len(tree))
    if best is not None and (final or sum(best) <= seen):
        return best
    return (seen, seen) if final or seen >= WINDOW else None
