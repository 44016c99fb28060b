"""Text, JSON and the page tell the same, and the page needs nothing from outside."""

import base64
import hashlib
import json as parser
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from surefoot.cli.replayed import Shown, html, json, text, words
from surefoot.prove.against import against
from surefoot.prove.backtest import Backtest
from surefoot.prove.incidents import Incident, quality
from surefoot.prove.judging import Judgement
from surefoot.prove.noise import by_week, ranking
from surefoot.prove.past import AlertPast, Interval, NearMiss, ObjectivePast, Range, Silence, Spending
from surefoot.prove.tune import Candidate, Tuning

pytestmark = pytest.mark.req("SLO-10")
MINUTE, DAY = 60_000, 86_400_000
OVER = Range(0, 10 * DAY, MINUTE)
EVIL = "<script>alert(1)</script>"


def shown(*, fired: bool = True) -> Shown:
    firings = (Interval(DAY, DAY + 120_000, 2.5), Interval(9 * DAY, None)) if fired else ()
    near = (NearMiss(3 * DAY, 3 * DAY + 1, 3 * DAY, 0.93), NearMiss(4 * DAY, 4 * DAY, 4 * DAY, 1.4))
    labels = (("alertname", "Burn"), ("zone", EVIL))
    alert = AlertPast("shop/kept", "shop", "Burn", "page", "P2", labels, firings, near, ("1h/5m 14.4×",))
    spending = Spending(np.array([5 * DAY, 10 * DAY]), np.array([1.0, 9.0]), np.array([100.0, 100.0]))
    objective = ObjectivePast("shop/kept", "shop", 99.0, 0.01, 30 * DAY, spending if fired else None)
    known = [Incident(DAY, 2 * DAY, "shop", EVIL), Incident(6 * DAY, 7 * DAY, "shop", "missed")]
    candidate = Candidate(99.0, 1.4, 5.0, current=True)
    other = Candidate(95.0, 0.7, 0.9)
    tuning = Tuning("shop/kept", 1.0, (other, candidate), other, ((80.0, 0.0), (95.0, 0.7), (99.999, 30.0)), ())
    judged = Judgement(short=300_000, flap=900_000, grace=0)
    found = Backtest(
        OVER,
        judged,
        (alert,),
        (objective,),
        (Silence("shop/other", 'up{job="x"}'),),
        ("a rule failed",),
        ("the server was away",),
        quality([alert], known, 0, OVER.end),
        ranking([alert], known, judged, OVER),
        by_week([alert], OVER),
        (tuning,),
    )
    return Shown(found, "shop", "2.42", "0", against([], [alert], OVER.end), "old.yaml")


def test_the_text_tells_everything():
    told = text.render(shown())
    for part in (
        "pages          2     1.4  1 1",
        "1970-01-02 00:00:00Z  2m, peak 2.5× its threshold",
        "1970-01-10 00:00:00Z  1d, still firing at the end",
        "measured",
        "precision 50 % (1 of 2 pages belong to an incident)",
        "recall 50 % (1 of 2 incidents were paged for)",
        "NOT NOTICED: no page",
        "93 % of the threshold",
        "held back by `min_failures` or `for`",
        "suggested: 95 %",
        "2 appear, 0 disappear, 0 move, 0 stay",
        'shop/other  up{job="x"}',
        "the server was away",
        "a rule failed",
    ):
        assert part in told


def test_json_holds_every_firing():
    told = parser.loads(json.render(shown()))
    assert told["alerts"][0]["firings"] == [
        {"from": "1970-01-02T00:00:00Z", "to": "1970-01-02T00:02:00Z", "peak": 2.5},
        {"from": "1970-01-10T00:00:00Z", "to": None, "peak": None},
    ]
    assert told["pages"]["by_week"] == [1, 1]
    assert told["incidents"]["recall"] == 0.5
    assert told["tuning"][0]["suggested_objective"] == 95.0
    assert told["no_data"][0]["subject"] == "shop/other"


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_needs_nothing_else():
    source = html.render(shown())
    page = Page(source)
    assert page.open == []
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe")]
    assert not [attrs for _, attrs in page.tags if "style" in attrs or "src" in attrs]
    assert EVIL not in source
    style = re.search(r"<style>(.*?)</style>", source, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in source


def test_every_plot_says_what_it_shows():
    page = Page(html.render(shown()))
    plots = [attrs for tag, attrs in page.tags if tag == "svg"]
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert len(plots) == 4
    for attrs in plots:
        assert attrs["role"] == "img"
        assert set((attrs["aria-labelledby"] or "").split()) <= ids
    assert all(attrs["tabindex"] == "0" for _, attrs in page.tags if attrs.get("class") == "wide")


def test_nothing_fired_is_a_page_too():
    assert Page(html.render(shown(fired=False))).open == []
    assert "1 alert never fired" in text.render(shown(fired=False))


@pytest.mark.parametrize(
    ("ratio", "told"), [(None, "–"), (0.0, "0 %"), (0.125, "12.5 %"), (8.01, "801 %"), (40.07, "40.1×")]
)
def test_percentages_stay_short(ratio: float | None, told: str):
    assert words.percent(ratio) == told


def test_bars_show_that_something_was():
    assert words.bars([0, 0.001, 0.5, 1]) == " ▁▄█"
