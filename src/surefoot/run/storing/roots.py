"""The roots of all logs, computed from what is there: what shows that a copy lost nothing."""

from collections.abc import Iterator

from surefoot.domain.audit.tree import Edge, extend, graft, leaf_hash
from surefoot.errors import ProofError
from surefoot.ports.auditlog import LogRows
from surefoot.ports.store import Transaction

_PAGE = 4096


def proved(transaction: Transaction) -> dict[str, int]:
    """Compute the tree of every log from its records and the roots of its sealed runs; return their sizes.

    Raises:
        ProofError: One does not lead to the state that the log says.
    """
    rows, found = transaction.log, {}
    for log in rows.logs():
        said, computed = rows.head(log).edge, _tree(rows, log)
        if said != computed:
            raise ProofError(
                f"log {log}: its {computed.size} records do not lead to the state of {said.size} that it says: "
                "run `surefoot audit verify` on the original"
            )
        found[log] = computed.size
    return found


def _tree(rows: LogRows, log: str) -> Edge:
    edge = Edge()
    for segment in rows.segments(log):
        for leaves in _leaves(rows, log, edge.size, segment.first):
            edge = extend(edge, leaves).edge
        if edge.size != segment.first:
            return edge
        edge = graft(edge, segment.size.bit_length() - 1, segment.root).edge
    for leaves in _leaves(rows, log, edge.size, rows.size(log)):
        edge = extend(edge, leaves).edge
    return edge


def _leaves(rows: LogRows, log: str, first: int, end: int) -> Iterator[list[bytes]]:
    """Yield leaf hashes up to an end, or to the first record that is missing."""
    while first < end and (page := rows.scan(log, first, min(_PAGE, end - first))):
        if [index for index, _, _ in page] != list(range(first, first + len(page))):
            return
        yield [leaf_hash(body) for _, _, body in page]
        first += len(page)
