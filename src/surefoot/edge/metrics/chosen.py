"""From settings to a source: the spec's ``metrics:`` section, or what the command line names instead."""

import os
from collections.abc import Sequence
from pathlib import Path

from surefoot.edge import clock
from surefoot.edge.metrics.cache import CachedSource
from surefoot.edge.metrics.embedded import DATA, EmbeddedReader, is_store
from surefoot.edge.metrics.files import FilesSource
from surefoot.edge.metrics.http import Endpoint
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.errors import MetricsError
from surefoot.ports.metrics import MetricsSource
from surefoot.spec.model.workspace import Embedded, Files, Prometheus
from surefoot.spec.system import System

_SCHEMES = ("http://", "https://")
_LATER = {"cloudwatch": "CloudWatch"}
_INSTEAD = "use `prometheus`, `embedded` or `files`, or name a source with --metrics"


def source(system: System | None, override: Sequence[str], cache: Path | None) -> MetricsSource:
    """Choose where history is read from; see `wiring.metrics_source`.

    Raises:
        MetricsError: No source is named, it is not available yet, or one of its secrets is not set.
    """
    found = _named(override) if override else _written(system)
    if isinstance(found, PrometheusSource) and cache is not None:
        return CachedSource(found, found.endpoint.identity, cache, clock.now)
    return found


def server(system: System | None, override: Sequence[str]) -> PrometheusSource:
    """Choose the server that evaluates queries; see `wiring.query_server`.

    Raises:
        MetricsError: As for `source`; or the source is no server.
    """
    found = _named(override) if override else _written(system)
    if isinstance(found, PrometheusSource):
        return found
    raise MetricsError("files evaluate no queries: leave out `--engine server`, or name a server with --metrics URL")


def _named(override: Sequence[str]) -> PrometheusSource | FilesSource | EmbeddedReader:
    addresses = [one for one in override if one.startswith(_SCHEMES)]
    if len(override) == 1 and is_store(Path(override[0])):
        return EmbeddedReader(Path(override[0]))
    if not addresses:
        return FilesSource(tuple(override), Path())
    if len(override) > 1:
        raise MetricsError("--metrics takes one server, or any number of files, not both")
    return PrometheusSource(Endpoint(addresses[0]))


def _written(system: System | None) -> PrometheusSource | FilesSource | EmbeddedReader:
    entry = system.spec.single.get("metrics") if system else None
    if entry is None:
        raise MetricsError(
            "no source of metrics is named: write `metrics: {prometheus: http://host:9090}` into the spec, "
            "or name one with --metrics"
        )
    prometheus, files = getattr(entry.model, "prometheus", None), getattr(entry.model, "files", None)
    if isinstance(prometheus, Prometheus):
        return PrometheusSource(_endpoint(prometheus))
    if isinstance(getattr(entry.model, "embedded", None), Embedded):
        return EmbeddedReader(Path(entry.origin.span().file).parent / DATA)
    if isinstance(files, Files):
        return FilesSource(tuple(files.paths), Path(entry.origin.span().file).parent)
    later = next((key for key in _LATER if getattr(entry.model, key, None) is not None), None)
    if later is None:
        raise MetricsError(f"{entry.origin.span()}: `metrics` names no source: {_INSTEAD}")
    raise MetricsError(f"{entry.origin.span(later)}: {_LATER[later]} cannot be read yet: {_INSTEAD}")


def _endpoint(written: Prometheus) -> Endpoint:
    return Endpoint(written.url, _secret(written.token), written.username, _secret(written.password), written.tenant)


def _secret(reference: str | None) -> str | None:
    """Look up ``env:NAME`` or ``file:PATH``; the spec holds no secret itself."""
    if reference is None:
        return None
    kind, _, name = reference.partition(":")
    if kind == "env":
        found = os.environ.get(name)
        if found is None:
            raise MetricsError(f"the variable {name} is not set; the spec's `metrics` section reads a secret from it")
        return found
    try:
        return Path(name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MetricsError(f"{name} cannot be read ({error}); the spec's `metrics` section names it") from None
