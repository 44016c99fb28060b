import json
from pathlib import Path
from typing import Any

import pytest

from surefoot.resilience.errors import BreakerOpen
from surefoot.resilience.loading import load, settings_from
from surefoot.resilience.settings import (
    BreakerSettings,
    FallbackSettings,
    Mode,
    PipelineSettings,
    RetrySettings,
    TimeoutSettings,
)

pytestmark = pytest.mark.req("RES-5")

PAYMENT = {
    "deadline": 2,
    "timeout": {"after": 0.6},
    "retry": {"retries": 3, "base": 0.1, "cap": 2, "jitter": "decorrelated"},
    "breaker": {"share": 0.5, "window": 10, "mode": "metrics-only", "shared": None},
    "fallback": [{"kind": "stale"}, {"kind": "value", "value": {"any": [1]}}],
    "user_sees": "delayed confirmation",
    "chaos": True,
}


def written(tmp_path: Path, services: Any, **other: Any) -> Path:
    path = tmp_path / "resilience.json"
    path.write_text(json.dumps({"format": 1, "services": services, **other}))
    return path


def test_all_fields_are_read_by_their_names(tmp_path):
    pipelines = load(written(tmp_path, {"checkout": {"payment-api": PAYMENT}}))
    assert pipelines("payment-api").settings == PipelineSettings(
        "payment-api",
        deadline=2.0,
        timeout=TimeoutSettings(0.6),
        retry=RetrySettings(base=0.1, cap=2.0, jitter="decorrelated"),
        breaker=BreakerSettings(share=0.5, window=10.0, mode=Mode.METRICS_ONLY),
        fallback=(FallbackSettings("stale"), FallbackSettings("value", value={"any": [1]})),
        user_sees="delayed confirmation",
        chaos=True,
    )


def test_a_pipeline_is_found_by_its_name_and_where_needed_its_service(tmp_path):
    pipelines = load(written(tmp_path, {"checkout": {"db": {}, "mail": {}}, "search": {"db": {}}}))
    assert pipelines("mail") is pipelines["checkout", "mail"]
    assert pipelines("search", "db") is pipelines["search", "db"]
    assert pipelines("search", "db") is not pipelines("checkout", "db")
    assert len(pipelines) == 3
    with pytest.raises(LookupError, match=r"'db' is ambiguous: choose of \('checkout', 'db'\), \('search', 'db'\)"):
        pipelines("db")
    with pytest.raises(LookupError, match=r"'db' of 'mail' is unknown: choose of"):
        pipelines("mail", "db")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"braker": {}}, r"checkout\.api\.braker: no such field: choose of name, deadline", id="misspelt"),
        pytest.param({"breaker": {"shar": 0.5}}, r"checkout\.api\.breaker\.shar: no such field", id="misspelt inside"),
        pytest.param({"breaker": {"share": "half"}}, r"breaker\.share: 'half' is no float", id="text for a number"),
        pytest.param({"breaker": {"calls": 1.5}}, r"breaker\.calls: 1\.5 is no int", id="fraction for a count"),
        pytest.param({"breaker": {"calls": True}}, r"breaker\.calls: True is no int", id="bool for a count"),
        pytest.param({"breaker": {"share": 2, "calls": 9}}, r"api\.breaker: share is 2", id="makes no sense"),
        pytest.param({"breaker": {"mode": "off"}}, r"mode: 'off': choose of normal, forced-open", id="no mode"),
        pytest.param({"retry": {"jitter": "some"}}, r"jitter: 'some': choose of full", id="no jitter"),
        pytest.param({"breaker": 5}, r"api\.breaker: 5 is no mapping", id="number for a record"),
        pytest.param({"fallback": {}}, r"api\.fallback: \{\} is no list", id="record for a list"),
        pytest.param({"fallback": [{}]}, r"fallback\[0\]: missing 1 required .* 'kind'", id="field missing"),
        pytest.param({"chaos": 1}, r"api\.chaos: 1 is no bool", id="number for a bool"),
        pytest.param({"deadline": "2s"}, r"api\.deadline: '2s' is no float", id="spec syntax"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, values, message):
    with pytest.raises(ValueError, match=message):
        load(written(tmp_path, {"checkout": {"api": values}}))


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1}', '{"format": 1, "services": {"a": []}}'])
def test_another_format_is_refused_with_the_path(tmp_path, text):
    path = tmp_path / "resilience.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"resilience\.json"):
        load(path)


def test_a_file_read_anew_changes_the_pipelines_that_stay(tmp_path):
    services = {"checkout": {"db": {"breaker": {"consecutive": 1}}, "mail": {}}}
    pipelines = load(written(tmp_path, services))
    database = pipelines("db")
    call = database(int)
    with pytest.raises(ValueError, match="invalid literal"):
        call("x")
    pipelines.configure(written(tmp_path, {"checkout": {"db": {"breaker": {"consecutive": 3}, "deadline": 1}}}))
    assert pipelines("db") is database
    assert database.settings.deadline == 1
    with pytest.raises(BreakerOpen):
        call("1")
    with pytest.raises(ValueError, match="no such field"):
        pipelines.configure(written(tmp_path, {"checkout": {"db": {}, "mail": {"x": 1}}}))
    assert database.settings.deadline == 1


def test_settings_may_bring_their_name():
    assert settings_from({"name": "a"}) == settings_from({}, "a") == PipelineSettings("a")
    with pytest.raises(ValueError, match="missing 1 required"):
        settings_from({})
