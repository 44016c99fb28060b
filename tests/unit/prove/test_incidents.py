import pytest

from surefoot.errors import ProofError
from surefoot.prove.incidents import Incident, quality, read_incidents
from surefoot.prove.past import AlertPast, Interval

pytestmark = pytest.mark.req("SLO-10")
MINUTE = 60_000


def alert(service: str, *firings: tuple[int, int | None], tier: str = "page") -> AlertPast:
    intervals = tuple(Interval(a * MINUTE, None if b is None else b * MINUTE) for a, b in firings)
    return AlertPast(f"{service}/kept", service, "Burn", tier, "P2", (), intervals)  # type: ignore[arg-type]


def test_yaml_and_csv_say_the_same():
    yaml = b"- {start: 2026-10-01T08:00:00Z, end: 2026-10-01T09:00:00Z, service: shop, name: down}\n"
    csv = b"start,end,service,name\n2026-10-01T08:00:00Z,2026-10-01T09:00:00Z,shop,down\n"
    assert read_incidents("a.yaml", yaml) == read_incidents("a.csv", csv)
    assert read_incidents("a.yaml", b"incidents:\n" + yaml) == read_incidents("a.csv", csv)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("a.yaml", "- {end: 2026-10-01}", "a.yaml:1:3: an incident needs `start`"),
        ("a.yaml", "- {start: 2026-10-02, end: 2026-10-01}", "ends before it starts"),
        ("a.yaml", "- {start: soon, end: 2026-10-01}", "`soon` is no time"),
        ("a.yaml", "- {start: 2026-10-01, end: 2026-10-02, what: x}", "unknown key `what`"),
        ("a.yaml", "name: x", "incidents are a list"),
        ("a.yaml", "- [", "a.yaml:"),
        ("a.yaml", "- 3", "an incident is a mapping"),
        ("a.csv", "start,end\n2026-10-01,\n", "a.csv:2: an incident needs `end`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(file: str, text: str, message: str):
    with pytest.raises(ProofError) as raised:
        read_incidents(file, text.encode())
    assert message in str(raised.value)


def test_pages_and_incidents_are_matched_by_service_and_time():
    incidents = [
        Incident(10 * MINUTE, 20 * MINUTE, "shop", "found"),
        Incident(100 * MINUTE, 110 * MINUTE, "shop", "missed"),
        Incident(200 * MINUTE, 210 * MINUTE, "", "any service's"),
    ]
    alerts = [
        alert("shop", (13, 15), (50, 51)),
        alert("search", (12, 14), (205, None)),
        alert("shop", (101, 105), tier="ticket"),
    ]
    found = quality(alerts, incidents, 0, 300 * MINUTE)
    assert [one.delay for one in found.detections] == [3 * MINUTE, None, 5 * MINUTE]
    assert (found.pages, found.matched) == (4, 2)
    assert found.precision == 0.5
    assert found.recall == pytest.approx(2 / 3)


def test_a_page_within_the_grace_belongs_to_the_incident():
    incidents = [Incident(0, 10 * MINUTE, "shop", "")]
    assert quality([alert("shop", (15, 16))], incidents, 5 * MINUTE, 60 * MINUTE).matched == 1
    assert quality([alert("shop", (16, 17))], incidents, 5 * MINUTE, 60 * MINUTE).matched == 0


def test_without_pages_or_incidents_nothing_is_claimed():
    found = quality([], [], 0, 1)
    assert (found.precision, found.recall) == (None, None)
