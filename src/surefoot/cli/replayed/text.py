"""A backtest as text: tables, and a bar for each day."""

from collections.abc import Iterable, Iterator, Sequence

from surefoot.cli.replayed import Shown, words
from surefoot.prove.against import Comparison, Fired
from surefoot.prove.backtest import Backtest
from surefoot.prove.moments import as_day, as_length, as_text
from surefoot.prove.noise import firing_by_day, per_week
from surefoot.prove.past import AlertPast
from surefoot.prove.tune import Tuning

_MOST = 10  # firings of one alert, near misses
_MOST_DAYS = 92  # a bar each


def render(shown: Shown) -> str:
    """Write everything, a section each; sections without content are left out."""
    found = shown.backtest
    over = found.over
    head = (
        f"{shown.title}: {as_text(over.start)} to {as_text(over.end)} ({as_length(over.end - over.start)}), "
        f"evaluated every {as_length(over.step)} as Prometheus {shown.target} does"
    )
    blocks = [[head], list(_summary(found))]
    sections = (
        ("ALERTS", _alerts(found)),
        ("BUDGETS", _budgets(found)),
        ("INCIDENTS", _incidents(found)),
        (f"NOISE ({'; '.join(words.noisy(found.judged))})", _noise(found)),
        ("NEAR MISSES", _near(found)),
        ("TUNING", _tunings(found)),
        (f"AGAINST {shown.against}", _against(shown.comparison, over.end)),
        ("NO DATA (nothing is known of these; that is not the same as no alert)", _silent(found)),
        ("PARTIAL (here, silence is no proof)", (f"  {gap}" for gap in found.gaps)),
        ("PROBLEMS", (f"  {problem}" for problem in found.problems)),
    )
    for title, lines in sections:
        body = list(lines)
        if body:
            blocks.append([title, *body])
    return "\n\n".join("\n".join(block) for block in blocks)


def _summary(found: Backtest) -> Iterator[str]:
    rows = [["", "firings", "a week", f"by week from {as_day(found.over.start)} on"]]
    for tier, counts in found.weeks.items():
        total = sum(counts)
        weeks = " ".join(str(count) for count in counts)
        rows.append([f"{tier}s", str(total), words.weekly(per_week(total, found.over)), weeks])
    yield from _table(rows, right=(1, 2))
    by_priority: dict[str, int] = {}
    for alert in found.alerts:
        if alert.priority:
            by_priority[alert.priority] = by_priority.get(alert.priority, 0) + len(alert.intervals)
    if by_priority:
        yield "by priority: " + ", ".join(f"{name} {count}" for name, count in sorted(by_priority.items()))


def _alerts(found: Backtest) -> Iterator[str]:
    for alert in found.alerts:
        if alert.intervals:
            yield from _alert(alert, found)
    quiet = sum(not alert.intervals for alert in found.alerts)
    if quiet:
        yield f"  {quiet} alert{'' if quiet == 1 else 's'} never fired"


def _alert(alert: AlertPast, found: Backtest) -> Iterator[str]:
    over = found.over
    days = firing_by_day(alert, over)
    total = sum(one.until(over.end) - one.start for one in alert.intervals)
    yield f"  {alert.tier:<6}  {alert.subject}  {words.named(alert)}"
    count = len(alert.intervals)
    legs = f"; {' or '.join(alert.factors)}" if alert.factors else ""
    yield f"          {count} firing{'' if count == 1 else 's'}, {as_length(total)} in all{legs}"
    if len(days) <= _MOST_DAYS:
        yield f"          |{words.bars(days)}| a day each"
    for one in alert.intervals[:_MOST]:
        yield f"          {words.firing(one, over.end)}"
    if count > _MOST:
        yield f"          … and {count - _MOST} more (--format json lists them)"


