"""What a target exposes: Prometheus' text format and OpenMetrics, as samples without their labels read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SAMPLE = re.compile(
    rb'\s*((?:[^{"\s#][^{"\s]*)?\s*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?)\s+(\S+)(?:\s+([^\s#]\S*))?(?:\s+#\s.*)?\s*'
)
_MILLISECONDS = 1000.0


class ExpositionError(ValueError):
    """The text is no exposition; says which line."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line.

    Attributes:
        key: Name and labels as they are written, which seldom change between scrapes.
        time: Milliseconds, where the target itself tells one.
    """

    key: bytes
    value: float
    time: int | None


def read(body: bytes, *, openmetrics: bool) -> Iterator[Sample]:
    """Go through the samples of an answer.

    Args:
        body: The answer.
        openmetrics: Times are in seconds, and ``# EOF`` must end the text.

    Raises:
        ExpositionError: A line is none of the format, or the text is cut short.
    """
    ended = False
    for number, line in enumerate(body.split(b"\n"), start=1):
        if not line or line[:1] == b"#":
            ended = ended or line.startswith(b"# EOF")
            continue
        if line.isspace():
            continue
        yield _sample(line, number, openmetrics=openmetrics)
    if openmetrics and not ended:
        raise ExpositionError("the text is cut short: `# EOF` is missing at its end")


def _sample(line: bytes, number: int, *, openmetrics: bool) -> Sample:
    key, _, value = line.rpartition(b" ")
    plain = key[-1:] == b"}" or (b"{" not in key and b" " not in key and b"\t" not in line)
    if key and plain and b"# " not in line:
        try:
            return Sample(key, float(value), None)
        except ValueError:
            pass
    match = _SAMPLE.fullmatch(line)
    if match is None or not match[1]:
        raise _refused(line, number)
    try:
        time = float(match[3]) if match[3] else None
        if time is not None and openmetrics:
            time *= _MILLISECONDS
        return Sample(match[1].strip(), float(match[2]), None if time is None else round(time))
    except (ValueError, OverflowError):
        raise _refused(line, number) from None


def _refused(line: bytes, number: int) -> ExpositionError:
    shown = line[:80].decode("utf-8", "replace")
    return ExpositionError(f'line {number} is no sample: `{shown}`; expected such as requests_total{{code="200"}} 7')
