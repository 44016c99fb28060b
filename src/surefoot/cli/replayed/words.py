"""How figures of a backtest are put into words; text and HTML say the same."""

from collections.abc import Iterator, Sequence

from surefoot.prove.incidents import Detection, Quality
from surefoot.prove.judging import Judgement
from surefoot.prove.moments import as_length, as_text
from surefoot.prove.past import AlertPast, Interval, NearMiss, ObjectivePast
from surefoot.prove.tune import Candidate, Pairs, Tuning

_BARS = " ▁▂▃▄▅▆▇█"


def percent(ratio: float | None) -> str:
    """Write a ratio as percent, a large one as a factor; a dash where there is none."""
    if ratio is None:
        return "–"
    return f"{100 * ratio:.3g} %" if ratio < 10 else f"{ratio:.3g}×"  # noqa: PLR2004  # so many per cent nobody reads


def objective(value: float) -> str:
    """Write a percentage without rounding what matters: ``99.95 %``."""
    return f"{value:.6g} %"


def weekly(number: float) -> str:
    """Write a number a week."""
    return f"{number:.1f}" if number < 100 else f"{number:.0f}"  # noqa: PLR2004  # a digit behind no longer counts


def bars(shares: Sequence[float]) -> str:
    """Draw shares of days, one character each; a little is seen, too."""
    return "".join(_BARS[0 if share <= 0 else max(1, min(8, round(share * 8)))] for share in shares)


def group(alert: AlertPast) -> str:
    """Name what tells an alert apart from others of its rule: its labels beyond the usual ones."""
    usual = {"alertname", "alert_type", "priority", "service", "severity", "team", "surefoot_tier"}
    shown = [f"{name}={text}" for name, text in alert.labels if name not in usual and not name.startswith("sloth_")]
    return ", ".join(shown)


def named(alert: AlertPast) -> str:
    """Name an alert with its group."""
    extra = group(alert)
    return f"{alert.name} {{{extra}}}" if extra else alert.name


def firing(one: Interval, end: int) -> str:
    """Tell when an alert fired, how long and how strongly."""
    length = as_length(one.until(end) - one.start)
    still = "" if one.end is not None else ", still firing at the end"
    peak = f", peak {one.peak:.3g}× its threshold" if one.peak else ""
    return f"{as_text(one.start)}  {length}{peak}{still}"


def near(one: NearMiss) -> str:
    """Tell how near an alert came."""
    held = "; held back by `min_failures` or `for`" if one.peak > 1 else ""
    return f"{percent(one.peak)} of the threshold{held}"


def spent(one: ObjectivePast) -> str:
    """Tell what was measured and spent."""
    if one.measured is None:
        return "no data"
    return f"measured {one.measured:.6g} %, {percent(one.spent)} of the budget spent"


def grace(quality: Quality) -> str:
    """Tell the rule by which pages and incidents belong together."""
    return (
        "a page belongs to an incident of its service if it fires during it, "
        f"or within {as_length(quality.grace)} after its end"
    )


def noisy(judged: Judgement) -> tuple[str, str]:
    """Tell what is short, and what a flap is."""
    return f"short: under {as_length(judged.short)}", f"flap: back within {as_length(judged.flap)}"


def agreement(quality: Quality) -> Iterator[str]:
    """Tell precision and recall."""
    found = sum(one.delay is not None for one in quality.detections)
    yield f"precision {percent(quality.precision)} ({quality.matched} of {quality.pages} pages belong to an incident)"
    yield f"recall {percent(quality.recall)} ({found} of {len(quality.detections)} incidents were paged for)"


def detected(one: Detection) -> str:
    """Tell when an incident was noticed."""
    if one.delay is None:
        return "NOT NOTICED: no page"
    return f"paged after {as_length(one.delay)} by {one.subject}" if one.delay else f"paging already, by {one.subject}"


def incident(one: Detection) -> str:
    """Name an incident."""
    found = one.incident
    return ": ".join(part for part in (found.service, found.name) if part) or "incident"


def candidate(one: Candidate, tuning: Tuning) -> str:
    """Say what is special about a candidate."""
    marks = []
    if one.current:
        marks.append("now")
    if tuning.suggested is not None and one.objective == tuning.suggested.objective:
        marks.append("suggested")
    return ", ".join(marks)


def advice(tuning: Tuning) -> str:
    """Say what follows from a tuning."""
    if tuning.suggested is None:
        return (
            f"no objective of the table has at most {tuning.wanted:g} pages a week "
            "and a budget that this history keeps: look at the incidents first"
        )
    return (
        f"suggested: {objective(tuning.suggested.objective)}, the tightest with at most {tuning.wanted:g} pages a week "
        "whose budget this history keeps"
    )


def pairs(one: Pairs) -> tuple[str, str, str, str]:
    """Write windows and factors: legs, pages a week, detection of an outage, recall."""
    outage = "never" if one.outage is None else as_length(round(one.outage.total_seconds() * 1000))
    return " or ".join(one.legs), weekly(one.pages), outage, percent(one.recall)
