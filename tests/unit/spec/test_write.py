from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.spec.decode import Decoder
from surefoot.spec.entry import Entry
from surefoot.spec.formats import all_formats
from surefoot.spec.model.service import Service
from surefoot.spec.source import parse
from surefoot.spec.write import _moment, service_yaml


def decode(text: str) -> Entry[Service]:
    documents, findings = parse("service.yaml", text.encode())
    decoder = Decoder()
    for document in documents:
        decoder.add(document)
    assert [*findings, *decoder.findings] == []
    (entry,) = decoder.spec([]).all("services", Service).values()
    return entry


NAMES = st.from_regex(r"[a-z]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
LABEL_NAMES = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), blacklist_characters="\ufeff"), max_size=15
)
LABELS = st.dictionaries(NAMES, TEXTS, max_size=2)
PERCENTS = st.decimals("0.001", "99.999", places=3).map("{:f}%".format)
TIMES = st.tuples(st.integers(1, 400), st.sampled_from(["ms", "s", "m", "h", "d", "w"])).map(lambda p: f"{p[0]}{p[1]}")
RATES = st.tuples(st.integers(1, 9999), st.sampled_from("smhd")).map(lambda p: f"{p[0]}/{p[1]}")
SWITCHES = st.sampled_from(["on", "off"])
TIERS = SWITCHES | st.fixed_dictionaries(
    {}, optional={"enabled": st.booleans(), "labels": LABELS, "annotations": LABELS}
)
INDICATORS = st.sampled_from(
    [
        {"bad": 'errors{code=~"5.."}', "total": "hits"},
        {"good": "sum(\n  rate(good[$window])\n)\n", "total": "sum(rate(hits[$window]))"},
        {"raw": "job:errors", "raw_kind": "success", "weight": "sum(hits)"},
    ]
) | st.one_of(
    st.fixed_dictionaries({"under": TIMES, "histogram": st.just("h"), "native": st.booleans()}),
    st.fixed_dictionaries({"at_least": RATES, "rate": st.just("x")}),
    st.fixed_dictionaries({"younger_than": TIMES, "age": st.just("x")}),
    st.fixed_dictionaries({"slice": st.fixed_dictionaries({"value": TEXTS, "below": st.floats(0, 1e6)})}),
)
SLAS = PERCENTS | st.fixed_dictionaries({"target": PERCENTS, "under": TIMES})
ALERTING = SWITCHES | st.fixed_dictionaries({}, optional={"name": NAMES, "page": TIERS, "ticket": TIERS})
SLOS = st.builds(
    lambda slo, indicator: {**slo, **indicator},
    st.fixed_dictionaries(
        {"target": PERCENTS},
        optional={
            "sla": SLAS,
            "window": TIMES | st.sampled_from(["month", "quarter"]),
            "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
            "description": TEXTS,
            "labels": LABELS,
            "by": LABEL_NAMES | st.lists(LABEL_NAMES, max_size=3),
            "alerting": ALERTING,
            "runbook": TEXTS,
        },
    ),
    INDICATORS,
)
ALERTS = SWITCHES | st.fixed_dictionaries(
    {}, optional={"above": PERCENTS | TIMES, "quantile": PERCENTS, "for": TIMES, "priority": st.just("P2")}
)
SERVICES = st.fixed_dictionaries(
    {"service": NAMES},
    optional={
        "owner": NAMES,
        "tier": st.sampled_from(["critical", "important", "normal"]),
        "description": TEXTS,
        "selector": LABELS,
        "targets": st.lists(TEXTS, max_size=2),
        "port": st.integers(1, 65535) | NAMES,
        "exporters": NAMES | st.lists(NAMES, max_size=2),
        "labels": LABELS,
        "slos": st.dictionaries(NAMES, SLOS, max_size=3),
        "journeys": st.dictionaries(
            NAMES, st.fixed_dictionaries({"steps": st.lists(NAMES), "target": PERCENTS}), max_size=1
        ),
        "depends_on": st.lists(
            st.fixed_dictionaries(
                {"service": NAMES},
                optional={
                    "timeout": st.sampled_from(["600ms", "1s in thread"]),
                    "retry": st.sampled_from(["3", "3, 100ms..2s x2 full"]),
                    "breaker": st.sampled_from(["50% in 10s", "5 consecutive", "off"]),
                    "concurrency": st.sampled_from(["20 queue 50", "adaptive 5..200"]),
                    "rate": st.sampled_from(["100/s burst 20", "5 per 10s sliding"]),
                },
            ),
            max_size=2,
        ),
        "baselines": st.fixed_dictionaries({"measured": st.just("2026-09-01"), "p99": TIMES, "peak": RATES}),
        "alerts": st.dictionaries(NAMES, ALERTS, max_size=2),
        "gradual_rollout": st.fixed_dictionaries({"steps": st.lists(PERCENTS, min_size=1, max_size=3), "hold": TIMES}),
        "capacity": st.fixed_dictionaries({"requests": RATES, "connections": st.integers(1, 9), "headroom": PERCENTS}),
    },
)


