"""Servers that misbehave: each is told apart, and never taken for silence."""

from itertools import count

import pytest

from surefoot.edge.metrics.http import Endpoint, Patience
from surefoot.edge.metrics.prometheus import PrometheusSource
from surefoot.errors import MetricsError
from surefoot.promql.selector import Selector
from tests.unit.edge.metrics.made import BASE
from tests.unit.edge.metrics.server import Said, failure, serving, slow, success

pytestmark = pytest.mark.req("MON-3")

QUICK = Patience(timeout=0.3, attempts=3, pause=0.001)
UP = Selector("up")
HOUR = 3_600_000
SAMPLE = {"metric": {"__name__": "up"}, "values": [[BASE / 1000, "1"]]}


def source(url: str, **settings: str) -> PrometheusSource:
    return PrometheusSource(Endpoint(url, **settings), QUICK)


def covering(asked: dict[str, str]) -> tuple[int, int]:
    """Tell the stretch that a query for raw samples asks for."""
    until = round(float(asked["time"]) * 1000)
    return until - int(asked["query"].partition("[")[2].removesuffix("ms]")), until


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ((200, b"<html><body>Welcome to nginx</body></html>"), "answered with a web page"),
        ((200, b'{"status":"success","data":{"resultType":"ma'), "JSON that is cut short"),
        ((200, b""), "answered with nothing"),
        ((200, b'{"hello": 1}'), "not of this API"),
        ((200, b'{"status":"success"}'), "answered without data"),
        ((404, b"404 page not found"), r"has no Prometheus API \(404\)"),
        ((302, b""), "status 302"),
        ((401, b"denied"), r"refuses access \(401\); set `token`"),
        ((403, b'{"status":"error","error":"no tenant"}'), "no tenant"),
        ((429, b"slow down"), "was asked too often"),
        ((500, b"oops"), "failed with status 500"),
        ((502, b"<html>bad gateway</html>"), r"failed with status 502 Bad Gateway, and a web page \(HTML\)"),
        (failure(503, "unavailable", "starting up"), "failed with status 503: starting up"),
        (failure(400, "bad_data", "parse error"), r"refused \(400\): parse error"),
        (failure(422, "execution", "something odd"), r"refused \(422\): something odd"),
        (success([], "vector"), "answered with a vector, where a matrix was asked for"),
        (success([{"values": []}]), "none of a Prometheus API"),
        (success([{"metric": {}, "values": [[1, "x"]]}]), "none of a Prometheus API"),
        (success([{"metric": {}, "values": [7]}]), "none of a Prometheus API"),
        (success([SAMPLE, SAMPLE]), r"the series \{__name__=up\} twice"),
    ],
)
def test_a_bad_answer_is_told_for_what_it_is(said: Said, problem: str):
    with serving(lambda *_: said) as server, pytest.raises(MetricsError, match=problem):
        source(server.url).fetch([UP], BASE, BASE + 1000)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://127.0.0.1:1", r"cannot be reached \(.*refused"),
        ("prometheus:9090", "is no address that can be asked"),
    ],
)
def test_a_server_that_is_not_there_is_named(url: str, problem: str):
    with pytest.raises(MetricsError, match=problem):
        source(url).fetch([UP], BASE, BASE + 1000)


def test_a_server_that_hangs_is_given_up():
    with serving(lambda *_: slow(0.6, success([]))) as server, pytest.raises(MetricsError, match=r"within 0\.3 s"):
        source(server.url).fetch([UP], BASE, BASE + 1000)


def test_a_passing_failure_is_asked_again():
    turns = count()
    with serving(lambda *_: (503, b"") if next(turns) < 2 else success([SAMPLE])) as server:
        found = source(server.url).fetch([UP], BASE, BASE + 1000)
    assert [one.values[~one.stale].tolist() for one in found.series] == [[1]]
    assert not found.gaps


def test_an_answer_in_part_is_a_gap():
    with serving(lambda *_: success([SAMPLE], warnings=["one store is down"])) as server:
        found = source(server.url).fetch([UP], BASE, BASE + 1000)
        assert "the server warns: one store is down" in found.gaps[0]
        assert found.series
        with pytest.raises(MetricsError, match="not complete: one store is down"):
            source(server.url).range_("up", BASE, BASE + 1000, 1000)


def test_native_histograms_are_a_gap():
    row = {"metric": {"__name__": "h"}, "histograms": [[1, {}]]}
    with serving(lambda *_: success([row])) as server:
        assert source(server.url).fetch([UP], BASE, BASE + 1000).gaps == (
            "h has native histograms, which are not read",
        )


