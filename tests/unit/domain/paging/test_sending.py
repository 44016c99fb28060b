"""What to do about a page that waits."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.calendar.hours import parse_hours
from surefoot.domain.paging.contact import Contact, Way
from surefoot.domain.paging.happening import Page, PageKey
from surefoot.domain.paging.ladder import Target
from surefoot.domain.paging.sending import (
    Ask,
    Attempt,
    Cap,
    Dedupe,
    Delivery,
    Failed,
    Held,
    Move,
    Pace,
    Reached,
    Result,
    Send,
    Wait,
    Waiting,
    batches,
    dropped,
)

pytestmark = pytest.mark.req("ALR-4", "ONC-3")

T = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
S = timedelta(seconds=1)
ANA = Target("person", "ana")
KEY = PageKey("i1", 1, 0, 1, ANA)
PAGE = Page(KEY, "P1", ("page",), repeat=False)
PUSH, PHONE, EMAIL = Way("push"), Way("phone", after=120 * S), Way("email")


def moves(
    *attempts: Attempt,
    at: int = 0,
    chosen: tuple[Way, ...] = (PUSH, PHONE, EMAIL),
    dedupe: dict[str, Dedupe] | None = None,
) -> Move:
    pace = Pace(10 * S, 300 * S, dedupe or {})
    return Delivery(Contact(chosen, {}), PAGE, T, attempts, pace).move(T + at * S)


def tried(way: int, at: int = 0, result: Result | None = None, *, asked: bool = False) -> Attempt:
    return Attempt(way, 1, T + at * S, result, asked)


def test_the_first_way_is_tried_at_once():
    assert moves() == Send(0, PUSH)


def test_a_first_way_with_a_delay_waits():
    assert moves(chosen=(PHONE,)) == Wait(T + 120 * S)
    assert moves(chosen=(PHONE,), at=120) == Send(0, PHONE)


def test_quiet_hours_hold_a_page_up_until_they_end():
    contact = Contact((PUSH,), {}, quiet=(parse_hours("mon-sun 21:00-23:00", "UTC"),), wake=("P2",))
    delivery = Delivery(contact, PAGE, T, (), Pace(10 * S, 300 * S, {}))
    assert delivery.move(T) == Held(T + 3600 * S)
    assert delivery.move(T + 3600 * S) == Send(0, PUSH)


def test_somebody_without_a_way_fails_at_once():
    assert isinstance(moves(chosen=()), Failed)


@pytest.mark.parametrize("result", [Result.ACCEPTED, Result.DELIVERED])
def test_a_way_that_worked_is_followed_by_the_next_with_a_delay_alone(result):
    assert moves(tried(0, result=result), at=1) == Wait(T + 120 * S)
    assert moves(tried(0, result=result), at=120) == Send(1, PHONE)
    assert moves(tried(1, 120, result), at=200) == Reached()


def test_a_refused_way_is_followed_by_the_next_at_once():
    assert moves(tried(0, result=Result.REFUSED)) == Send(1, PHONE)


def test_a_silent_way_is_followed_after_ten_seconds():
    assert moves(tried(0), at=9) == Wait(T + 10 * S)
    assert moves(tried(0), at=10) == Send(1, PHONE)


def test_when_all_ways_failed_the_escalation_is_told():
    assert moves(tried(2, result=Result.REFUSED)) == Failed("all ways failed, the last was refused: push, phone, email")


def test_a_refused_extra_way_does_not_undo_the_one_that_worked():
    found = moves(tried(0, result=Result.ACCEPTED), tried(2, 1, Result.REFUSED), at=2)
    assert found == Reached()


@pytest.mark.parametrize(
    ("dedupe", "expected"),
    [("dedupe", Send(0, PUSH)), ("lookup", Ask(0, PUSH)), ("none", Send(0, PUSH, repeat=True))],
)
def test_a_try_with_an_unknown_end_is_never_assumed_sent(dedupe, expected):
    assert moves(tried(0, result=Result.UNKNOWN), at=900, dedupe={"push": dedupe}) == expected


def test_a_provider_that_never_saw_it_gets_it_again():
    lookup: dict[str, Dedupe] = {"push": "lookup"}
    assert moves(tried(0, result=Result.ABSENT, asked=True), dedupe=lookup) == Send(0, PUSH)
    assert moves(tried(0, result=Result.UNKNOWN, asked=True), dedupe=lookup) == Send(0, PUSH, repeat=True)


def test_a_second_unknown_end_leaves_the_way():
    unknown = Result.UNKNOWN
    assert moves(tried(0, result=unknown), tried(0, 5, unknown), at=6) == Send(1, PHONE)


def test_a_last_way_that_is_silent_is_tried_again_and_then_fails():
    assert moves(tried(0), at=10, chosen=(PUSH,)) == Send(0, PUSH, repeat=True)
    assert isinstance(moves(tried(0), tried(0, 10), at=20, chosen=(PUSH,)), Failed)


def test_a_first_page_is_never_held_back():
    cap = Cap(1, 60 * S)
    assert dropped(PAGE, [T, T], cap, T) == ""
    repeat = Page(KEY, "P1", ("page",), repeat=True)
    assert dropped(repeat, [T - 61 * S], cap, T) == ""
    assert dropped(repeat, [T - 59 * S], cap, T).startswith("dropped: 1 messages")


def waiting(name: str, way: Way = PUSH, since: int = 0, *, page: bool = False, to: Target = ANA) -> Waiting:
    return Waiting(name, to, way, T + since * S, KEY if page else None)


def left(*waiting: Waiting, at: int = 0) -> list[list[str]]:
    return [[each.id for each in batch] for batch in batches(waiting, 300 * S, T + at * S)]


def test_pages_that_wait_for_one_person_leave_at_once_as_one_message():
    assert left(waiting("b", page=True), waiting("a", page=True)) == [["a", "b"]]


def test_a_page_takes_updates_along():
    assert left(waiting("update"), waiting("page", since=5, page=True), at=5) == [["update", "page"]]


def test_updates_alone_wait_for_others():
    assert left(waiting("one"), waiting("two", since=100), at=299) == []
    assert left(waiting("one"), waiting("two", since=100), at=300) == [["one", "two"]]


def test_each_person_and_each_way_has_its_own_message():
    bo = Target("person", "bo")
    found = left(waiting("a", page=True), waiting("b", page=True, to=bo), waiting("c", PHONE, page=True))
    assert found == [["c"], ["a"], ["b"]]
