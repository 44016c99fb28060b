"""Bad input is a finding with its place and its cure, never an exception (INT-4)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surefoot import api
from surefoot.domain.intake import Decision
from surefoot.finding import Finding, Severity

TODAY = date(2026, 11, 1)
SLO = "service: shop\nslos:\n  availability:\n    {}\n    bad: errors_total\n    total: requests_total\n"
POLICY = (
    "service: shop\npolicy: {{slo: {{burn: own, burn_policies: {{own: [{}]}}}}}}\n"
    "slos: {{a: {{target: 99%, bad: e, total: t}}}}\n"
)

Check = Callable[[bytes | str], list[Finding]]


@pytest.fixture
def errors(tmp_path: Path) -> Check:
    """Check one file and return its errors, each of which must be complete."""
    return lambda content: blocked(tmp_path / "surefoot.yaml", content)


def blocked(file: Path, content: bytes | str) -> list[Finding]:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    found = api.check([file], today=TODAY)
    assert found.decision is Decision.BLOCK
    wrong = [finding for finding in found.findings if finding.severity is Severity.ERROR]
    for finding in wrong:
        assert finding.span is not None
        assert finding.span.file == file.as_posix()
        assert finding.message
        assert finding.cure
    return wrong


@pytest.mark.req("INT-3", "INT-4")
@pytest.mark.parametrize("name", ["absent.yaml", "absent", ""])
def test_missing_file(name: str, tmp_path: Path):
    (finding,) = api.check([tmp_path / name], today=TODAY).findings
    assert (finding.rule, finding.severity) == ("S01", Severity.ERROR)
    assert str(tmp_path / name) in finding.message
    assert finding.cure


@pytest.mark.req("INT-4", "INT-6")
@pytest.mark.parametrize(
    ("content", "rule", "place", "message"),
    [
        pytest.param(b"", "S01", "1:1", "the file is empty", id="empty"),
        pytest.param(b"# nothing\n---\n", "S01", "1:1", "the file is empty", id="comment"),
        pytest.param(b"service: shop\n# \xe4\n", "S01", "2:3", "byte 0xe4 is not UTF-8", id="latin-1"),
        pytest.param("service: shop".encode("utf-16"), "S01", "1:1", "byte 0xff is not UTF-8", id="utf-16"),
        pytest.param(b"a\0b", "S01", "1:2", "the character U+0000 is not allowed in YAML", id="null"),
        pytest.param(
            "service: caf\u00e9\nowner: \u00e9\x1f".encode(),
            "S01",
            "2:9",
            "the character U+001F is not allowed in YAML",
            id="control character",
        ),
        pytest.param(b"#" * 50 * 2**20, "S01", "1:1", "the file is larger than 16 MiB", id="50 MiB"),
        pytest.param("service: shop\nslos:\n\ta: 1\n", "S02", "3:1", "a tab is used for indentation", id="tab"),
        pytest.param("service: *shop", "S02", "1:10", "found undefined alias", id="unknown alias"),
        pytest.param("a: " + "[" * 100_000, "S02", "1:1003", "nested more than 16 levels deep", id="brackets"),
        pytest.param(
            "service: shop\nowner: a\nowner: b\n",
            "S03",
            "3:1",
            "the key `owner` stands twice in one mapping",
            id="twice",
        ),
        pytest.param(
            "service: shop\nlabels: {a: " + "{a: " * 20 + "}" * 21,
            "S04",
            "2:69",
            "nested more than 16 levels deep",
            id="20 levels",
        ),
        pytest.param("labels: &x {a: *x}", "S04", "1:9", "an alias contains itself", id="self"),
        pytest.param(
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
            "S04",
            "6:5",
            "aliases expand to too many values",
            id="bomb",
        ),
        pytest.param(
            "surefoot: " + "9" * 5000,
            "S04",
            "1:11",
            "the number has 5000 characters",
            id="digits",
        ),
        pytest.param("- a", "S06", "1:1", "the file is not a mapping of sections", id="list"),
        pytest.param(SLO.format("target: 99,9"), "S06", "4:13", "`99,9` has a decimal comma", id="comma"),
        pytest.param(SLO.format("target: 0.999"), "S06", "4:13", "`0.999` has no `%`", id="ratio"),
        pytest.param(SLO.format("target: 100%"), "S06", "4:13", "a target of 100 % leaves no error budget", id="100 %"),
        pytest.param(
            SLO.format("target: 99%\n    window: -30d"), "S06", "5:13", "the window `-30d` is negative", id="negative"
        ),
        pytest.param('service: "a/../../b"', "S06", "1:1", "`a/../../b` cannot be a name", id="name that is a path"),
        pytest.param(
            POLICY.format("{tier: page, long: 5m, short: 1h, share: 2%}"),
            "S06",
            "2:49",
            "the short window is longer than the long one",
            id="windows swapped",
        ),
        pytest.param(
            POLICY.format("{tier: page, long: 5m}"), "S06", "2:49", "the speed of burning is missing", id="no share"
        ),
        pytest.param(
            POLICY.format("{tier: page, long: 5m, share: 0%}"), "S06", "2:49", "`share` is zero", id="share of zero"
        ),
        pytest.param(
            "service: shop\npolicy: {slo: {window: often}}", "S06", "2:24", "`often` is not a window", id="policy"
        ),
        pytest.param("service: shop\npolicy: {preset: [x]}", "S07", "2:18", "there is no preset", id="preset"),
        pytest.param(
            "service: shop\npolicy: {metrics: {requests: 'sum('}}",
            "S06",
            "2:30",
            "PromQL: '(' is never closed: add ')'",
            id="metric of the policy",
        ),
        pytest.param(
            "people: {ana: {name: Ana}}\nschedules: {s: {layers: [{rotate: [ana, bo], every: 1w}]}}",
            "S07",
            "2:41",
            "there is no person `bo`",
            id="rotation",
        ),
        pytest.param(
            SLO.format("target: 99%").replace("errors_total", "'errors_total{code=~\"5..\"'"),
            "S09",
            "5:23",
            "PromQL: '{' is never closed: add '}'",
            id="PromQL",
        ),
        pytest.param(
            "apiVersion: openslo/v9\nkind: SLO\n",
            "S10",
            "1:13",
            "`openslo/v9` is not a version that can be read",
            id="OpenSLO",
        ),
        pytest.param("include: ['**x']", "S10", "1:11", "the pattern cannot be followed", id="pattern"),
        pytest.param("include: [.]", "S10", "1:11", "the pattern cannot be followed", id="include of itself"),
        pytest.param(
            "services:\n  a: {depends_on: [{service: b}]}\n  b: {depends_on: [{service: a}]}",
            "C06",
            "2:20",
            "hard dependencies run in a circle: a -> b -> a",
            id="cycle",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(content: bytes | str, rule: str, place: str, message: str, errors: Check):
    found = [finding for finding in errors(content) if finding.rule == rule]
    assert found
    assert found[0].message.startswith(message)
    assert str(found[0].span).endswith(f":{place}")


def test_links_in_a_circle(tmp_path: Path):
    (tmp_path / "a.yaml").symlink_to(tmp_path / "b.yaml")
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    (finding,) = api.check([tmp_path / "a.yaml"], today=TODAY).findings
    assert (finding.rule, finding.severity) == ("S01", Severity.ERROR)


def test_folder_in_place_of_a_file(tmp_path: Path):
    (tmp_path / "surefoot.yaml").mkdir()
    (finding,) = api.check([tmp_path], today=TODAY).findings
    assert finding.rule == "S01"


def test_several_mistakes_are_found_at_once(errors: Check):
    text = "ownr: web\n" + SLO.format("target: 0.999") + "  latency: {target: 99%, under: soon, histogram: h}\n"
    assert [finding.rule for finding in errors(text)] == ["S05", "S06", "S06"]


WORDS = ["service", "slos", "target", "99.9%", "policy", "slo", "include", "*", "&a", "data", "rpo", "-1d", "{", "]"]
NAMES = ["services", "people", "policy", "data", "stores", "audit", "journeys", "compliance", "include", "groups"]
SPEC = b"""
service: shop
owner: web
slos:
  availability: {target: 99.9%, sla: 99.5%, bad: e, total: t}
  latency: {target: 99%, under: 500ms, histogram: h}
