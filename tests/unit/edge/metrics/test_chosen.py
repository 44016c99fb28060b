from datetime import date
from pathlib import Path

import pytest

from surefoot import api, wiring
from surefoot.edge.metrics.cache import CachedSource
from surefoot.edge.metrics.embedded import EmbeddedReader, EmbeddedStore
from surefoot.edge.metrics.files import FilesSource
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.errors import MetricsError
from surefoot.ports.samples import Keeping
from surefoot.spec.system import System

pytestmark = pytest.mark.req("MON-3")


def system(folder: Path, metrics: str) -> System:
    (folder / "surefoot.yaml").write_text(f"surefoot: 1\n{metrics}\n", "utf-8")
    found = api.check([folder], today=date(2026, 1, 5)).system
    assert found is not None
    return found


def test_a_server_of_the_spec_is_asked_with_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_TOKEN", "hush")
    (tmp_path / "password").write_text("quiet\n")
    metrics = (
        "metrics: {prometheus: {url: http://p:9090, token: 'env:SHOP_TOKEN', username: me, "
        f"password: 'file:{tmp_path}/password', tenant: shop}}}}"
    )
    found = wiring.metrics_source(system(tmp_path, metrics))
    assert isinstance(found, PrometheusSource)
    one = found.endpoint
    assert (one.url, one.token, one.username, one.password, one.tenant) == (
        "http://p:9090",
        "hush",
        "me",
        "quiet",
        "shop",
    )
    assert one.identity == "http://p:9090 shop"


@pytest.mark.parametrize("secret", ["env:SUREFOOT_NOT_SET", "file:/nowhere/token"])
def test_a_secret_that_is_not_set_is_named(tmp_path: Path, secret: str):
    metrics = f"metrics: {{prometheus: {{url: http://p:9090, token: '{secret}'}}}}"
    with pytest.raises(MetricsError, match=secret.partition(":")[2]):
        wiring.metrics_source(system(tmp_path, metrics))


def test_files_of_the_spec_are_relative_to_it(tmp_path: Path):
    found = wiring.metrics_source(system(tmp_path, "metrics: {files: {paths: [history/*.csv]}}"))
    assert found == FilesSource(("history/*.csv",), tmp_path)


@pytest.mark.req("PLT-3")
def test_embedded_metrics_are_read_from_beside_the_spec_or_from_a_named_folder(tmp_path: Path):
    assert wiring.metrics_source(system(tmp_path, "metrics: embedded")) == EmbeddedReader(tmp_path / ".surefoot")
    store = EmbeddedStore(tmp_path / "data", Keeping(1, 1))
    store.close()
    assert wiring.metrics_source(None, [str(tmp_path / "data")]) == EmbeddedReader(tmp_path / "data")


@pytest.mark.parametrize(
    ("metrics", "problem"),
    [
        ("metrics: {cloudwatch: {region: eu-central-1}}", r"surefoot\.yaml:2:\d+: CloudWatch cannot be read yet: use"),
        ("metrics: {}", "`metrics` names no source"),
        ("", "no source of metrics is named"),
    ],
)
def test_a_source_that_cannot_be_read_is_told(tmp_path: Path, metrics: str, problem: str):
    with pytest.raises(MetricsError, match=problem):
        wiring.metrics_source(system(tmp_path, metrics))


def test_the_command_line_goes_before_the_spec(tmp_path: Path):
    written = system(tmp_path, "metrics: {prometheus: http://p:9090}")
    assert wiring.metrics_source(written, ["a.csv", "b.csv"]) == FilesSource(("a.csv", "b.csv"), Path())
    server = wiring.metrics_source(written, ["https://q:9090"])
    assert isinstance(server, PrometheusSource)
    assert server.endpoint.url == "https://q:9090"
    with pytest.raises(MetricsError, match="one server, or any number of files"):
        wiring.metrics_source(None, ["https://q:9090", "a.csv"])


def test_a_cache_stands_before_servers_alone(tmp_path: Path):
    assert isinstance(wiring.metrics_source(None, ["http://q"], tmp_path), CachedSource)
    assert isinstance(wiring.metrics_source(None, ["a.csv"], tmp_path), FilesSource)


def test_only_a_server_evaluates_queries():
    assert isinstance(wiring.query_server(None, ["http://q"]), PrometheusSource)
    with pytest.raises(MetricsError, match="files evaluate no queries"):
        wiring.query_server(None, ["a.csv"])
