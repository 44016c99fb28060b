from collections.abc import Mapping

from surefoot.errors import PortError
from surefoot.ports.http import Answer
from surefoot.run.exposition import Sample
from surefoot.run.scrape import Exposed, Point, Scraped, scrape
from surefoot.run.targets import Target

TARGET = Target("http://a:1/metrics", (("instance", "a:1"), ("job", "shop")))


class Clock:
    def now(self) -> int:
        return 0

    def wait(self, until: int) -> bool:
        return until > 0


class Http:
    def __init__(self, answer: Answer | PortError) -> None:
        self._answer = answer

    def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer:
        assert url == TARGET.url
        assert "Accept" in headers
        assert timeout == 10
        if isinstance(self._answer, PortError):
            raise self._answer
        return self._answer

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Answer:
        raise NotImplementedError


def _points(exposed: Exposed, scraped: Scraped) -> dict[str, float | None]:
    found = {}
    for point in exposed.take(scraped):
        labels = dict(point.labels)
        assert labels["job"] == "shop"
        found[labels["__name__"] + labels.get("code", "")] = point.value
    return found


def test_a_vanished_series_and_a_vanished_target_end():
    exposed = Exposed(TARGET)
    samples = (Sample(b'x{code="a"}', 1.0, None), Sample(b'x{code="b"}', 2.0, None))
    assert _points(exposed, Scraped(0, 0.5, samples)) == {
        "xa": 1.0,
        "xb": 2.0,
        "up": 1.0,
        "scrape_duration_seconds": 0.5,
        "scrape_samples_scraped": 2.0,
    }
    assert exposed.series == 2
    gone = _points(exposed, Scraped(1, 0.5, samples[:1]))
    assert (gone["xa"], gone["xb"]) == (1.0, None)
    down = _points(exposed, Scraped(2, 10.0, (), "did not answer"))
    assert (down["xa"], down["up"]) == (None, 0.0)
    assert "xb" not in down, "it ended before"


def test_labels_of_the_target_push_those_exposed_aside():
    (point, *_) = Exposed(TARGET).take(Scraped(0, 0.0, (Sample(b'x{job="own"}', 1.0, None),)))
    assert point == Point((("__name__", "x"), ("exported_job", "own"), ("instance", "a:1"), ("job", "shop")), 0, 1.0)


def test_a_scrape_with_an_unreadable_series_fails_as_a_whole():
    exposed = Exposed(TARGET)
    found = _points(exposed, Scraped(0, 0.0, (Sample(b"x", 1.0, None), Sample(b"{}", 1.0, None))))
    assert found["up"] == 0.0
    assert "x" not in found
    assert "no series" in exposed.failure


def test_whatever_goes_wrong_is_told_in_the_result():
    http = Http(PortError("did not answer within 10 s"))
    assert scrape(TARGET, http, Clock(), 5, 10).failure == "did not answer within 10 s"
    assert scrape(TARGET, Http(Answer(503, b"")), Clock(), 5, 10).failure == "answered with status 503"
    assert "line 1" in scrape(TARGET, Http(Answer(200, b"<html>")), Clock(), 5, 10).failure
    cut = scrape(TARGET, Http(Answer(200, b"x 1\n", "application/openmetrics-text; version=1.0.0")), Clock(), 5, 10)
    assert "cut short" in cut.failure
    assert scrape(TARGET, Http(Answer(200, b"x 1\n")), Clock(), 5, 10).samples == (Sample(b"x", 1.0, None),)
