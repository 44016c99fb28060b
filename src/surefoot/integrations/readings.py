"""What policies have counted, as families of samples; read when asked, so calls pay for plain integers alone.

The names and labels are those of resilience4j (its module micrometer), whose dashboards and rules then fit; what
resilience4j does not have is named `surefoot_resilience_…`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from surefoot.resilience.pipeline import Pipeline

State = Mapping[str, Any]  # Any: what a policy's `state` gives, whose shape its docstring tells
Labels = tuple[tuple[str, str], ...]
Source = Mapping[tuple[str, str], Pipeline] | Iterable[Pipeline]


class Sample(NamedTuple):
    """One number: what its name adds to the family's, its labels, its value."""

    suffix: str
    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """Samples of one name."""

    name: str
    kind: Literal["gauge", "counter", "histogram", "summary"]
    describes: str
    samples: list[Sample]


_Values = Sequence[float | None]
_Series = tuple[tuple[str, Labels], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A family of policies: the suffix and labels of its samples, and their values in a state (None: no sample)."""

    name: str
    kind: Literal["gauge", "counter", "summary"]
    describes: str
    policies: tuple[str, ...]
    values: Callable[[State], _Values]
    series: _Series = (("", ()),)


def _labelled(label: str, *values: str) -> _Series:
    return tuple(("", ((label, value),)) for value in values)


_STATES = ("closed", "open", "half-open", "forced-open", "disabled", "metrics-only")
_KINDS_OF_CALLS: _Series = (
    ("_count", (("kind", "successful"),)),
    ("_sum", (("kind", "successful"),)),
    ("_count", (("kind", "failed"),)),
    ("_sum", (("kind", "failed"),)),
    ("_count", (("kind", "ignored"),)),
)
_RETRIES = ("ok_first", "ok_later", "failed_first", "failed_later")
_SUBSTITUTES = ("stale", "value", "queue", "alternative")
_PRIORITIES = ("low", "normal", "critical")


def _states(state: State) -> _Values:
    present = state["state"]
    return [1 if name == present else 0 for name in _STATES]


def _calls(state: State) -> _Values:
    calls, seconds = state["calls"], state["seconds"]
    return calls["ok"], seconds["ok"], calls["failed"], seconds["failed"], calls["neutral"]


def _buffered(state: State) -> _Values:
    buffered = state["buffered"]
    return buffered["calls"] - buffered["failed"], buffered["failed"]


def _percent(share: float | None) -> _Values:
    return (-1 if share is None else 100.0 * share,)  # as resilience4j tells a share below the minimum of calls


def _field(key: str) -> Callable[[State], _Values]:
    return lambda state: (state[key],)


_BREAKER = ("breaker",)
_DOORS = ("bulkhead", "adaptive")
_CB = "resilience4j_circuitbreaker_"
_RL = "resilience4j_ratelimiter_"
_BH = "resilience4j_bulkhead_"
_OURS = "surefoot_resilience_"
_KINDS = (
    _Kind(
        f"{_CB}state",
        "gauge",
        "Whether the breaker is in this state.",
        _BREAKER,
        _states,
        _labelled("state", *(name.replace("-", "_") for name in _STATES)),
    ),
    _Kind(f"{_CB}calls_seconds", "summary", "Calls, and their time.", _BREAKER, _calls, _KINDS_OF_CALLS),
    _Kind(
        f"{_CB}not_permitted_calls_total",
        "counter",
        "Calls refused by the breaker.",
        _BREAKER,
        lambda state: (state["calls"]["rejected"],),
        _labelled("kind", "not_permitted"),
    ),
    _Kind(
        f"{_CB}buffered_calls",
        "gauge",
        "Results in the window.",
        _BREAKER,
        _buffered,
        _labelled("kind", "successful", "failed"),
    ),
    _Kind(
        f"{_CB}slow_calls",
        "gauge",
        "Slow results in the window.",
        _BREAKER,
        lambda state: (state["buffered"]["slow"],),
    ),
    _Kind(
        f"{_CB}failure_rate",
        "gauge",
        "Per cent; -1 below min_calls.",
        _BREAKER,
        lambda state: _percent(state["failure_share"]),
    ),
    _Kind(
        f"{_CB}slow_call_rate",
        "gauge",
        "Per cent; -1 below min_calls.",
        _BREAKER,
        lambda state: _percent(state["slow_share"]),
    ),
    _Kind(
        "resilience4j_retry_calls_total",
        "counter",
        "Calls by how they ended.",
        ("retry",),
        lambda state: [state["calls"][key] for key in _RETRIES],
        _labelled(
            "kind",
            "successful_without_retry",
            "successful_with_retry",
            "failed_without_retry",
            "failed_with_retry",
        ),
    ),
    _Kind(f"{_BH}available_concurrent_calls", "gauge", "Free places.", _DOORS, _field("available_concurrent_calls")),
    _Kind(f"{_BH}max_allowed_concurrent_calls", "gauge", "Places.", _DOORS, _field("max_allowed_concurrent_calls")),
    _Kind(f"{_RL}available_permissions", "gauge", "Calls that may go.", ("rate",), _field("available_permissions")),
    _Kind(f"{_RL}waiting_threads", "gauge", "Calls that wait.", ("rate",), _field("waiting_threads")),
    _Kind(
        "resilience4j_timelimiter_calls_total",
        "counter",
        "Attempts out of time.",
        ("timeout",),
        lambda state: (state["timed_out"] + state["late"],),
        _labelled("kind", "timeout"),
    ),
    _Kind(f"{_OURS}rate_limited_calls_total", "counter", "Refused by the rate limit.", ("rate",), _field("rejected")),
    _Kind(f"{_OURS}bulkhead_full_calls_total", "counter", "Refused for want of a place.", _DOORS, _field("rejected")),
    _Kind(f"{_OURS}deadline_exceeded_calls_total", "counter", "Out of time.", ("deadline",), _field("exceeded")),
    _Kind(
        f"{_OURS}fallback_calls_total",
        "counter",
        "Failed calls by their substitute.",
        ("fallback",),
        lambda state: [*(state["answered"][kind] for kind in _SUBSTITUTES), state["unanswered"]],
        _labelled("kind", *_SUBSTITUTES, "none"),
    ),
    _Kind(
        f"{_OURS}shed_calls_total",
        "counter",
        "Calls shed.",
        ("shed",),
        lambda state: [state["shed"][level] for level in _PRIORITIES],
        _labelled("priority", *_PRIORITIES),
    ),
    _Kind(f"{_OURS}hedged_calls_total", "counter", "Second calls sent.", ("hedge",), _field("hedged")),
    _Kind(f"{_OURS}hedges_won_total", "counter", "Second calls that answered first.", ("hedge",), _field("won")),
    _Kind(f"{_OURS}budget_refused_calls_total", "counter", "Repetitions refused.", ("budget",), _field("refused")),
    _Kind(f"{_OURS}chaos_calls_total", "counter", "Calls that a fault touched.", ("chaos",), _field("touched")),
)


def names() -> tuple[str, ...]:
    """Give the names of all families."""
    return tuple(kind.name for kind in _KINDS)


def read(source: Source) -> list[Family]:
    """Read every policy of pipelines now.

    Args:
        source: The pipelines of a file, which then have a label `service`, or any pipelines.
    """
    families = []
    for kind, states in _states_by_kind(source):
        samples = [
            Sample(suffix, labels + more, value)
            for labels, state in states
            for (suffix, more), value in zip(kind.series, kind.values(state), strict=True)
            if value is not None
        ]
        families.append(Family(kind.name, kind.kind, kind.describes, samples))
    return families


def write(source: Source) -> bytes:
    """Write what `read` gives as `text` does, without building it: 1,000 breakers take some 25 ms."""
    written: dict[Labels, str] = {}
    lines: list[str] = []
    for kind, states in _states_by_kind(source):
        lines.append(_head(kind.name, kind.describes, kind.kind))
        ends = [(f"{kind.name}{suffix}{{", f",{_written(more)}}} " if more else "} ") for suffix, more in kind.series]
        for labels, state in states:
            shown = written.get(labels) or written.setdefault(labels, _written(labels))
            values = zip(ends, kind.values(state), strict=True)
            lines += [f"{head}{shown}{tail}{value}\n" for (head, tail), value in values if value is not None]
    return "".join(lines).encode()


def _states_by_kind(source: Source) -> Iterator[tuple[_Kind, list[tuple[Labels, State]]]]:
    by_policy: dict[str, list[tuple[Labels, State]]] = {}
    for labels, policies in _named(source):
        for policy, one in policies:
            by_policy.setdefault(policy, []).append((labels, one.state()))
    for kind in _KINDS:
        states = [each for policy in kind.policies for each in by_policy.get(policy, ())]
        if states:
            yield kind, states


def _named(source: Source) -> Iterator[tuple[Labels, Iterable[tuple[str, Any]]]]:
    if isinstance(source, Mapping):
        for (service, name), pipeline in source.items():
            yield (("name", name), ("service", service)), pipeline.policies.items()
    else:
        for pipeline in source:
            yield (("name", pipeline.name),), pipeline.policies.items()


def text(families: Iterable[Family]) -> bytes:
    r"""Write families in Prometheus' text format 0.0.4.

    >>> text([Family("up", "gauge", "Whether it is.", [Sample("", (("job", "a"),), 1.0)])]).decode()
    '# HELP up Whether it is.\n# TYPE up gauge\nup{job="a"} 1.0\n'
    """
    lines = []
    for family in families:
        lines.append(_head(family.name, family.describes, family.kind))
        for suffix, labels, value in family.samples:
            lines.append(f"{family.name}{suffix}{{{_written(labels)}}} {value}\n")
    return "".join(lines).encode()


def _head(name: str, describes: str, kind: str) -> str:
    return f"# HELP {name} {describes}\n# TYPE {name} {kind}\n"


def _written(labels: Labels) -> str:
    return ",".join(f'{key}="{_escaped(value)}"' for key, value in labels)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
