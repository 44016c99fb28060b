"""Prometheus rule files: one per service, standard alerts after the objectives."""

from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.rules.groups import groups
from surefoot.outputs import Output
from surefoot.outputs._header import header
from surefoot.outputs._yaml import rule_file
from surefoot.spec.system import System


def _render(system: System) -> Iterator[Artifact]:
    for service in system.services.values():
        found = groups(service, system)
        if found:
            yield Artifact(f"prometheus/rules/{service.name}.yml", rule_file(found, header(system)))


OUTPUT = Output(
    "prometheus-rules",
    "Recording rules, burn-rate, absent and standard alerts of each service.",
    _render,
)
