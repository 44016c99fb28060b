"""Binary operators: arithmetic, comparison and set operations between vectors and scalars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from surefoot.promql.blocks import Row, empty, rows, stack
from surefoot.promql.error import EvaluationError
from surefoot.promql.series import NAME, Block, Labels, Mask, Values, drop, keep

_MOST_FACTORS = 1 << 20
_LARGEST_SHIFT = 1 << 20  # far beyond a float's exponent


def _power(base: Values, exponent: Values) -> Values:
    """Raise to a power; whole ones by squaring, as Go does, which rounds otherwise than the C library."""
    found: Values = np.power(base, exponent)
    whole = (exponent == np.floor(exponent)) & (np.abs(exponent) < _MOST_FACTORS) & np.isfinite(base) & (base != 0)
    if not np.any(whole):
        return found
    fraction, shift = np.frexp(base)
    product, shifted = np.ones_like(found), np.zeros(found.shape, np.int64)
    shift = shift.astype(np.int64)
    left = np.where(whole, np.abs(exponent), 0).astype(np.int64)
    while np.any(left):
        odd = (left & 1).astype(bool)
        product = np.where(odd, product * fraction, product)
        shifted = np.where(odd, shifted + shift, shifted)
        fraction = fraction * fraction
        shift = shift * 2
        small = np.abs(fraction) < 0.5  # noqa: PLR2004  # frexp's own lower bound
        fraction, shift = np.where(small, fraction * 2, fraction), np.where(small, shift - 1, shift)
        left >>= 1
    negative = exponent < 0
    product, shifted = np.where(negative, 1 / product, product), np.where(negative, -shifted, shifted)
    return np.where(whole, np.ldexp(product, np.clip(shifted, -_LARGEST_SHIFT, _LARGEST_SHIFT).astype(np.int32)), found)


ARITHMETIC: Mapping[str, Callable[[Values, Values], Values]] = MappingProxyType(
    {
        "+": np.add,
        "-": np.subtract,
        "*": np.multiply,
        "/": np.divide,
        "%": np.fmod,
        "^": _power,
        "atan2": np.arctan2,
    }
)
_NAMELESS = frozenset(ARITHMETIC) - {"atan2"}  # between vectors, atan2 keeps the name of its left side
COMPARISON: Mapping[str, Callable[[Values, Values], Mask]] = MappingProxyType(
    {
        "==": np.equal,
        "!=": np.not_equal,
        ">": np.greater,
        "<": np.less,
        ">=": np.greater_equal,
        "<=": np.less_equal,
    }
)


Side = Literal["none", "left", "right"]


@dataclass(frozen=True, slots=True)
class Matching:
    """How the rows of two vectors find each other.

    Attributes:
        labels: Named by ``on`` or ``ignoring``.
        on: Whether it is ``on``.
        many: Which side may have several rows for one of the other.
        include: Labels that the side with several takes from the other.
    """

    labels: tuple[str, ...] = ()
    on: bool = False
    many: Side = "none"
    include: tuple[str, ...] = ()

    def key(self, labels: Labels) -> Labels:
        """Return the labels by which a row is matched."""
        return keep(labels, self.labels) if self.on else drop(labels, (*self.labels, NAME))


def compute(op: str, left: Values, right: Values) -> tuple[Values, Mask]:
    """Apply an operator to values: the result, and whether a comparison keeps the left value."""
    with np.errstate(all="ignore"):
        if op in COMPARISON:
            return left, COMPARISON[op](left, right)
        result = ARITHMETIC[op](left, right)
        return result, np.ones(result.shape, bool)


def with_scalar(op: str, block: Block, scalar: Values, *, flipped: bool, as_bool: bool) -> Block:
    """Combine each row with a scalar; `flipped` if the scalar stands on the left.

    Raises:
        EvaluationError: Without their names two rows are the same.
    """
    left, right = (scalar, block.values) if flipped else (block.values, scalar)
    result, kept = compute(op, np.broadcast_to(left, block.values.shape), right)
    if op in COMPARISON and not as_bool:
        made = zip(block.labels, block.values, block.present & kept, strict=True)
        return stack(made, block.values.shape[1])
    if op in COMPARISON:
        result = kept.astype(np.float64)
    unnamed = (drop(labels, (NAME,)) for labels in block.labels)
    return stack(zip(unnamed, result, block.present, strict=True), block.values.shape[1])


def vectors(op: str, left: Block, right: Block, matching: Matching, *, as_bool: bool) -> Block:
    """Combine matching rows of two vectors.

    Raises:
        EvaluationError: A row matches several where it must match one.
    """
    steps = left.values.shape[1]
    swapped = matching.many == "right"
    many, one = (right, left) if swapped else (left, right)
    both: Mask = np.logical_and(left.present.any(axis=0), right.present.any(axis=0))
    partners = _partners(one, matching, both, "left" if swapped else "right")
    pairs = []
    for labels, values, present in rows(many):
        key = matching.key(labels)
        for partner_labels, partner_values, partner_present in partners.get(key, ()):
            a, b = (partner_values, values) if swapped else (values, partner_values)
            result, kept = compute(op, a, b)
            there = present & partner_present
            if op in COMPARISON and as_bool:
                result = kept.astype(np.float64)
            else:
                there = there & kept
            named = result_labels(op, labels, partner_labels, matching, as_bool=as_bool)
            pairs.append((key, named, result, there))
    _check_unique(pairs, matching)
    return stack(((named, result, there) for _, named, result, there in pairs), steps)


def set_operation(op: str, left: Block, right: Block, matching: Matching) -> Block:
    """Compute ``and``, ``or`` and ``unless``, step by step and by the matching labels."""
    steps = left.values.shape[1]
    if op == "or":
        covered = _covered(left, matching)
        kept: list[Row] = list(rows(left))
        for labels, values, present in rows(right):
            hidden = covered.get(matching.key(labels))
            kept.append((labels, values, present if hidden is None else present & ~hidden))
        return stack(kept, steps) if kept else empty(steps)
    covered = _covered(right, matching)
    nowhere = np.zeros(steps, bool)
    made = []
    for labels, values, present in rows(left):
        there = covered.get(matching.key(labels), nowhere)
        made.append((labels, values, present & (there if op == "and" else ~there)))
    return stack(made, steps)


def _covered(block: Block, matching: Matching) -> dict[Labels, Mask]:
    found: dict[Labels, Mask] = {}
    for labels, _, present in rows(block):
        key = matching.key(labels)
        found[key] = found[key] | present if key in found else present
    return found


def _partners(one: Block, matching: Matching, both: Mask, side: str) -> dict[Labels, list[Row]]:
    """Sort the rows of the side that must be unique; two at one step are one too many."""
    partners: dict[Labels, list[Row]] = {}
    for row in rows(one):
        known = partners.setdefault(matching.key(row[0]), [])
        if any((row[2] & other[2] & both).any() for other in known):
            raise EvaluationError(
                f"found duplicate series for the match group {dict(matching.key(row[0]))} on the {side} hand-side "
                "of the operation; many-to-many matching not allowed: matching labels must be unique on one side"
            )
        known.append(row)
    return partners


def _check_unique(pairs: Sequence[tuple[Labels, Labels, Values, Mask]], matching: Matching) -> None:
    seen: dict[tuple[Labels, Labels], Mask] = {}
    for key, named, _, there in pairs:
        same = (key, ()) if matching.many == "none" else (key, named)
        if same in seen and (seen[same] & there).any():
            if matching.many == "none":
                message = "many-to-one matching must be explicit (group_left/group_right)"
            else:
                message = "grouping labels must ensure unique matches"
            raise EvaluationError(f"multiple matches for labels: {message}")
        seen[same] = seen[same] | there if same in seen else there


def result_labels(op: str, many: Labels, one: Labels, matching: Matching, *, as_bool: bool) -> Labels:
    """Tell the labels of what two matching rows make."""
    labels = drop(many, (NAME,)) if as_bool or op in _NAMELESS else many
    if matching.many == "none":
        return keep(labels, matching.labels) if matching.on else drop(labels, matching.labels)
    known, other = dict(labels), dict(one)
    for name in matching.include:
        if other.get(name):
            known[name] = other[name]
        else:
            known.pop(name, None)
    return tuple(sorted(known.items()))
