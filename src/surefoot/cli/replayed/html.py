"""A backtest as one page that needs nothing else: tables, plots, no script, light and dark."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from surefoot.cli.replayed import Shown, words
from surefoot.cli.replayed.plot import Plots
from surefoot.prove.against import Fired
from surefoot.prove.backtest import Backtest
from surefoot.prove.moments import as_length, as_text
from surefoot.prove.noise import per_week
from surefoot.prove.past import AlertPast
from surefoot.prove.tune import Tuning

_MOST_ROWS = 40  # of the plot of alerts
_MOST_PLOTS = 12  # of budgets
_MOST_NEAR = 25


def render(shown: Shown) -> str:
    """Write the page; its policy allows its own style sheet, by hash, and nothing else."""
    style = files("surefoot.cli.replayed").joinpath("style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found, plots = shown.backtest, Plots()
    sections = [
        ("alerts", "When alerts fired", "".join(_alerts(found, plots))),
        ("budgets", "Budgets", "".join(_budgets(found, plots))),
        ("incidents", "Incidents", "".join(_incidents(found))),
        ("noise", "Noise", "".join(_noise(found))),
        ("near", "Near misses", "".join(_near(found))),
        ("tuning", "Tuning", "".join(_tuning(one, plots) for one in found.tunings)),
        ("against", f"Against {shown.against}", "".join(_against(shown))),
    ]
    present = [section for section in sections if section[2]]
    links = "".join(f'<a href="#{key}">{escape(title)}</a>' for key, title, _ in present)
    body = "".join(
        f'<section aria-labelledby="{key}"><h2 id="{key}">{escape(title)}</h2>{text}</section>'
        for key, title, text in present
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Backtest of {escape(shown.title)}</title><style>{style}</style></head><body>"
        f'<header>{_head(shown)}<nav aria-label="Sections">{links}</nav></header>'
        f"<main>{_summary(found, plots)}{_missing(found)}{body}</main></body></html>\n"
    )


def _head(shown: Shown) -> str:
    over = shown.backtest.over
    return (
        f"<h1>Backtest of {escape(shown.title)}</h1>"
        f'<p class="soft">{as_text(over.start)} to {as_text(over.end)} ({as_length(over.end - over.start)}), evaluated '
        f"every {as_length(over.step)} as Prometheus {escape(shown.target)} does. Surefoot {escape(shown.version)}.</p>"
    )


def _summary(found: Backtest, plots: Plots) -> str:
    quality = found.quality
    figures = [
        ("Pages", str(found.count("page")), f"{words.weekly(found.weekly('page'))} a week"),
        ("Tickets", str(found.count("ticket")), f"{words.weekly(found.weekly('ticket'))} a week"),
    ]
    kept = [one for one in found.objectives if one.spent is not None]
    if kept:
        figures.append(("Objectives kept", str(sum((one.spent or 0) <= 1 for one in kept)), f"of {len(kept)}"))
    if quality is not None:
        noticed = sum(one.delay is not None for one in quality.detections)
        figures.append(("Precision", words.percent(quality.precision), f"{quality.matched} of {quality.pages} pages"))
        figures.append(("Recall", words.percent(quality.recall), f"{noticed} of {len(quality.detections)} incidents"))
    tiles = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)} <small>{escape(more)}</small></dd></div>"
        for name, value, more in figures
    )
    return f"<dl>{tiles}</dl>{_wide(plots.weeks(found), 'Pages and tickets by week')}"


def _missing(found: Backtest) -> str:
    items = [f"no data of <code>{escape(one.selector)}</code> for {escape(one.subject)}" for one in found.silent]
    items += [f"partial: {escape(gap)}" for gap in found.gaps]
    items += [escape(problem) for problem in found.problems]
    if not items:
        return ""
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f'<div class="note"><strong>What is not known.</strong> Here, silence is no proof.<ul>{listed}</ul></div>'


def _alerts(found: Backtest, plots: Plots) -> Iterator[str]:
    fired = [alert for alert in found.alerts if alert.intervals or alert.near]
    fired.sort(key=lambda alert: (alert.tier, -len(alert.intervals), alert.subject))
    if fired:
        yield _wide(plots.timeline(fired[:_MOST_ROWS], found), "When each alert fired")
        yield '<p class="soft">Bars: firings. Rings: near misses. Bands: known incidents. Times are UTC.</p>'
    for alert in fired:
        if alert.intervals:
            yield _alert(alert, found)
    quiet = sum(not alert.intervals for alert in found.alerts)
    if quiet:
        yield f"<p>{quiet} alert{'' if quiet == 1 else 's'} never fired.</p>"


def _alert(alert: AlertPast, found: Backtest) -> str:
    end = found.over.end
    rows = [
        (
            as_text(one.start),
            as_length(one.until(end) - one.start) + ("" if one.end is not None else ", still firing"),
            "–" if one.peak is None else f"{one.peak:.3g}×",
        )
        for one in alert.intervals
    ]
    count = f"{len(rows)} firing{'' if len(rows) == 1 else 's'}"
    legs = f" · {' or '.join(alert.factors)}" if alert.factors else ""
    head = f"{_tag(alert.tier)} {escape(alert.subject)} · {escape(words.named(alert))} · {count}{escape(legs)}"
    table = _table(("began", "lasted", "peak / threshold"), rows, right=(2,))
    return f"<details><summary>{head}</summary>{table}</details>"


def _budgets(found: Backtest, plots: Plots) -> Iterator[str]:
    if not found.objectives:
        return
    rows = [
        (
            one.subject,
            words.objective(one.objective),
            "no data" if one.measured is None else words.objective(one.measured),
            words.percent(one.spent),
            f"{one.bad:,.6g}" if one.total else "–",
            f"{one.total:,.0f}" if one.total else "–",
        )
        for one in found.objectives
    ]
    head = ("objective", "target", "measured", "budget spent", "bad", "of")
    yield _table(head, rows, right=(1, 2, 3, 4, 5), caption="Weighted by events, over the whole range.")
    shown = sorted((one for one in found.objectives if one.spending is not None), key=lambda one: -(one.spent or 0))
    for one in shown[:_MOST_PLOTS]:
        yield f"<h3>{escape(one.subject)}</h3>{_wide(plots.budget(one, found.over), f'Budget of {one.subject}')}"
    if len(shown) > _MOST_PLOTS:
        yield f'<p class="soft">The {_MOST_PLOTS} that spent most are drawn.</p>'


def _incidents(found: Backtest) -> Iterator[str]:
    quality = found.quality
    if quality is None:
        return
    rows = [
        (
            as_text(one.incident.start),
            as_length(one.incident.end - one.incident.start),
            words.incident(one),
            words.detected(one),
        )
        for one in quality.detections
    ]
    yield f"<p>{escape('; '.join(words.agreement(quality)))}: {escape(words.grace(quality))}.</p>"
    yield _table(("began", "lasted", "incident", "noticed"), rows)


def _noise(found: Backtest) -> Iterator[str]:
    if not found.noise:
        return
    known = found.quality is not None
    rows = []
    for one in found.noise:
        weekly = words.weekly(per_week(one.firings, found.over))
        row = (one.alert.subject, one.alert.tier, str(one.firings), weekly, str(one.short), str(one.flaps))
        rows.append((*row, *((str(one.unmatched),) if known else ())))
    head = ("alert", "tier", "firings", "a week", "short", "flaps", *(("no incident",) if known else ()))
    caption = f"Noisiest first; {'; '.join(words.noisy(found.judged))}."
    yield _table(head, rows, right=(2, 3, 4, 5, 6), caption=caption)


def _near(found: Backtest) -> Iterator[str]:
    every = [(alert, one) for alert in found.alerts for one in alert.near]
    every.sort(key=lambda pair: -pair[1].peak)
    rows = [(as_text(one.at), alert.tier, alert.subject, words.near(one)) for alert, one in every[:_MOST_NEAR]]
    if rows:
        caption = f"The {len(rows)} nearest of {len(every)}."
        yield _table(("at", "tier", "alert", "how near"), rows, caption=caption)


def _tuning(tuning: Tuning, plots: Plots) -> str:
    rows = [
        (
            words.objective(one.objective),
            words.weekly(one.pages),
            words.percent(one.spent),
            words.candidate(one, tuning),
        )
        for one in tuning.candidates
    ]
    marked = [index for index, row in enumerate(rows) if row[3]]
    plot = _wide(plots.curve(tuning), f"Pages a week of {tuning.subject}") if tuning.curve else ""
    pairs = _table(
        ("windows and factors", "pages a week", "outage found after", "recall"),
        [words.pairs(one) for one in tuning.pairs],
        right=(1, 2, 3),
        caption="Windows and factors that page no more, at the present objective, best first.",
    )
    table = _table(("objective", "pages a week", "budget spent", ""), rows, right=(1, 2), marked=marked)
    return (
        f"<h3>{escape(tuning.subject)}</h3><p>{escape(words.advice(tuning))}.</p>{plot}{table}"
        f"{pairs if tuning.pairs else ''}"
    )


def _against(shown: Shown) -> Iterator[str]:
    comparison, end = shown.comparison, shown.backtest.over.end
    if comparison is None:
        return
    yield (
        f"<p>{len(comparison.appeared)} appear, {len(comparison.disappeared)} disappear, "
        f"{len(comparison.moved)} move, {comparison.same} stay.</p>"
    )
    every: list[tuple[str, Fired]] = [("appears", one) for one in comparison.appeared]
    every += [("disappears", one) for one in comparison.disappeared] + [("moves", one) for one in comparison.moved]
    every.sort(key=lambda pair: pair[1].interval.start)
    rows = [(sign, one.alert.tier, one.alert.subject, words.firing(one.interval, end)) for sign, one in every]
    if rows:
        yield _table(("", "tier", "alert", "firing"), rows)


def _tag(tier: str) -> str:
    return f'<span class="tag {tier}">{tier}</span>'


def _wide(content: str, name: str) -> str:
    """Let what is wide be scrolled, by keyboard too."""
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(name)}">{content}</div>'


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    caption: str = "",
    marked: Sequence[int] = (),
) -> str:
    def cell(kind: str, index: int, text: str) -> str:
        scope = ' scope="col"' if kind == "th" else ""
        number = ' class="n"' if index in right else ' class="t"' if index == 0 else ""
        return f"<{kind}{number}{scope}>{escape(text)}</{kind}>"

    lines = [
        _row(index in marked, [cell("td", n, text) for n, text in enumerate(row)]) for index, row in enumerate(rows)
    ]
    top = "".join(cell("th", index, text) for index, text in enumerate(head))
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return _wide(
        f"<table>{told}<thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>",
        caption or head[0] or "table",
    )


def _row(on: bool, cells: Sequence[str]) -> str:  # noqa: FBT001  # of one table
    return f"<tr{' class=on' if on else ''}>{''.join(cells)}</tr>"
