"""Which series make an indicator show a given error ratio: found from its kind, or tried out for templates."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from promql_parser import Expr, MatrixSelector, VectorSelector

from surefoot.domain.rules import names
from surefoot.domain.rules.indicator import Events, Ratio, Slices, bucket, count, expressions
from surefoot.domain.rules.story import Form, Signal, Story, sample
from surefoot.domain.rules.witness import matches, witness
from surefoot.promql.duration import format_duration
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.error import EvaluationError, PromqlError
from surefoot.promql.parse import parse
from surefoot.promql.selector import Selector, parse_selector, selector_of
from surefoot.promql.series import NAME, Block, Labels, Storage
from surefoot.promql.walk import functions, walk
from surefoot.spec.model.policy import SloPolicy
from surefoot.spec.system import EventSli, FreshnessSli, LatencySli, SliceSli, Slo, ThroughputSli

_TRAFFIC = 100.0  # events per second of a story; guards of quiet services need only a few
_TRIED = 0.25
_ROLES = 3
_MINUTE, _MS = timedelta(minutes=1), timedelta(milliseconds=1)
_SCRAPE = timedelta(seconds=15)
_BOUND, _LIMIT = "le", 2.0


@dataclass(frozen=True, slots=True)
class Drive:
    """What drives one indicator.

    Attributes:
        signals: Error ratio during the outage to series.
        of: ``flow`` for counted events, ``samples`` for slices and plain ratios.
        slice: Length of a slice, if these are counted.
        fixed: Only a total outage can be told, since the indicator itself averages.
        lag: How much later than its series the indicator turns, at most.
        recorded: Error ratio to the records that stand in for the series on a coarse grid; None: not needed.
    """

    signals: Callable[[float], tuple[Signal, ...]]
    of: str = "flow"
    slice: timedelta | None = None
    fixed: bool = False
    lag: timedelta = timedelta()
    recorded: Callable[[float], tuple[Signal, ...]] | None = None


def drive(slo: Slo, policy: SloPolicy) -> Drive | str:
    """Find what drives an objective's indicator.

    Returns:
        The drive, or in a sentence why none was found.
    """
    sli = slo.sli
    match sli:
        case EventSli(part=Selector() as part, total=Selector() as total):
            return _events(part, total, bad=sli.counts == "bad", by=slo.by)
        case LatencySli(native=True):
            return "native histograms cannot be told as plain samples"
        case LatencySli():
            return _histogram(sli.histogram, sli.bound, slo.by)
        case ThroughputSli() | FreshnessSli() | SliceSli():
            return _slices(slo, sli, policy)
        case _:
            return _tried(slo, policy)


def histogram(selector: Selector, bound: timedelta) -> Drive | str:
    """Find what drives the share of observations above a bound."""
    return _histogram(selector, bound, ())


def events(part: Selector, total: Selector, *, bad: bool) -> Drive | str:
    """Find what drives the share of bad events."""
    return _events(part, total, bad=bad, by=())


def _events(part: Selector, total: Selector, *, bad: bool, by: Sequence[str]) -> Drive | str:
    counted = _with(witness(part), by)
    if counted is None:
        return f"no series was found that {part.render()} means"
    rest = _with(witness(total, [part]), by)
    if rest is None:
        return f"no series was found that {total.render()} means and {part.render()} does not"
    within = matches(total, counted)

    def signals(e: float) -> tuple[Signal, ...]:
        share, others = (e, 1 - e) if bad else (1 - e, e)
        good = 0.0 if bad else _TRAFFIC
        left = _TRAFFIC - good if within else _TRAFFIC
        return (
            Signal(counted, Form.COUNTER, good, _TRAFFIC * share),
            Signal(rest, Form.COUNTER, left, _TRAFFIC * others if within else _TRAFFIC),
        )

    return Drive(signals)


def _histogram(selector: Selector, bound: timedelta, by: Sequence[str]) -> Drive | str:
    total, fast = _with(witness(count(selector)), by), _with(witness(bucket(selector, bound)), by)
    if total is None or fast is None:
        return f"no series was found that {selector.render()} means"
    return Drive(
        lambda e: (
            Signal(total, Form.COUNTER, _TRAFFIC, _TRAFFIC),
            Signal(fast, Form.COUNTER, _TRAFFIC, _TRAFFIC * (1 - e)),
        )
    )


def _slices(slo: Slo, sli: ThroughputSli | FreshnessSli | SliceSli, policy: SloPolicy) -> Drive | str:
    match sli:
        case ThroughputSli(source, floor, gauge):
            form = Form.GAUGE if gauge else Form.COUNTER
            return _sliced(slo, source, form, (_LIMIT * floor, 0.0), policy)
        case FreshnessSli(source, bound, age):
            late = _LIMIT * bound.total_seconds()
            return _sliced(slo, source, Form.GAUGE if age else Form.CLOCK, (0.0, late), policy)
        case SliceSli(value=Selector() as source, bad=bad, limit=limit):
            above, below = limit + max(abs(limit), 1), limit - max(abs(limit), 1)
            return _sliced(slo, source, Form.GAUGE, (below, above) if bad.startswith(">") else (above, below), policy)
        case _:
            return _tried(slo, policy)


def _sliced(slo: Slo, source: Selector, form: Form, figures: tuple[float, float], policy: SloPolicy) -> Drive | str:
    labels = _with(witness(source), slo.by)
    if labels is None:
        return f"no series was found that {source.render()} means"
    signals = (Signal(labels, form, *figures),)
    if form is Form.COUNTER:
        return _averaging(slo, signals, policy)
    return Drive(lambda _: signals, "samples", policy.slice)


def _averaging(slo: Slo, signals: tuple[Signal, ...], policy: SloPolicy) -> Drive:
    """Drive slices that are averages themselves; on a coarse grid their records are given."""
    return Drive(
        lambda _: signals, "samples", policy.slice, fixed=True, lag=policy.slice_range, recorded=_flags(slo, policy)
    )


def _flags(slo: Slo, policy: SloPolicy) -> Callable[[float], tuple[Signal, ...]]:
    text = format_duration(policy.slice)
    bad, every = (_record(slo, f"{name}{text}", policy.slice) for name in (names.SLICE_ERRORS, names.SLICE_TOTAL))
    return lambda _: (Signal(bad, Form.GAUGE, 0.0, 1.0), Signal(every, Form.GAUGE, 1.0, 1.0))


def _record(slo: Slo, name: str, window: timedelta) -> Labels:
    by = dict.fromkeys(slo.by, "x")
    return tuple(sorted({**by, **names.labels(slo, window), NAME: name}.items()))


def _tried(slo: Slo, policy: SloPolicy) -> Drive | str:
    """Try roles for the selectors of a template until the indicator shows what was told."""
    sli = expressions(slo, policy)
    window = format_duration(policy.base)
    match sli:
        case Events():
            expr = f"{sli.errors(window)} / ({sli.total(window)} > 0)"
        case Ratio():
            expr = sli.ratio(window)
        case Slices():
            expr = sli.bad
    try:
        tree = parse(expr)
    except PromqlError as error:
        return f"its expression cannot be read: {error.message}"
    found = _found(slo, tree)
    if found is None:
        return "no series were found that its selectors mean"
    roles = _quantiles(slo, tree) if isinstance(sli, Slices) and "histogram_quantile" in functions(tree) else None
    share = 1.0 if isinstance(sli, Slices) else _TRIED
    limit = slo.sli.limit if isinstance(slo.sli, SliceSli) else 1.0
    for signals in [roles] if roles else _casts(found, limit, slices=isinstance(sli, Slices)):
        if _shows(expr, signals, share, window=policy.base):
            averages = any(isinstance(node, MatrixSelector) for node in walk(tree))
            return _drive(slo, sli, signals, policy, averages=averages)
    return "its expression is the user's own, and no simple history drives it"


def _drive(
    slo: Slo,
    sli: Events | Ratio | Slices,
    signals: Callable[[float], tuple[Signal, ...]],
    policy: SloPolicy,
    *,
    averages: bool,
) -> Drive:
    match sli:
        case Events():
            return Drive(signals)
        case Slices() if averages:
            return _averaging(slo, signals(1.0), policy)
        case Slices():
            return Drive(lambda _: signals(1.0), "samples", policy.slice)
        case Ratio(open=True):
            return Drive(signals)
        case Ratio():
            base = _record(slo, f"{names.RATIO}{format_duration(policy.base)}", policy.base)
            return Drive(
                signals,
                "samples",
                lag=policy.base,
                recorded=lambda e: (Signal(base, Form.GAUGE, 0.0, e),),
            )


def _found(slo: Slo, tree: Expr) -> list[tuple[Labels, bool]] | None:
    """Make up a series for each selector of a tree; True where a counter is read over a range."""
    ranged = {id(node.vector_selector) for node in walk(tree) if isinstance(node, MatrixSelector)}
    rated: dict[Selector, bool] = {}
    for node in walk(tree):
        if isinstance(node, MatrixSelector):
            rated[selector_of(node.vector_selector)] = True
        elif isinstance(node, VectorSelector) and id(node) not in ranged:
            rated.setdefault(selector_of(node), False)
    if not 0 < len(rated) <= _ROLES:
        return None
    result: list[tuple[Labels, bool]] = []
    for selector, counter in rated.items():
        others = [other for other in rated if other != selector]
        labels = _with(witness(selector, others) or witness(selector), slo.by)
        if labels is None:
            return None
        result.append((labels, counter))
    return result


def _casts(
    found: Sequence[tuple[Labels, bool]], limit: float, *, slices: bool
) -> Iterator[Callable[[float], tuple[Signal, ...]]]:
    """Give every series a role: all events, the bad or the good ones; of gauges a ratio; of slices a side."""
    roles: list[Callable[[float], tuple[float, float]]]
    if slices:
        far = max(abs(limit), 1.0)
        roles = [lambda _: (limit - far, limit + far), lambda _: (limit + far, limit - far)]
    else:
        roles = [lambda e: (0.0, e), lambda _: (1.0, 1.0), lambda e: (1.0, 1 - e)]
    for chosen in sorted(product(roles, repeat=len(found)), key=lambda cast: -len(set(map(id, cast)))):

        def signals(e: float, cast: Sequence[Callable[[float], tuple[float, float]]] = chosen) -> tuple[Signal, ...]:
            return tuple(_played(one, role(e)) for one, role in zip(found, cast, strict=True))

        yield signals


def _played(series: tuple[Labels, bool], figures: tuple[float, float]) -> Signal:
    labels, counter = series
    if counter:
        return Signal(labels, Form.COUNTER, *(max(0.0, _TRAFFIC * figure) for figure in figures))
    return Signal(labels, Form.GAUGE, *figures)


def _quantiles(slo: Slo, tree: Expr) -> Callable[[float], tuple[Signal, ...]] | None:
    """Tell a histogram whose observations move from below a limit to above it, or the other way."""
    selectors = [selector_of(node.vector_selector) for node in walk(tree) if isinstance(node, MatrixSelector)]
    if len(selectors) != 1 or not isinstance(slo.sli, SliceSli):
        return None
    limit, above = slo.sli.limit, slo.sli.bad.startswith(">")
    signals = []
    for bound, fast in ((limit, True), (_LIMIT * limit, False), (float("inf"), False)):
        text = "+Inf" if bound == float("inf") else f"{bound:g}"
        narrowed = selectors[0].without(_BOUND).with_matchers(parse_selector(f'{{le="{text}"}}').matchers)
        labels = _with(witness(narrowed), slo.by)
        if labels is None:
            return None
        held = (_TRAFFIC, 0.0) if above else (0.0, _TRAFFIC)
        signals.append(Signal(labels, Form.COUNTER, *(held if fast else (_TRAFFIC, _TRAFFIC))))
    return lambda _: tuple(signals)


def _shows(expr: str, signals: Callable[[float], tuple[Signal, ...]], e: float, window: timedelta) -> bool:
    """Tell whether an expression shows no errors before an outage, and their ratio once it fills the window."""
    start = window + 2 * _MINUTE
    end = start + window + 2 * _MINUTE
    try:
        storage = Storage(sample(Story("", signals(e), e, start, end, end, ()), _SCRAPE))
        before, during = ((moment - _MINUTE) // _MS for moment in (start, end))
        found = Engine(storage).evaluate(expr, Steps(before, during, during - before))
    except (PromqlError, EvaluationError):
        return False
    if not isinstance(found, Block) or len(found.labels) != 1 or not found.present.all():
        return False
    clean, bad = (float(value) for value in found.values[0])
    return abs(clean) < _DUST and abs(bad - e) < _DUST


_DUST = 1e-6


def _with(labels: Labels | None, by: Sequence[str]) -> Labels | None:
    """Add the labels that the objective is split by."""
    if labels is None:
        return None
    found = dict(labels)
    return tuple(sorted({**dict.fromkeys(by, "x"), **found}.items()))
