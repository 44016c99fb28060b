"""Where objectives stand, for people and programs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click
import orjson

from surefoot.calendar.windows import CalendarWindow
from surefoot.domain.slo.budget import Budget, State
from surefoot.domain.slo.status import Counted, Status
from surefoot.promql.duration import format_duration
from surefoot.run.budgets import Standing

_HEAD = ("objective", "now", "target", "SLA", "budget left", "as time", "as requests", "burn", "exhausted", "window")
_RIGHT = frozenset({1, 2, 3, 4, 5, 6, 7})
_COLOURS = {State.CONTINUE: "green", State.PRIORITISE: "yellow", State.FREEZE: "red", State.EXHAUSTED: "red"}
_FULL = 0.999
_SECOND = timedelta(seconds=1)


def as_text(found: Sequence[Standing], *, style: bool) -> str:
    """Write a table, a row for each objective, and below it what is not known.

    Args:
        found: In the order of the rows.
        style: Whether to colour the budgets.
    """
    if not found:
        return "no objectives"
    rows = [_HEAD, *(_row(one) for one in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = []
    for index, row in enumerate(rows):
        cells = [
            cell.rjust(width) if column in _RIGHT else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        own = found[index - 1].status if index else None
        if style and own is not None:
            cells[4] = click.style(cells[4], fg=_COLOURS[own.state])
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, *_notes(found)])


def as_json(found: Sequence[Standing], now: int, *, lines: bool) -> str:
    """Write ``{"at", "objectives": [...]}``; what is not known is null.

    Args:
        found: The objectives.
        now: Milliseconds since 1970.
        lines: Whether on one line.
    """
    content = {"at": _moment(datetime.fromtimestamp(now / 1000, UTC)), "objectives": [_object(one) for one in found]}
    return orjson.dumps(content, option=0 if lines else orjson.OPT_INDENT_2).decode()


def _row(one: Standing) -> tuple[str, ...]:
    own, slo = one.status, one.slo
    window = f"{slo.window.unit} {slo.window.zone}" if isinstance(slo.window, CalendarWindow) else _length(slo.period)
    target, sla = f"{slo.objective:g} %", _sla(one)
    if own is None:
        return (_subject(one), "no data", target, sla, "-", "-", "-", "-", "-", window)
    return (
        _subject(one),
        f"{own.current:.5g} %",
        target,
        sla,
        f"{own.percent.remaining:.1f} %",
        _time(own.time.remaining),
        _events(one, own),
        "no data" if own.burn is None else f"{own.burn:.2f}x",
        "-" if own.exhausted is None else "now" if own.percent.remaining <= 0 else _moment(own.exhausted, "minutes"),
        window,
    )


def _events(one: Standing, own: Status) -> str:
    if one.counted is Counted.RATIO:
        return "-"
    slices = " slices" if one.counted is Counted.SLICES else ""
    return f"{own.events.remaining:,.0f}{slices}"


def _sla(one: Standing) -> str:
    if one.slo.sla is None:
        return "-"
    target = f"{one.slo.sla.target:g} %"
    if one.sla is None:
        return f"{target} (not measured)"
    return f"{target} {'kept' if one.sla.percent.remaining >= 0 else 'BROKEN'}"


def _notes(found: Sequence[Standing]) -> list[str]:
    notes = []
    for one in found:
        if one.missing:
            notes.append(f"{_subject(one)}: {one.missing}")
        elif one.coverage < _FULL:
            notes.append(f"{_subject(one)}: measured for {one.coverage:.1%} of its window so far")
    return ["", *notes] if notes else []


def _object(one: Standing) -> dict[str, object]:
    own = one.status
    return {
        "objective": one.slo.subject,
        "id": one.slo.id,
        "group": dict(one.group),
        "counted": one.counted.value,
        "window": {
            "start": _moment(one.period.start),
            "end": _moment(one.period.end),
            "rolling": one.period.rolling,
            "zone": one.slo.window.zone if isinstance(one.slo.window, CalendarWindow) else None,
        },
        "target": one.slo.objective,
        "coverage": one.coverage,
        "missing": one.missing or None,
        "current": own.current if own else None,
        "budget": _budgets(own),
        "burn_rate": own.burn if own else None,
        "exhausted": _moment(own.exhausted) if own and own.exhausted else None,
        "state": own.state.value if own else None,
        "sla": None
        if one.slo.sla is None
        else {
            "target": one.slo.sla.target,
            "current": one.sla.current if one.sla else None,
            "budget": _budgets(one.sla),
        },
    }


def _budgets(own: Status | None) -> dict[str, object] | None:
    if own is None:
        return None
    seconds = [part / _SECOND for part in (own.time.allowed, own.time.spent, own.time.remaining)]
    return {"percent": _budget(own.percent), "seconds": _budget(Budget(*seconds)), "events": _budget(own.events)}


def _budget(budget: Budget[float]) -> dict[str, float]:
    return {"allowed": budget.allowed, "spent": budget.spent, "remaining": budget.remaining}


def _subject(one: Standing) -> str:
    group = ", ".join(f"{name}={value}" for name, value in one.group)
    return f"{one.slo.subject} {{{group}}}" if group else one.slo.subject


def _time(length: timedelta) -> str:
    """Write a time in its two largest units."""
    seconds = abs(round(length / _SECOND))
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s")]
    first = next((index for index, (number, _) in enumerate(parts) if number), len(parts) - 1)
    text = " ".join(f"{number}{unit}" for number, unit in parts[first : first + 2] if number or first == len(parts) - 1)
    return f"-{text}" if length < timedelta() and seconds else text


def _length(length: timedelta) -> str:
    return format_duration(length)


def _moment(at: datetime, precision: str = "seconds") -> str:
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
