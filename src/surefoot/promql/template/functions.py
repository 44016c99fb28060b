"""The functions of Prometheus' templates, and those of Go's that alerts use."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from surefoot.promql.re2 import UnsupportedPatternError, compiled
from surefoot.promql.template.nodes import TemplateError, UnsupportedTemplateError
from surefoot.promql.template.sample import Sample
from surefoot.promql.template.wording import formatted, shown, significant

_LARGE = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
_BINARY = ("", "ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_SMALL = ("", "m", "u", "n", "p", "f", "a", "z", "y")
_DIGITS = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_IPV4_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*):[0-9]*")
_IP = re.compile(r"[0-9.]+|\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*\]?")


def truth(value: object) -> bool:
    """Tell whether a value counts as true: not false, zero, empty or missing; NaN is true."""
    return bool(value)


def _humanize(value: object) -> str:
    number = _number(value)
    if number == 0 or not math.isfinite(number):
        return significant(number, _DIGITS)
    return _scaled(number, 1000, _LARGE if abs(number) >= 1 else _SMALL)


def _humanize1024(value: object) -> str:
    number = _number(value)
    if abs(number) <= 1 or not math.isfinite(number):
        return significant(number, _DIGITS)
    return _scaled(number, 1024, _BINARY)


def _scaled(number: float, step: int, prefixes: Sequence[str]) -> str:
    """Divide (or, for small prefixes, multiply) until the number is between 1 and the step."""
    small = prefixes is _SMALL
    index = 0
    while index < len(prefixes) - 1 and (abs(number) < 1 if small else abs(number) >= step):
        number = number * step if small else number / step
        index += 1
    return significant(number, _DIGITS) + prefixes[index]


def _duration(value: object) -> str:
    number = _number(value)
    if not math.isfinite(number):
        return significant(number, _DIGITS)
    if number == 0:
        return significant(number, _DIGITS) + "s"
    if abs(number) < 1:
        return _scaled(number, 1000, _SMALL) + "s"
    sign, number = ("-", -number) if number < 0 else ("", number)
    whole = int(number)
    if whole < _MINUTE:
        return f"{sign}{significant(number, _DIGITS)}s"
    parts = f"{whole // _MINUTE % 60}m {whole % 60}s"
    if whole >= _HOUR:
        parts = f"{whole // _HOUR % 24}h {parts}"
    return f"{sign}{whole // _DAY}d {parts}" if whole >= _DAY else sign + parts


def _percentage(value: object) -> str:
    return significant(_number(value) * 100, _DIGITS) + "%"


def _timestamp(value: object) -> str:
    number = _number(value)
    if not math.isfinite(number):
        return significant(number, _DIGITS)
    try:
        nanoseconds = int(number * 1e9)
        moment = _EPOCH + timedelta(seconds=nanoseconds // 10**9)
    except OverflowError:
        raise TemplateError(f"humanizeTimestamp: {shown(value)} lies outside the years 1 to 9999") from None
    # Prometheus keeps milliseconds, Go prints the fraction without zeros at its end.
    fraction = f".{nanoseconds % 10**9 // 10**6:03d}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


def _number(value: object) -> float:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise TemplateError(f"{shown(value)!r} is no number")


def _first(rows: object) -> object:
    if not isinstance(rows, list):
        raise TemplateError("first() wants the result of a query")
    if not rows:
        raise TemplateError("first() called on vector with no elements")
    return rows[0]


def _sample(value: object) -> Sample:
    if isinstance(value, Sample):
        return value
    raise TemplateError(f"{shown(value)!r} is no sample of a query")


def _title(value: object) -> str:
    return re.sub(r"(?<!\w)\w", lambda match: match.group().upper(), _text(value))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise TemplateError(f"{shown(value)!r} is no text")


def _sort_by_label(*given: object) -> object:
    *names, rows = given
    if not isinstance(rows, list):
        raise TemplateError("sortByLabel wants the result of a query")
    return sorted(rows, key=lambda row: [row.labels.get(_text(name), "") for name in names])


def _replace(pattern: object, replacement: object, text: object) -> str:
    found = _regex(pattern)
    parts = re.split(r"\$(?:(\w+)|\{(\w+)\})", _text(replacement))

    def put(match: re.Match[str]) -> str:
        text = parts[0]
        for bare, braced, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            text += _group(match, bare or braced) + after
        return text

    return found.sub(put, _text(text))


def _group(match: re.Match[str], name: str) -> str:
    try:
        return match[int(name) if name.isdigit() else name] or ""
    except IndexError:
        return ""  # as in Go


def _regex(pattern: object) -> re.Pattern[str]:
    try:
        return compiled(_text(pattern))
    except UnsupportedPatternError as error:
        raise TemplateError(str(error)) from None


def _strip_port(value: object) -> str:
    match = _IPV4_PORT.fullmatch(_text(value))
    return match[1].strip("[]") if match else _text(value)


def _strip_domain(value: object) -> str:
    host = _strip_port(value)
    return _text(value) if _IP.fullmatch(host) else _text(value).replace(host, host.split(".", 1)[0], 1)


def _printed(*values: object) -> str:
    """Print with spaces between neighbours of which neither is a text."""
    text = ""
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            text += " "
        text += shown(value)
    return text


def _index(of: object, *keys: object) -> object:
    for key in keys:
        if isinstance(of, Mapping):
            of = of.get(key, "")
        elif isinstance(of, list) and isinstance(key, int) and 0 <= key < len(of):
            of = of[key]
        else:
            raise TemplateError(f"index: {shown(key)} is not in {shown(of)}")
    return of


def _and(*values: object) -> object:
    return next((value for value in values if not truth(value)), values[-1])


def _or(*values: object) -> object:
    return next((value for value in values if truth(value)), values[-1])


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | Mapping):
        return len(value)
    raise TemplateError(f"len: {shown(value)} has no length")


def _compared(test: Callable[[float, float], bool]) -> Callable[[object, object], bool]:
    def compare(left: object, right: object) -> bool:
        _same_kind(left, right)
        if isinstance(left, str) and isinstance(right, str):
            return test((left > right) - (left < right), 0)
        if isinstance(left, int | float) and isinstance(right, int | float):
            return test(left, right)
        raise TemplateError(f"{shown(left)} and {shown(right)} cannot be compared")

    return compare


def _equal(left: object, *others: object) -> bool:
    for other in others:
        _same_kind(left, other)
    return left in others


def _same_kind(left: object, right: object) -> None:
    """Refuse what Go refuses to compare: a whole number with a float, too."""
    if type(left) is not type(right):
        raise TemplateError(
            f"incompatible types for comparison: {shown(left)} and {shown(right)}; write 1.0 for a float"
        )


Call = Callable[..., object]
FUNCTIONS: Mapping[str, Call] = {
    "and": _and,
    "args": lambda *values: {f"arg{index}": value for index, value in enumerate(values)},
    "eq": _equal,
    "first": _first,
    "ge": _compared(lambda a, b: not a < b),  # Go has it so: NaN is greater than anything
    "gt": _compared(lambda a, b: not a <= b),
    "humanize": _humanize,
    "humanize1024": _humanize1024,
    "humanizeDuration": _duration,
    "humanizePercentage": _percentage,
    "humanizeTimestamp": _timestamp,
    "index": _index,
    "label": lambda name, sample: _sample(sample).labels.get(_text(name), ""),
    "le": _compared(lambda a, b: a <= b),
    "len": _length,
    "lt": _compared(lambda a, b: a < b),
    "match": lambda pattern, text: _regex(pattern).search(_text(text)) is not None,
    "ne": lambda left, right: not _equal(left, right),
    "not": lambda value: not truth(value),
    "or": _or,
    "print": _printed,
    "printf": lambda pattern, *values: formatted(_text(pattern), values),
    "println": lambda *values: " ".join(shown(value) for value in values) + "\n",
    "reReplaceAll": _replace,
    "safeHtml": _text,
    "sortByLabel": _sort_by_label,
    "stripDomain": _strip_domain,
    "stripPort": _strip_port,
    "strvalue": lambda sample: _sample(sample).labels.get("__value__", ""),
    "title": _title,
    "toLower": lambda value: _text(value).lower(),
    "toUpper": lambda value: _text(value).upper(),
    "value": lambda sample: _sample(sample).value,
}


def call(name: str, arguments: Sequence[object]) -> object:
    """Call a function by its name.

    Raises:
        TemplateError: It fails on these arguments, or wants another number of them.
        UnsupportedTemplateError: It is not supported.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedTemplateError(f"the function `{name}` in a template is not supported")
    try:
        return function(*arguments)
    except (TypeError, IndexError):
        raise TemplateError(f"`{name}` does not take {len(arguments)} such arguments") from None
