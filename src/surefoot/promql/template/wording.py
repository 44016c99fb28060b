"""Values as Go's ``fmt`` prints them."""

import math
import re
from collections.abc import Mapping, Sequence

from surefoot.promql.quote import quote
from surefoot.promql.template.nodes import TemplateError, UnsupportedTemplateError
from surefoot.promql.template.sample import Sample

_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>[0-9]+)?(?:[.](?P<precision>[0-9]*))?(?P<verb>.)", re.DOTALL)
_LEAST_PLAIN, _MOST_PLAIN = -4, 6
_EXPONENT = re.compile(r"e([+-])([0-9])$")


def shown(value: object) -> str:
    """Print a value as ``%v`` does."""
    match value:
        case None:
            return "<no value>"
        case bool():
            return "true" if value else "false"
        case float():
            return go_float(value)
        case Mapping():
            return f"map[{' '.join(f'{shown(key)}:{shown(value[key])}' for key in sorted(value))}]"
        case Sequence() if not isinstance(value, str):
            return f"[{' '.join(shown(item) for item in value)}]"
        case Sample():
            raise TemplateError("a sample of a query cannot be printed: print its `value` or a `label`")
        case _:
            return str(value)


def go_float(value: float) -> str:
    """Print a float with the fewest digits that read back as the same."""
    if not math.isfinite(value):
        return _not_finite(value)
    digits = repr(value).partition("e")[0].replace("-", "").replace(".", "").strip("0")
    places = max(len(digits) - 1, 0)
    scientific = f"{value:.{places}e}"
    power = int(scientific.partition("e")[2])
    if _LEAST_PLAIN <= power < _MOST_PLAIN:
        return f"{value:.{max(places - power, 0)}f}"
    return _spelt(scientific)


def significant(value: float, digits: int) -> str:
    """Print a float as ``%.4g`` does, for any number of digits."""
    return _spelt(f"{value:.{digits}g}") if math.isfinite(value) else _not_finite(value)


def formatted(pattern: str, arguments: Sequence[object]) -> str:
    """Print as ``printf`` does, with the verbs v s q d f g e x t and ``%%``.

    Raises:
        UnsupportedTemplateError: Another verb.
    """
    left = list(arguments)

    def verb(match: re.Match[str]) -> str:
        if match["verb"] == "%":
            return "%"
        if not left:
            return f"%!{match['verb']}(MISSING)"
        return _padded(match, _verb(match, left.pop(0)))

    text = _VERB.sub(verb, pattern)
    if left:
        text += "%!(EXTRA " + ", ".join(f"{_kind(value)}={shown(value)}" for value in left) + ")"
    return text


def _verb(match: re.Match[str], value: object) -> str:
    name, sign = match["verb"], "+" if "+" in match["flags"] else ""
    precision = None if match["precision"] is None else int(match["precision"] or 0)
    match name, value:
        case "v", float() if precision is not None:
            return significant(value, precision or 1)
        case "v", _:
            return shown(value)
        case "s", str():
            return value if precision is None else value[:precision]
        case "q", str():
            return quote(value)
        case "t", bool():
            return shown(value)
        case (("d" | "x" | "X"), int()) if not isinstance(value, bool):
            return format(value, f"{sign}{name}")
        case (("f" | "F" | "e" | "E" | "g" | "G"), float()):
            return _floating(name, value, precision, sign)
        case _:
            pass
    if name not in "vsqtdxXfFeEgG":
        raise UnsupportedTemplateError(f"%{name} in printf is not supported: use %v, %s, %d, %f or %g")
    return f"%!{name}({_kind(value)}={shown(value)})"


def _floating(name: str, value: float, precision: int | None, sign: str) -> str:
    if not math.isfinite(value):
        return sign + _not_finite(value) if math.isnan(value) else _not_finite(value)
    if name in "gG" and precision is None:
        text = go_float(value)
        return sign + text if value >= 0 else text
    return _spelt(format(value, f"{sign}.{6 if precision is None else precision}{name}"))


def _padded(match: re.Match[str], text: str) -> str:
    width = int(match["width"] or 0)
    if "-" in match["flags"]:
        return text.ljust(width)
    if "0" in match["flags"] and text.strip("+-0123456789.") == "":
        return text.zfill(width)
    return text.rjust(width)


def _spelt(text: str) -> str:
    """Give an exponent at least two digits."""
    return _EXPONENT.sub(r"e\g<1>0\2", text)


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"


def _kind(value: object) -> str:
    return {str: "string", float: "float64", int: "int", bool: "bool"}.get(type(value), "value")
