"""Alertmanager's configuration (0.25): routes by team and priority, receivers, inhibition, business hours."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from surefoot.artifact import Artifact
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._hours import time_interval
from surefoot.outputs._receivers import PRIORITIES, Integration, integrations, receiver_name, teams
from surefoot.outputs._routes import DEFAULT, inhibitions, repeat_interval, route, waiting_tiers
from surefoot.outputs._yaml import document
from surefoot.promql.duration import format_duration
from surefoot.spec.system import System

Json = Mapping[str, object]

_RETENTION = timedelta(hours=120)  # Alertmanager's own --data.retention


def _render(system: System) -> Iterator[Artifact]:
    content: dict[str, object] = {
        "route": route(system),
        "inhibit_rules": inhibitions(system),
        "receivers": list(_receivers(system)),
    }
    waiting = [team for team in teams(system) if any(waiting_tiers(system, team, priority) for priority in PRIORITIES)]
    if waiting:
        content["time_intervals"] = [time_interval(system, team) for team in waiting]
    text = document(content, header(system) + _retention(system))
    yield Artifact("alertmanager/alertmanager.yml", text)


def _receivers(system: System) -> Iterator[Json]:
    yield _receiver(DEFAULT, integrations(system, "", "P2"))
    for team in teams(system):
        for priority in PRIORITIES:
            yield _receiver(receiver_name(team, priority), integrations(system, team, priority))


def _receiver(name: str, ways: list[Integration]) -> Json:
    configs: dict[str, list[Json]] = {}
    for way in ways:
        configs.setdefault(way.key, []).append(way.config)
    return {"name": name, **configs}


def _retention(system: System) -> str:
    """Say how long Alertmanager must remember what it sent, where its default forgets before it repeats."""
    longest = max(repeat_interval(system, priority) for priority in PRIORITIES)
    if longest < _RETENTION:
        return ""
    hours = -(-2 * longest // timedelta(hours=1))  # the flag takes no larger unit
    repeats = format_duration(longest)
    return f"# Start Alertmanager with --data.retention={hours}h: it repeats what lasts after {repeats}.\n"


OUTPUT = Output(
    "alertmanager",
    "Routes by team and priority, receivers, inhibitions and business hours of Alertmanager.",
    _render,
)
