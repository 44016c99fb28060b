"""Which rules record a series."""

from collections.abc import Iterable, Sequence

from surefoot.checks._tree import Read
from surefoot.promql.selector import Selector
from surefoot.promql.walk import metric_names


class Recorded:
    """The recording rules, by the metric that they record."""

    def __init__(self, rules: Iterable[Read]) -> None:
        self._named: dict[str, list[Read]] = {}
        self._labelled: dict[tuple[str, str], dict[str | None, list[Read]]] = {}
        self._reads: dict[str, frozenset[str]] = {}
        for read in rules:
            if read.rule.kind == "record":
                self._named.setdefault(read.rule.name, []).append(read)

    def named(self, metric: str) -> Sequence[Read]:
        """Return the rules that record a metric, in the order written."""
        return self._named.get(metric, ())

    def selected(self, selector: Selector) -> list[Read]:
        """Return the rules whose series a selector can mean: no label of theirs contradicts it."""
        equal = {matcher.label: matcher.value for matcher in selector.matchers if matcher.op == "="}
        found = self.named(selector.metric)
        if equal and len(found) > 1:
            label = min(equal)
            by_value = self._by_value(selector.metric, label)
            found = [*by_value.get(equal[label], ()), *by_value.get(None, ())]
        return [
            read for read in found if all(read.rule.labels.get(label, value) == value for label, value in equal.items())
        ]

    def sources(self, metrics: Iterable[str]) -> set[str]:
        """Collect metrics and all those that they are made of, directly or through recording rules."""
        found: set[str] = set()
        waiting = [*metrics]
        while waiting:
            metric = waiting.pop()
            if metric not in found:
                found.add(metric)
                waiting += self._read_by(metric)
        return found

    def _by_value(self, metric: str, label: str) -> dict[str | None, list[Read]]:
        """Sort the rules of a metric by the value of a label; None holds those without it."""
        key = metric, label
        if key not in self._labelled:
            index: dict[str | None, list[Read]] = {}
            for read in self.named(metric):
                index.setdefault(read.rule.labels.get(label), []).append(read)
            self._labelled[key] = index
        return self._labelled[key]

    def _read_by(self, metric: str) -> frozenset[str]:
        if metric not in self._reads:
            self._reads[metric] = frozenset(name for read in self.named(metric) for name in metric_names(read.tree))
        return self._reads[metric]
