"""Events of policies on the present span, and their counters as observable instruments.

::

    trace(payments)                                   # span events
    observe(pipelines, get_meter("checkout"))         # metrics
"""

from collections.abc import Callable, Iterable

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.trace import get_current_span

from surefoot.integrations.readings import Family, Source, names, read
from surefoot.resilience.events import Event, Hooks
from surefoot.resilience.pipeline import Pipeline

_NAMES = {
    "state_change": "resilience.circuit_breaker.state_change",
    "retry": "resilience.retry",
    "rejected": "resilience.rejected",
    "fallback": "resilience.fallback",
    "chaos": "resilience.chaos",
}


def on_span(event: Event) -> None:
    """Add an event to the present span if it is recorded; no call that is good comes here."""
    name = _NAMES.get(event.kind)
    span = get_current_span()
    if name is None or not span.is_recording():
        return
    attributes: dict[str, str | float] = {"resilience.name": event.name, "resilience.policy": event.policy}
    for key, value in event.detail:
        attributes[key if key == "error.type" else f"resilience.{key}"] = value
    if event.kind == "rejected":
        attributes.setdefault("error.type", "rejected")
    span.add_event(name, attributes)


def trace(source: Pipeline | Hooks) -> Callable[[], None]:
    """Put the events of a pipeline on spans from now on; the answer ends it."""
    return (source if isinstance(source, Hooks) else source.hooks).add(on_span)


def observe(source: Source, meter: Meter) -> None:
    """Make an observable instrument of each family; what pipelines counted is read when the reader collects.

    Counters come without `_total`, which exporters add. A sum and a count become two counters.
    """
    present = _Present(source)
    for name in names():
        for suffix in ("_count", "_sum") if name.endswith("_seconds") else ("",):
            whole = (name + suffix).removesuffix("_total")
            make = meter.create_observable_counter if _grows(name) else meter.create_observable_gauge
            make(whole, callbacks=[present.callback(name, suffix)], unit="s" if suffix == "_sum" else "")


def _grows(name: str) -> bool:
    return name.endswith(("_total", "_seconds"))


class _Present:
    """The families of one collection: its first callback reads them, and each takes its own away."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._families: dict[str, Family] = {}
        self._left: set[tuple[str, str]] = set()

    def callback(self, name: str, suffix: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observed(_: CallbackOptions) -> Iterable[Observation]:
            key = name, suffix
            if key in self._left or not self._families:
                self._families = {family.name: family for family in read(self._source)}
                self._left = set()
            self._left.add(key)
            family = self._families.get(name)
            for sample in () if family is None else family.samples:
                if sample.suffix == suffix:
                    yield Observation(sample.value, dict(sample.labels))

        return observed
