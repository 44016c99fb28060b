"""Questions to the log: how they are read, and what they match."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.filter import Filter, parse, split, words
from surefoot.domain.audit.record import Change, Status
from tests.unit.domain.audit.events import AT, event

pytestmark = pytest.mark.req("AUD-3")

NOW = datetime(2026, 3, 31, tzinfo=UTC)


def test_a_query_is_read_part_by_part():
    assert parse('actor=ana action=login.* outcome=failure since=30d text="wrong password"', NOW) == Filter(
        actor="ana",
        action="login.*",
        outcome=Status.FAILURE,
        since=NOW - timedelta(days=30),
        text="wrong password",
    )


def test_words_without_a_key_are_text():
    assert parse("wrong target=order/7 password", NOW) == Filter(target="order/7", text="wrong password")
    assert parse("", NOW) == Filter()


def test_times_are_days_or_moments_in_utc():
    found = parse("since=2026-03-01 until=2026-03-02T12:00:00+02:00", NOW)
    assert found.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert found.until == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("who=ana", "`who` is no part of a query; write one of: actor, target"),
        ("actor=ana actor=bo", "`actor` stands twice"),
        ("outcome=maybe", "`maybe` is no outcome; write `success` or `failure`"),
        ("since=yesterday", "`since=yesterday` is no time; write `since=30d`"),
        ('text="wrong', "cannot be read"),
        ('actor="ana"bo', "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(query: str, message: str):
    with pytest.raises(ValueError, match=message.replace("|", "\\|")):
        parse(query, NOW)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", True),
        ("actor=ana", True),
        ("actor=user/ana", True),
        ("actor=user/*", True),
        ("actor=an", False),
        ("actor=Ana", False),
        ("actor=[a]na", False),
        ("target=service/checkout", True),
        ("target=web", False),
        ("action=login.*", True),
        ("action=login", False),
        ("category=authentication", True),
        ("outcome=failure", True),
        ("outcome=success", False),
        ("since=2026-03-04", True),
        ("since=2026-03-05", False),
        ("until=2026-03-05", True),
        ("text=password", True),
        ('text="PASSWORD wrong"', True),
        ("text=pass", False),
        ("text=phone", True),
        ("actor=ana outcome=success", False),
    ],
)
def test_a_filter_matches_what_it_says(query: str, expected: bool):  # noqa: FBT001
    assert parse(query, NOW).matches(event()) is expected


def test_the_end_is_excluded_and_the_beginning_included():
    assert Filter(since=AT).matches(event())
    assert not Filter(until=AT).matches(event())


def test_text_is_found_in_changes_and_deep_in_the_detail():
    one = event(changes=(Change("state", None, "paid"),), detail={"a": {"b": ["Grüße", 42, True, None]}})
    for word in ("state", "paid", "GRÜSSE", "42"):
        assert Filter(text=word).matches(one)
    assert "true" not in words(one)


def test_commitments_are_no_words():
    one = event(detail={"device": "subject:ab", "personal": [{"field": "detail.device", "commitment": "sha256:cd"}]})
    assert "ab" in words(one)
    assert not {"cd", "sha256"} & set(words(one))


def test_words_are_runs_of_letters_and_digits():
    assert split("a_b c-d, E.F@g 42") == ["a", "b", "c", "d", "e", "f", "g", "42"]


parts = st.text("abz./*-", min_size=1)


@given(
    st.builds(
        Filter,
        actor=st.none() | parts,
        action=st.none() | parts,
        outcome=st.none() | st.sampled_from(Status),
        since=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        text=st.lists(parts).map(" ".join),
    )
)
def test_a_filter_that_is_written_reads_the_same(one: Filter):
    assert parse(str(one), NOW) == one


@given(st.text())
def test_any_text_is_read_or_refused(text: str):
    try:
        found = parse(text, NOW)
    except ValueError:
        return
    assert replace(found, text="").text == ""
