"""Functions that change labels, sort, or speak of what is absent."""

import re
from collections.abc import Sequence

import numpy as np

from surefoot.promql import ranking
from surefoot.promql.blocks import rows, stack
from surefoot.promql.error import EvaluationError
from surefoot.promql.re2 import UnsupportedPatternError, compiled
from surefoot.promql.selector import MatchOp, Selector
from surefoot.promql.series import NAME, Block, Labels, Mask

_LABEL = re.compile("[a-zA-Z_][a-zA-Z0-9_]*")
_GROUP = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))")


def check_label(name: str) -> None:
    """Refuse what is no label name.

    Raises:
        EvaluationError: The name is not valid.
    """
    if not _LABEL.fullmatch(name):
        raise EvaluationError(f"invalid label name {name!r}")


def replace(block: Block, target: str, replacement: str, source: str, pattern: str) -> Block:
    """Compute ``label_replace``: where the pattern matches the whole of a label, set another.

    Raises:
        EvaluationError: The pattern or a label's name is not valid, or two rows become the same.
    """
    check_label(target)
    try:
        wanted = compiled(pattern)
    except UnsupportedPatternError as error:
        raise EvaluationError(f"label_replace(): {error}") from None
    changed = []
    for labels, values, present in rows(block):
        match = wanted.fullmatch(dict(labels).get(source, ""))
        made = labels if match is None else _set(labels, target, _expand(match, replacement))
        changed.append((made, values, present))
    return stack(changed, block.values.shape[1])


def join(block: Block, target: str, separator: str, sources: Sequence[str]) -> Block:
    """Compute ``label_join``: the values of some labels, joined, become another.

    Raises:
        EvaluationError: A label's name is not valid, or two rows become the same.
    """
    for name in (target, *sources):
        check_label(name)
    changed = []
    for labels, values, present in rows(block):
        known = dict(labels)
        text = separator.join(known.get(source, "") for source in sources)
        changed.append((_set(labels, target, text), values, present))
    return stack(changed, block.values.shape[1])


def ordered(block: Block, *, descending: bool) -> Block:
    """Sort an instant vector by value, NaN last; over a range the order means nothing."""
    if block.values.shape[1] != 1:
        return block
    values = block.values[:, 0]
    order = ranking.sorted_places(values.tolist(), descending=descending)
    return Block(tuple(block.labels[i] for i in order), block.values[order], block.present[order], ordered=True)


def absent_labels(selector: Selector | None) -> Labels:
    """Tell the labels of what is absent: those that the selector fixes to one value."""
    if selector is None:
        return ()
    fixed: dict[str, str] = {}
    seen: set[str] = set()
    for matcher in selector.matchers:
        if matcher.label == NAME:
            continue
        if matcher.op is MatchOp.EQUAL and matcher.label not in seen:
            fixed[matcher.label] = matcher.value
        else:
            fixed.pop(matcher.label, None)
        seen.add(matcher.label)
    return tuple(sorted((label, value) for label, value in fixed.items() if value))


def absent(present: Mask, labels: Labels) -> Block:
    """Give 1 where nothing is present.

    Args:
        present: Shape (rows, steps).
        labels: Of the answer.
    """
    missing: Mask = np.logical_not(present.any(axis=0))
    return stack([(labels, np.ones(len(missing)), missing)], len(missing))


def _set(labels: Labels, name: str, value: str) -> Labels:
    known = dict(labels)
    if value:
        known[name] = value
    else:
        known.pop(name, None)
    return tuple(sorted(known.items()))


def _expand(match: "re.Match[str]", template: str) -> str:
    """Fill ``$1`` and ``${name}`` as Go's ``Regexp.Expand`` does: an unknown group is empty."""

    def fill(found: "re.Match[str]") -> str:
        if found[3]:
            return "$"
        name = found[1] or found[2]
        try:
            return match[int(name) if name.isdigit() else name] or ""
        except IndexError:
            return ""

    return _GROUP.sub(fill, template)