@pytest.mark.req("PLT-4")
@given(SERVICES)
def test_written_service_decodes_to_an_equal_one(spec):
    from surefoot.spec.yaml_text import write_yaml  # noqa: PLC0415  # only the test data is written with it

    before = decode(write_yaml([spec]))
    after = decode(service_yaml(before))
    assert after.name == before.name
    assert after.model == before.model


def test_short_forms_are_written_and_defaults_are_not():
    text = """\
service: checkout
owner: payments
slos:
  availability:
    target: 99.95%
    sla: 99.9%
    window: 28d
    by: region
    bad: http_requests_total{code=~"5.."}
    total: http_requests_total
    alerting:
      ticket: "off"
  latency:
    target: 99%
    under: 300ms
    histogram: http_request_duration_seconds
alerts:
  high-cpu: "off"
  high-latency:
    above: 1s
    for: 10m
baselines:
  peak: 1000/s
  measured: "2026-09-01"
"""
    entry = decode(text)
    written = service_yaml(entry)
    assert sorted(written.splitlines()) == sorted(text.splitlines())
    assert decode(written).model == entry.model


def test_sloth_service_becomes_a_short_spec():
    text = """\
version: prometheus/v1
service: checkout
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: |
          sum(
            rate(errors_total[{{.window}}])
          )
        total_query: sum(rate(hits_total[{{.window}}]))
    alerting: {page_alert: {disable: true}, ticket_alert: {labels: {severity: warning}}}
"""
    documents, _ = parse("sloth.yml", text.encode())
    (entry,) = all_formats()["sloth"].read(documents).services
    assert (
        service_yaml(entry)
        == """\
service: checkout
slos:
  availability:
    target: 99.9%
    bad: |
      sum(
        rate(errors_total[$window])
      )
    total: sum(rate(hits_total[$window]))
    alerting:
      page: "off"
      ticket:
        labels:
          severity: warning
"""
    )


@pytest.mark.req("PLT-4")
def test_every_public_sloth_example_survives_the_import(corpora: Path):
    reader = all_formats()["sloth"]
    count = 0
    for path in sorted(corpora.glob("sloth-examples/*.yml")):
        documents, _ = parse(path.name, path.read_bytes())
        for entry in reader.read([found for found in documents if reader.matches(found.value)]).services:
            again = decode(service_yaml(entry))
            assert (again.name, again.model) == (entry.name, entry.model)
            count += 1
    assert count == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(minutes=90), "1h30m"),
        (date(2026, 9, 1), "2026-09-01"),
        (time(9, 30), "09:30"),
        (datetime(2026, 9, 1, 9, 30), "2026-09-01 09:30:00"),  # noqa: DTZ001  # a wall clock's time has no zone
    ],
)
def test_moments_are_written_as_they_are_read(value, text):
    assert _moment(value) == text


def test_value_without_a_form_is_an_error_of_ours():
    with pytest.raises(TypeError, match="a spec has no form for object"):
        _moment(object())