def _budgets(found: Backtest) -> Iterator[str]:
    rows = [["  objective", "target", "measured", "spent", "bad", "of"]]
    for one in found.objectives:
        measured = "no data" if one.measured is None else words.objective(one.measured)
        counts = (f"{one.bad:.6g}", f"{one.total:.6g}") if one.total else ("–", "–")
        rows.append([f"  {one.subject}", words.objective(one.objective), measured, words.percent(one.spent), *counts])
    if len(rows) > 1:
        yield from _table(rows, right=(1, 2, 3, 4, 5))


def _incidents(found: Backtest) -> Iterator[str]:
    quality = found.quality
    if quality is None:
        return
    yield from (f"  {line}" for line in words.agreement(quality))
    yield f"  {words.grace(quality)}"
    rows = [
        [f"  {as_text(one.incident.start)}", words.incident(one), words.detected(one)] for one in quality.detections
    ]
    yield from _table(rows)


def _noise(found: Backtest) -> Iterator[str]:
    known = found.quality is not None
    rows = [["  alert", "", "firings", "a week", "short", "flaps", *(["no incident"] if known else [])]]
    for one in found.noise:
        weekly = words.weekly(per_week(one.firings, found.over))
        row = [f"  {one.alert.subject}", one.alert.tier, str(one.firings), weekly, str(one.short), str(one.flaps)]
        rows.append([*row, *([str(one.unmatched)] if known else [])])
    if len(rows) > 1:
        yield from _table(rows, right=(2, 3, 4, 5, 6))


def _near(found: Backtest) -> Iterator[str]:
    every = [(alert, one) for alert in found.alerts for one in alert.near]
    every.sort(key=lambda pair: -pair[1].peak)
    rows = [[f"  {as_text(one.at)}", alert.tier, f"{alert.subject}", words.near(one)] for alert, one in every[:_MOST]]
    yield from _table(rows)
    if len(every) > _MOST:
        yield f"  … and {len(every) - _MOST} more"


def _tunings(found: Backtest) -> Iterator[str]:
    for tuning in found.tunings:
        yield from _tuning(tuning)


def _tuning(tuning: Tuning) -> Iterator[str]:
    yield f"  {tuning.subject}: {words.advice(tuning)}"
    rows = [["    objective", "pages a week", "budget spent", ""]]
    for one in tuning.candidates:
        shown = f"    {words.objective(one.objective)}"
        rows.append([shown, words.weekly(one.pages), words.percent(one.spent), words.candidate(one, tuning)])
    yield from _table(rows, right=(1, 2))
    if not tuning.pairs:
        yield "    no windows and factors of the search page so little at the present objective"
    else:
        yield "    windows and factors that page no more, at the present objective:"
        head = ["    windows and factors", "pages a week", "outage found after", "recall"]
        yield from _table([head, *([f"    {legs}", *rest] for legs, *rest in map(words.pairs, tuning.pairs))])


def _against(comparison: Comparison | None, end: int) -> Iterator[str]:
    if comparison is None:
        return
    yield (
        f"  {len(comparison.appeared)} appear, {len(comparison.disappeared)} disappear, "
        f"{len(comparison.moved)} move, {comparison.same} stay"
    )
    every = [("+", one) for one in comparison.appeared]
    every += [("-", one) for one in comparison.disappeared] + [("~", one) for one in comparison.moved]
    every.sort(key=lambda pair: pair[1].interval.start)
    yield from _table([_fired(sign, one, end) for sign, one in every])


def _fired(sign: str, one: Fired, end: int) -> list[str]:
    return [f"  {sign} {one.alert.tier}", one.alert.subject, words.firing(one.interval, end)]


def _silent(found: Backtest) -> Iterator[str]:
    yield from _table([[f"  {one.subject}", one.selector] for one in found.silent])


def _table(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Align columns, some of them to the right."""
    lines = [list(row) for row in rows]
    widths = [max(len(row[index]) for row in lines) for index in range(len(lines[0]))] if lines else []
    for row in lines:
        cells = (
            text.rjust(width) if index in right else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