journeys: {buy: {steps: [shop], target: 99.9%}}
depends_on: [{service: bank, breaker: 50% in 10s, fallback: stale 5m}]
baselines: {p95: 180ms, measured: 2026-10-01}
data: {orders: {rpo: 5m, rto: 1h, store: db}}
stores: {db: {engine: postgresql, backup: {tool: pgbackrest, full: daily 02:00, to: [s3://a]}}}
audit: {retention: strictest}
policy: {preset: sre, slo: {window: 28d}}
"""


def survives(content: bytes, folder: Path) -> None:
    file = folder / "surefoot.yaml"
    file.write_bytes(content)
    for finding in api.check([file], today=TODAY).findings:
        assert finding.span is not None
        assert finding.cure


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(SPEC) - 1), length=st.integers(0, 12), put=st.sampled_from(WORDS) | st.text(max_size=4))
def test_damaged_spec_is_never_an_exception(at: int, length: int, put: str, tmp_path: Path):
    survives(SPEC[:at] + put.encode("utf-8", "surrogatepass") + SPEC[at + length :], tmp_path)


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 10**30, 1.5, "", "x", "99.9%", "30d", "a{", "env:X", "2026-01-01", "09:00"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*WORDS[:6], *NAMES]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(section=st.sampled_from(NAMES), value=VALUES)
def test_nonsense_in_a_section_is_never_an_exception(section: str, value: object, tmp_path: Path):
    survives(f"service: shop\n{section}: {yaml_flow(value)}\n".encode(), tmp_path)


def yaml_flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {yaml_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_flow(item) for item in value) + "]"
    return "null" if value is None else repr(value)
