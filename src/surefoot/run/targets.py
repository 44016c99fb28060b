"""Which addresses are scraped: those of the configuration that `surefoot build` writes for Prometheus."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from surefoot.outputs.prometheus_config import scrape_configs
from surefoot.promql.series import Labels
from surefoot.spec.system import System

_METRICS = "/metrics"
_INSTANCE = "instance"
_ADDRESS = "__address__"


@dataclass(frozen=True, slots=True)
class Target:
    """One address that is scraped.

    Attributes:
        labels: That each of its series gets, ``job`` and ``instance`` among them.
    """

    url: str
    labels: Labels


def targets(system: System) -> tuple[Target, ...]:
    """List what the declared services, exporters and probes expose; each address once."""
    found = {target.url + str(target.labels): target for job in scrape_configs(system) for target in _of(job)}
    return tuple(found.values())


def _of(job: Mapping[str, object]) -> Iterator[Target]:
    scheme, path = str(job.get("scheme", "http")), str(job.get("metrics_path", _METRICS))
    params = cast("Mapping[str, Sequence[str]]", job.get("params", {}))
    prober = _prober(cast("Sequence[Mapping[str, str]]", job.get("relabel_configs", ())))
    for group in cast("Sequence[Mapping[str, object]]", job["static_configs"]):
        own = cast("Mapping[str, str]", group.get("labels", {}))
        for address in cast("Sequence[str]", group["targets"]):
            asked = [(key, value) for key, values in params.items() for value in values]
            if prober:
                asked.append(("target", address))
            query = f"?{urlencode(asked)}" if asked else ""
            labels = {"job": str(job["job_name"]), _INSTANCE: address, **own}
            yield Target(f"{scheme}://{prober or address}{path}{query}", tuple(sorted(labels.items())))


def _prober(relabelling: Sequence[Mapping[str, str]]) -> str:
    """Return the address that stands in for the probed one."""
    return next((one["replacement"] for one in relabelling if one.get("target_label") == _ADDRESS), "")
