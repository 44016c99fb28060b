"""Recording rules over what the resilience library counts: per dependency, how its calls fare."""

from collections.abc import Iterator
from datetime import timedelta
from string import Template

from surefoot.artifact import Artifact
from surefoot.domain.shields import declared
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._yaml import rule_file
from surefoot.promql.duration import format_duration
from surefoot.promql.quote import quote
from surefoot.spec.rulefile import Rule, RuleGroup
from surefoot.spec.system import System

_WINDOW = timedelta(minutes=5)
_BY = "sum by (service, name) "
_CALLS = "resilience4j_circuitbreaker_calls_seconds"
_COUNTED = f'({_BY}(rate({_CALLS}_count{{kind=~"successful|failed",$at}}[$window])) > 0)'
# $at selects the service; each record is named after what it holds.
_RECORDS = {
    "resilience:calls:rate": f"{_BY}(rate({_CALLS}_count{{$at}}[$window]))",
    "resilience:failures:ratio_rate": f'{_BY}(rate({_CALLS}_count{{kind="failed",$at}}[$window])) / {_COUNTED}',
    "resilience:duration_seconds:mean_rate": f"{_BY}(rate({_CALLS}_sum{{$at}}[$window])) / {_COUNTED}",
    "resilience:refused:rate": f"{_BY}(rate(resilience4j_circuitbreaker_not_permitted_calls_total{{$at}}[$window]))",
    "resilience:repeated:rate": f'{_BY}(rate(resilience4j_retry_calls_total{{kind=~".*_with_retry",$at}}[$window]))',
    "resilience:degraded:rate": (f'{_BY}(rate(surefoot_resilience_fallback_calls_total{{kind!="none",$at}}[$window]))'),
}
_OPEN = (
    'avg by (service, name) (sum without (state) (resilience4j_circuitbreaker_state{state=~"open|forced_open",$at}))'
)


def _render(system: System) -> Iterator[Artifact]:
    window = format_duration(_WINDOW)
    for service in system.services.values():
        if not any(declared(dependency) for dependency in service.model.depends_on):
            continue
        at = f"service={quote(service.name)}"
        rules = [
            Rule("record", name + window, Template(expression).substitute(at=at, window=window))
            for name, expression in _RECORDS.items()
        ]
        rules.append(Rule("record", "resilience:open:share", Template(_OPEN).substitute(at=at)))
        group = RuleGroup(f"surefoot-resilience-{service.name}", tuple(rules))
        yield Artifact(f"prometheus/rules/{service.name}.resilience.yml", rule_file([group], header(system)))


OUTPUT = Output(
    "resilience-rules",
    "Recording rules over the calls to each service's dependencies, as the resilience library counts them.",
    _render,
)
