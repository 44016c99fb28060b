"""The Merkle tree of RFC 6962, 2.1: hashes, the right edge that grows, and proofs (verified as in RFC 9162, 2.1.3-4).

A *complete subtree* of level ``h`` and index ``i`` covers the leaves from ``i * 2**h`` up to ``(i + 1) * 2**h``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from surefoot.errors import NoteError

EMPTY: Final = sha256(b"").digest()  # root of a tree without leaves
HashAt: TypeAlias = Callable[[int, int], bytes]  # level and index of a complete subtree to its hash


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: all that growing it needs.

    Attributes:
        size: Number of leaves.
        hashes: Hash of one complete subtree for each bit set in `size`, largest first; at most 64.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Grown:
    """A tree after leaves were appended.

    Attributes:
        edge: The new right edge.
        levels: For each level the hashes that are new there; the first of level ``h`` has index ``old size >> h``.
    """

    edge: Edge
    levels: tuple[Sequence[bytes], ...]


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry of the log: SHA-256(0x00 ‖ entry).

    >>> leaf_hash(b"").hex()[:8]
    '6e340b9c'
    """
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into their parent: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def extend(edge: Edge, leaves: Sequence[bytes]) -> Grown:
    """Append leaf hashes; costs as many node hashes as leaves, and at most one more for each level."""
    kept = _by_level(edge)
    size, levels, level = edge.size, [], 0
    row: Sequence[bytes] = leaves
    while row:
        levels.append(row)
        carried = [kept[level], *row] if size >> level & 1 else row
        kept[level : level + 1] = [carried[-1] if len(carried) % 2 else b""]
        row = _paired(carried)
        level += 1
        if level == len(kept):
            kept.append(b"")
    return Grown(Edge(size + len(leaves), tuple(found for found in reversed(kept) if found)), tuple(levels))


def graft(edge: Edge, level: int, subtree: bytes) -> Grown:
    """Append a complete subtree of ``2**level`` leaves by its root alone; the size must be a multiple of that.

    Returns:
        As `extend`, with nothing new below `level`.

    Raises:
        ValueError: The tree does not end where such a subtree may begin.
    """
    if edge.size % (1 << level):
        raise ValueError(f"a subtree of level {level} cannot begin at leaf {edge.size}")
    size = edge.size + (1 << level)
    hashes = list(edge.hashes)
    levels: list[Sequence[bytes]] = [()] * level + [(subtree,)]
    while edge.size >> level & 1:
        subtree = node_hash(hashes.pop(), subtree)
        levels.append((subtree,))
        level += 1
    return Grown(Edge(size, (*hashes, subtree)), tuple(levels))


def root(edge: Edge) -> bytes:
    """Compute the root of the tree, 32 bytes."""
    if not edge.hashes:
        return EMPTY
    *rest, found = edge.hashes
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def fold(row: Sequence[bytes]) -> bytes:
    """Compute the root over hashes of complete subtrees of one level, as over leaves; the row must not be empty."""
    return root(extend(Edge(), row).edge)


def root_at(size: int, hash_at: HashAt) -> bytes:
    """Compute the root of the first `size` leaves."""
    return _range(0, size, hash_at) if size else EMPTY


def inclusion(index: int, size: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Prove that a leaf is in the tree of `size` leaves: the siblings from the leaf up (RFC 6962, 2.1.1).

    Raises:
        ValueError: The tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range(middle, end, hash_at))
            end = middle
        else:
            path.append(_range(begin, middle, hash_at))
            begin = middle
    return tuple(reversed(path))


def consistency(old: int, new: int, hash_at: HashAt) -> tuple[bytes, ...]:
    """Prove that the tree of `new` leaves only appended to that of `old` (RFC 6962, 2.1.2).

    The proof is empty where the trees are equal or the old one has no leaves.

    Raises:
        ValueError: The old tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves cannot have grown out of one of {old}")
    if old in {0, new}:
        return ()
    begin, end, whole, path = 0, new, True, []
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range(middle, end, hash_at))
            end = middle
        else:
            path.append(_range(begin, middle, hash_at))
            begin, whole = middle, False
    if not whole:
        path.append(_range(begin, end, hash_at))
    return tuple(reversed(path))


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> None:
    """Check that a leaf hash stands at `index` in the tree with this size and root (RFC 9162, 2.1.3.2).

    Raises:
        NoteError: It does not; says whether position, length of the proof or root fails.
    """
    if not 0 <= index < size:
        raise NoteError(f"inclusion: a tree of {size} leaves has no leaf {index}")
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise NoteError(f"inclusion: the proof has {len(proof)} hashes, more than leaf {index} of {size} needs")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise NoteError(f"inclusion: the proof has {len(proof)} hashes, fewer than leaf {index} of {size} needs")
    if found != expected:
        raise NoteError(f"inclusion: the path from leaf {index} leads to another root than that of size {size}")


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]) -> None:
    """Check that a tree grew out of an older one (RFC 9162, 2.1.4.2).

    Args:
        old: Size and root of the older tree.
        new: Size and root of the newer tree.
        proof: What `consistency` returned.

    Raises:
        NoteError: It did not: history was rewritten, or the proof is not one for these sizes.
    """
    (first, first_root), (second, second_root) = old, new
    if first > second:
        raise NoteError(f"consistency: size {second} is smaller than size {first}")
    if first in {0, second}:
        same = first_root == second_root if first == second else first_root == EMPTY
        if proof or not same:
            raise NoteError(f"consistency: sizes {first} and {second} need no proof and agree in root only if honest")
        return
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    found = _replay(first - 1, second - 1, path)
    if found is None:
        raise NoteError(f"consistency: {len(proof)} hashes are no proof from size {first} to size {second}")
    if found[0] != first_root:
        raise NoteError(f"consistency: the proof does not lead to the root of size {first}")
    if found[1] != second_root:
        raise NoteError(f"consistency: the proof does not lead to the root of size {second}")


def _replay(node: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Walk both trees up at once; None where the length of the path does not fit."""
    if not path:
        return None
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        node, last = node >> 1, last >> 1
    return None if last else (older, newer)


def _by_level(edge: Edge) -> list[bytes]:
    """Lay the hashes of an edge out by level; empty bytes where the size has no such bit."""
    hashes = iter(reversed(edge.hashes))
    return [next(hashes) if edge.size >> level & 1 else b"" for level in range(edge.size.bit_length() + 1)]


def _paired(row: Sequence[bytes]) -> list[bytes]:
    halves = iter(row)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(halves, halves, strict=False)]


def _split(count: int) -> int:
    """Find the largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _range(begin: int, end: int, hash_at: HashAt) -> bytes:
    """Hash the leaves from `begin` to `end`; `begin` is a multiple of the power of two that holds the range."""
    found: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append(hash_at(level, begin >> level))
        begin += 1 << level
    *rest, last = found
    for left in reversed(rest):
        last = node_hash(left, last)
    return last
