"""Plots of a backtest as SVG: no script, each with a title and a description for those who do not see it.

Colours come from the classes of the page's style sheet, so that they follow a light or a dark screen.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import count
from math import ceil, inf

import numpy as np

from surefoot.cli.replayed import words
from surefoot.prove.backtest import Backtest
from surefoot.prove.moments import as_day, as_text
from surefoot.prove.past import AlertPast, ObjectivePast, Range
from surefoot.prove.tune import Tuning

_WIDTH = 960
_LEFT, _RIGHT = 230, 12
_ROW = 22
_DAY = 86_400_000
_TICKS = 8
_NAME = 34  # characters that fit on the left
_LEAST_BAR = 2.0
_LINE = 15  # height of a label


class Plots:
    """Makes plots with ids of their own, for one page."""

    def __init__(self) -> None:
        self._ids = count(1)

    def timeline(self, alerts: Sequence[AlertPast], found: Backtest) -> str:
        """Draw when each alert fired, incidents as bands behind, near misses as marks."""
        axis = _Axis(found.over)
        height = _ROW * len(alerts) + 34
        body = [*_incidents(found, axis, height - 24), *axis.ticks(height - 24)]
        for row, alert in enumerate(alerts):
            body += _alert_row(alert, row * _ROW + 6, axis)
        told = (
            f"{len(alerts)} alerts from {as_text(found.over.start)} to {as_text(found.over.end)}; "
            "the table below lists every firing."
        )
        return self._svg("When each alert fired", told, height, body)

    def weeks(self, found: Backtest) -> str:
        """Draw pages and tickets of each week as bars."""
        pages, tickets = found.weeks["page"], found.weeks["ticket"]
        most = max([*pages, *tickets, 1])
        height, base = 170, 140
        wide = (_WIDTH - 60) / len(pages)
        bar = min(40.0, wide / 2 - 6)
        body = [f'<line class="axis" x1="40" x2="{_WIDTH - 12}" y1="{base}" y2="{base}"/>']
        for index, pair in enumerate(zip(pages, tickets, strict=True)):
            left = 48 + index * wide
            for place, (number, kind) in enumerate(zip(pair, ("page", "ticket"), strict=True)):
                tall, x = number / most * 110, left + place * (bar + 4)
                body.append(_rect(kind, x, base - tall, bar, tall, f"{number} {kind}s"))
                body.append(_text(x + bar / 2, base - tall - 4, str(number), "middle"))
            start = as_day(found.over.start + index * 7 * _DAY)
            body.append(_text(left, base + 18, start))
        told = "; ".join(f"week {n}: {p} pages, {t} tickets" for n, (p, t) in enumerate(zip(pages, tickets), 1))  # noqa: B905  # made together
        return self._svg("Pages and tickets by week", told, height, body)

    def budget(self, one: ObjectivePast, over: Range) -> str:
        """Draw how much of the budget of the range's events was left over time."""
        assert one.spending is not None
        axis, height = _Axis(over), 130
        left = 1 - np.cumsum(one.spending.bad) / (one.b * one.total)
        lowest = min(0.0, float(left.min()))
        base = height - 24

        def y(value: float) -> float:
            return 8 + (1 - value) / (1 - lowest) * (base - 16)

        points = [(axis.x(over.start), y(1.0))]
        points += [
            (axis.x(end), y(value)) for end, value in zip(one.spending.ends.tolist(), left.tolist(), strict=True)
        ]
        line = " ".join(f"{x:.1f},{level:.1f}" for x, level in points)
        area = f"{points[0][0]:.1f},{y(0):.1f} {line} {points[-1][0]:.1f},{y(0):.1f}"
        body = [
            *axis.ticks(base),
            f'<polygon class="{"over" if lowest < 0 else "left"}" points="{area}"/>',
            f'<polyline class="line" points="{line}"/>',
            f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>',
            *_levels({"100 % left": y(1.0), "0 %": y(0.0), f"{words.percent(lowest)} left": y(lowest)}),
        ]
        title = f"Budget left of {one.subject}"
        return self._svg(title, f"{title}: {words.percent(float(left[-1]))} at the end.", height, body)

    def curve(self, tuning: Tuning) -> str:
        """Draw pages a week over the objective, both on scales on which they spread."""
        height, base = 200, 160
        budgets = np.array([100 - objective for objective, _ in tuning.curve])
        pages = np.array([number for _, number in tuning.curve])
        most = max(float(pages.max(initial=0)), tuning.wanted, 1e-9)
        scale = np.log10(budgets)
        highest, lowest = float(scale[0]), float(scale[-1])

        def x(budget: float) -> float:
            return 60 + (highest - float(np.log10(budget))) / (highest - lowest) * (_WIDTH - 80)

        def y(number: float) -> float:
            return base - float(np.sqrt(number / most)) * (base - 20)

        wanted = y(tuning.wanted)
        points = zip(budgets.tolist(), pages.tolist(), strict=True)
        line = " ".join(f"{x(b):.1f},{y(n):.1f}" for b, n in points)
        body = [
            f'<line class="axis" x1="60" x2="{_WIDTH - 20}" y1="{base}" y2="{base}"/>',
            f'<polyline class="line" points="{line}"/>',
            f'<line class="wanted" x1="60" x2="{_WIDTH - 20}" y1="{wanted:.1f}" y2="{wanted:.1f}"/>',
            _text(_WIDTH - 20, wanted - 5, f"wanted: at most {tuning.wanted:g} a week", "end"),
            _text(52, y(most) + 5, words.weekly(most), "end"),
            _text(52, base + 4, "0", "end"),
        ]
        for budget in (10, 1, 0.1, 0.01, 0.001):
            if lowest <= np.log10(budget) <= highest:
                body.append(f'<line class="grid" x1="{x(budget):.1f}" x2="{x(budget):.1f}" y1="14" y2="{base}"/>')
                named = words.objective(100 - budget)
                body.append(_text(min(x(budget), _WIDTH - 30), base + 18, named, "middle"))
        for one in tuning.candidates:
            if one.current and lowest <= np.log10(100 - one.objective) <= highest:
                place = x(100 - one.objective), y(min(one.pages, most))
                body.append(f'<circle class="now" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="5"/>')
        body.append(_text((_WIDTH + 60) / 2, base + 36, "objective; the dot is the present one", "middle"))
        told = "; ".join(f"{words.objective(o.objective)}: {words.weekly(o.pages)}" for o in tuning.candidates)
        return self._svg(f"Pages a week of {tuning.subject} by objective", told, height, body)

    def _svg(self, title: str, told: str, height: float, body: Iterable[str]) -> str:
        number = next(self._ids)
        return (
            f'<svg viewBox="0 0 {_WIDTH} {height:g}" role="img" aria-labelledby="t{number} d{number}">'
            f'<title id="t{number}">{escape(title)}</title><desc id="d{number}">{escape(told)}</desc>'
            f"{''.join(body)}</svg>"
        )