@pytest.mark.parametrize(
    "refused",
    [
        failure(422, "execution", "query processing would load too many samples into memory in query execution"),
        failure(503, "timeout", "query timed out in expression evaluation"),
        (413, b"too large"),
        (504, b"<html>gateway time-out</html>"),
    ],
)
def test_a_question_that_is_too_large_is_halved(refused: Said):
    def say(_: str, asked: dict[str, str]) -> Said:
        after, until = covering(asked)
        if until - after > 20 * 60_000:
            return refused
        values = [[time / 1000, "1"] for time in range(BASE, BASE + 3 * HOUR, 15_000) if after <= time <= until]
        return success([{"metric": {"__name__": "up"}, "values": values}] if values else [])

    with serving(say) as server:
        (found,), gaps = _fetched(source(server.url), BASE, BASE + 2 * HOUR)
    assert not gaps
    assert found == list(range(BASE, BASE + 2 * HOUR + 1, 15_000))


def _fetched(one: PrometheusSource, start: int, end: int) -> tuple[list[list[int]], tuple[str, ...]]:
    found = one.fetch([UP], start, end)
    return [series.times.tolist() for series in found.series], found.gaps


@pytest.mark.parametrize("left_open", [False, True])
def test_a_sample_where_chunks_meet_comes_once(*, left_open: bool):
    def say(path: str, asked: dict[str, str]) -> Said:
        if path.endswith("query_range"):
            return success([])
        after, until = covering(asked)
        times = range(BASE, BASE + 20 * HOUR, 60_000)
        inside = [time for time in times if (after < time if left_open else after <= time) and time <= until]
        return success([{"metric": {"__name__": "up"}, "values": [[time / 1000, "1"] for time in inside]}])

    with serving(say) as server:
        (found,), _ = _fetched(source(server.url), BASE, BASE + 20 * HOUR - 60_000)
    assert found == list(range(BASE, BASE + 20 * HOUR, 60_000))


def test_what_fails_for_good_is_a_gap_and_the_rest_stays():
    bad = BASE + 8 * 86_400_000

    def say(path: str, asked: dict[str, str]) -> Said:
        if path.endswith("query_range"):
            return success([])
        after, until = covering(asked)
        if after < bad <= until < BASE + 29 * 86_400_000:
            return 500, b"corrupt block"
        values = [[time / 1000, "1"] for time in range(BASE, BASE + 30 * 86_400_000, HOUR) if after < time <= until]
        return success([{"metric": {"__name__": "up"}, "values": values}] if values else [])

    told: list[tuple[int, int]] = []
    with serving(say) as server:
        found = source(server.url).fetch([UP], BASE, BASE + 30 * 86_400_000, lambda *at: told.append(at))
    assert len(found.gaps) == 1
    assert found.gaps[0].startswith("up from 2026-01-")
    assert "failed with status 500" in found.gaps[0]
    assert len(found.series[0].times) > 400
    assert told[-1][0] == told[-1][1]


def test_a_server_that_dies_halfway_is_not_asked_for_hours():
    turns = count()
    with serving(lambda *_: success([]) if next(turns) == 0 else (500, b"")) as server:
        found = source(server.url).fetch([UP], BASE, BASE + 365 * 86_400_000)
    assert len(server.asked) < 40
    assert len(found.gaps) > 40
    assert "not asked for, after 3 failures" in found.gaps[-1]


def test_secrets_and_tenant_are_sent_and_never_shown():
    with serving(lambda *_: success([])) as server:
        one = source(server.url, token="hush", tenant="shop")  # noqa: S106  # of a test
        one.fetch([UP], BASE, BASE + 1000)
        assert server.headers[0]["Authorization"] == "Bearer hush"
        assert server.headers[0]["X-Scope-OrgID"] == "shop"
        source(server.url, username="me", password="hush").fetch([UP], BASE, BASE + 1000)  # noqa: S106  # of a test
        assert server.headers[1]["Authorization"] == "Basic bWU6aHVzaA=="
    assert "hush" not in repr(one)


def test_a_path_in_the_address_is_kept():
    paths: list[str] = []

    def say(path: str, _: dict[str, str]) -> Said:
        paths.append(path)
        return success([])

    with serving(say) as server:
        source(f"{server.url}/prometheus/").fetch([UP], BASE, BASE + 1000)
    assert paths == ["/prometheus/api/v1/query"]


def test_range_queries_stay_below_the_points_that_a_server_allows():
    def say(_: str, asked: dict[str, str]) -> Said:
        start, end, step = (float(asked[name]) for name in ("start", "end", "step"))
        points = round((end - start) / step) + 1
        if points > 11_000:
            return failure(400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries")
        return success([{"metric": {}, "values": [[start + n * step, str(n)] for n in range(points)]}])

    with serving(say) as server:
        found = source(server.url).range_("1", BASE, BASE + 25_000 * 1000, 1000)
        assert found.present.sum() == 25_001
        assert found.values[0, 10_000] == 0
        with pytest.raises(MetricsError, match="widen --step"):
            source(server.url).range_("x @ end()", BASE, BASE + 25_000 * 1000, 1000)


@pytest.mark.parametrize("verify", ["nowhere.pem"])
def test_a_certificate_that_cannot_be_read_is_named(verify: str):
    one = PrometheusSource(Endpoint("https://127.0.0.1:1", verify=verify), QUICK)
    with pytest.raises(MetricsError, match="check the address and the certificate"):
        one.fetch([UP], BASE, BASE + 1000)
