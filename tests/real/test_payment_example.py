"""The example of a failing payment, played in full: two real programs, killed, slowed, and made wrong."""

import re
import subprocess
import sys

import pytest

from tests.house.source import ROOT

PLAY = ROOT / "examples/payment/try_it.py"
ACCEPTED = "order accepted; the confirmation comes by email"


@pytest.fixture(scope="module")
def played() -> str:
    done = subprocess.run([sys.executable, PLAY], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def acts(played: str) -> list[str]:
    """The four acts in which the bank is broken."""
    acts = re.split(r"^\d\. ", played, flags=re.MULTILINE)[1:]
    assert [act.splitlines()[0] for act in acts] == [
        "All is well",
        "The bank is killed",
        "The bank takes 3 s (and charges nevertheless)",
        "The bank answers 500",
        "The bank answers 200 with nonsense",
        "The books",
    ]
    return acts[1:-1]


pytestmark = pytest.mark.real


@pytest.mark.req("RES-4", "DOC-1")
def test_users_get_what_the_spec_says(acts: list[str]):
    for act in acts:
        assert re.findall(r"(\d+) users got (\d+): (.*)", act) == [("40", "202", ACCEPTED)]
        assert "ok   the price says `prices may be some minutes old`" in act


@pytest.mark.req("RES-1", "RES-5")
def test_the_open_breaker_is_on_the_page_and_in_the_metrics(acts: list[str]):
    for act in acts:
        assert "ok   state page, metrics and deep health show the open breaker" in act
        assert "ok   the page for people shows it too" in act


@pytest.mark.req("RES-1")
def test_recovery_is_automatic(acts: list[str]):
    for act in acts:
        changes = re.findall(r"s  (\S+) -> (\S+)$", act, re.MULTILINE)
        assert changes[0] == ("closed", "open")
        assert changes[-2:] == [("open", "half-open"), ("half-open", "closed")]
        assert "ok   the next order is paid at once" in act
        assert "ok   the metrics say closed" in act


@pytest.mark.req("MON-4")
def test_an_open_breaker_degrades_deep_and_leaves_ready_healthy(acts: list[str]):
    for act in acts:
        assert "ok   ready is healthy all the same" in act
        assert "ok   deep is degraded: payment-api: breaker " in act


@pytest.mark.req("RES-2", "RES-4")
def test_queued_orders_are_replayed_once_each_and_no_card_is_charged_twice(played: str):
    books = played[played.index("6. The books") :]
    promised, queued = map(int, re.findall(r"(\d+) orders promised, (\d+) of them by email", books)[0])
    assert queued == 160
    assert promised > queued
    for expectation in (
        "every order that a user was promised is charged, and no other",
        "no card is charged twice",
        "every queued order is replayed, and no other",
        "each once",
    ):
        assert f"ok   {expectation}\n" in books
