"""One series that a selector means: labels made up so that they match, for histories that are told.

A pattern is answered by its first alternative that can be spelt out (``5..`` by ``500``); every answer is
tested against the pattern, and a selector without one has no witness.
"""

import re
from collections.abc import Iterator, Sequence

from surefoot.promql.re2 import UnsupportedPatternError, compiled
from surefoot.promql.selector import Matcher, MatchOp, Selector
from surefoot.promql.series import NAME, Labels

_OTHERS = ("200", "ok", "other", "")
_CLASS = re.compile(r"\[\^?\]?([^\]\\])[^\]]*\][*+?]?")
_ANY = re.compile(r"\.[*+]")
_ESCAPED = re.compile(r"\\(.)")


def matches(selector: Selector, labels: Labels) -> bool:
    """Tell whether a selector means a series."""
    found = dict(labels)
    if selector.metric and found.get(NAME) != selector.metric:
        return False
    return all(_holds(matcher, found.get(matcher.label, "")) for matcher in selector.matchers)


def witness(selector: Selector, other_than: Sequence[Selector] = ()) -> Labels | None:
    """Make up a series that a selector means.

    Args:
        selector: Whose matchers the labels satisfy; only labels that it names are set.
        other_than: Selectors that must not mean the series.

    Returns:
        The labels, or None where no answer was found.

    Example:
        ``requests_total{code=~"5.."}`` is answered by ``requests_total{code="500"}``, and ``requests_total``
        other than that by ``requests_total{code="200"}``.
    """
    own = _labels(selector, selector.matchers)
    if own is None:
        return None
    refused = [one for one in other_than if matches(one, own)]
    if not refused:
        return own
    for matcher in (matcher for one in refused for matcher in one.matchers):
        around = [one for one in selector.matchers if one.label == matcher.label]
        for value in (*_OTHERS, *_answers(around)):
            changed = dict(own) | {matcher.label: value}
            labels = tuple(sorted((name, text) for name, text in changed.items() if text))
            if matches(selector, labels) and not any(matches(one, labels) for one in other_than):
                return labels
    return None


def _labels(selector: Selector, matchers: Sequence[Matcher]) -> Labels | None:
    found = {NAME: selector.metric} if selector.metric else {}
    for label in dict.fromkeys(matcher.label for matcher in matchers):
        wanted = [matcher for matcher in matchers if matcher.label == label]
        value = next((text for text in _answers(wanted) if all(_holds(one, text) for one in wanted)), None)
        if value is None:
            return None
        found[label] = value
    if not found.get(NAME):
        return None
    return tuple(sorted((label, text) for label, text in found.items() if text))


def _answers(matchers: Sequence[Matcher]) -> Iterator[str]:
    for matcher in matchers:
        if matcher.op is MatchOp.EQUAL:
            yield matcher.value
        elif matcher.op is MatchOp.REGEX:
            yield from (_spelt(part) for part in matcher.value.split("|"))
            yield _spelt(matcher.value)
    yield from _OTHERS


def _spelt(pattern: str) -> str:
    """Put letters where a simple pattern leaves them open; what is not simple fails the test that follows."""
    plain = pattern.strip("^$()")
    plain = _CLASS.sub(r"\1", plain)
    plain = _ANY.sub("x", plain)
    plain = re.sub(r"(?<!\\)\.", "0", plain)
    return _ESCAPED.sub(r"\1", plain)


def _holds(matcher: Matcher, value: str) -> bool:
    match matcher.op:
        case MatchOp.EQUAL:
            return value == matcher.value
        case MatchOp.NOT_EQUAL:
            return value != matcher.value
        case MatchOp.REGEX | MatchOp.NOT_REGEX:
            try:
                found = compiled(matcher.value).fullmatch(value) is not None
            except UnsupportedPatternError:
                return False
            return found is (matcher.op is MatchOp.REGEX)