class _Axis:
    """Time from left to right."""

    def __init__(self, over: Range) -> None:
        self.over = over

    def x(self, moment: int) -> float:
        share = (moment - self.over.start) / (self.over.end - self.over.start)
        return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def ticks(self, base: float) -> Iterator[str]:
        """Draw a line at some midnights (UTC) and name the days."""
        start, end = self.over.start, self.over.end
        step = max(1, ceil((end - start) / _DAY / _TICKS)) * _DAY
        at = -(-start // _DAY) * _DAY
        while at <= end:
            x = self.x(at)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{base:g}"/>'
            yield _text(min(x, _WIDTH - 38), base + 16, as_day(at)[5:], "middle")
            at += step


def _levels(levels: dict[str, float]) -> Iterator[str]:
    """Name heights; of two that are too near to each other the lower one."""
    places = list(levels.items())
    for (name, y), below in zip(places, [*(y for _, y in places[1:]), inf], strict=True):
        if below - y >= _LINE:
            yield _text(_LEFT - 8, y + 5, name, "end")


def _incidents(found: Backtest, axis: _Axis, height: float) -> Iterator[str]:
    for one in found.quality.detections if found.quality else ():
        x, until = axis.x(one.incident.start), axis.x(one.incident.end)
        title = f"incident {words.incident(one)}, {as_text(one.incident.start)}"
        yield _rect("incident", x, 0, max(until - x, _LEAST_BAR), height, title)


def _alert_row(alert: AlertPast, top: float, axis: _Axis) -> Iterator[str]:
    over = axis.over
    name = alert.subject if len(alert.subject) <= _NAME else f"{alert.subject[: _NAME - 1]}…"
    yield _text(0, top + 12, f"{name} ({alert.tier})")
    yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{top + 8:g}" y2="{top + 8:g}"/>'
    for near in alert.near:
        x = axis.x(near.at)
        title = f"near miss, {words.near(near)}, {as_text(near.at)}"
        yield f'<circle class="near" cx="{x:.1f}" cy="{top + 8:g}" r="3"><title>{escape(title)}</title></circle>'
    for one in alert.intervals:
        x, until = axis.x(one.start), axis.x(one.until(over.end))
        yield _rect(alert.tier, x, top, max(until - x, _LEAST_BAR), 16, words.firing(one, over.end))


def _rect(kind: str, x: float, y: float, wide: float, tall: float, title: str) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}">'
        f"<title>{escape(title)}</title></rect>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
