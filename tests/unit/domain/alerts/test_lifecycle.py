"""What alerts do to an incident."""

from datetime import UTC, datetime, timedelta

import pytest

from surefoot.domain.alerts.lifecycle import Entry, Rest, Standing, entry, flaps_until, reopens_at, rest, storms
from surefoot.spec.model.policy_oncall import IncidentNumbers

pytestmark = pytest.mark.req("INC-2")

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
M = timedelta(minutes=1)
NUMBERS = IncidentNumbers.model_validate(
    {
        "stages": {"detection": "5m", "triage": "15m", "response": "15m"},
        "room": ["SEV1", "SEV2"],
        "commander": "5m",
        "recurrence": "30m",
        "quiet": "5m",
        "reopen": "15m",
        "reopen_by_hand": "30m",
        "flapping": {"changes": 4, "within": "30m", "quiet": "15m"},
        "storm": {"episodes": 100, "within": "1m"},
        "auto_resolve": ["SEV3", "SEV4"],
        "stage_slack": "5m",
        "status_history": "90d",
    }
)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (None, Entry.OPEN),
        (Standing("SEV1", 1), Entry.JOIN),
        (Standing("SEV1", 0, T - 20 * M, resolved=T - 15 * M), Entry.REOPEN),
        (Standing("SEV1", 0, T - 20 * M, resolved=T - 16 * M), Entry.LINK),
    ],
)
def test_a_new_episode_opens_joins_reopens_or_opens_a_linked_incident(standing, expected):
    assert entry(standing, NUMBERS, T) is expected


@pytest.mark.parametrize(("severity", "then"), [("SEV3", Rest.RESOLVE), ("SEV2", Rest.STOP_PAGING)])
def test_after_five_quiet_minutes_light_ones_resolve_and_heavy_ones_wait_for_a_person(severity, then):
    standing = Standing(severity, 0, T)
    assert rest(standing, NUMBERS, T + 4 * M, held=False) == (Rest.NOTHING, T + 5 * M)
    assert rest(standing, NUMBERS, T + 5 * M, held=False) == (then, None)


def test_nothing_resolves_while_its_source_is_overdue():
    standing = Standing("SEV4", 0, T)
    assert rest(standing, NUMBERS, T + 9 * M, held=True) == (Rest.NOTHING, T + 14 * M)


def test_what_fires_or_is_resolved_does_not_rest():
    assert rest(Standing("SEV4", 1, T), NUMBERS, T + 9 * M, held=False) == (Rest.NOTHING, None)
    assert rest(Standing("SEV4", 0, T, resolved=T), NUMBERS, T + 9 * M, held=False) == (Rest.NOTHING, None)


def test_what_a_person_resolved_and_fires_opens_again_after_half_an_hour():
    assert reopens_at(Standing("SEV2", 1, None, T, by_hand=True), NUMBERS) == T + 30 * M
    assert reopens_at(Standing("SEV2", 0, T, T, by_hand=True), NUMBERS) is None
    assert reopens_at(Standing("SEV2", 1, None, T), NUMBERS) is None


@pytest.mark.req("ALR-5")
def test_four_changes_in_half_an_hour_flap_until_a_quarter_is_quiet():
    changes = [T, T + 5 * M, T + 10 * M, T + 15 * M]
    assert flaps_until(changes[:3], NUMBERS.flapping, T + 20 * M) is None
    assert flaps_until(changes, NUMBERS.flapping, T + 20 * M) == T + 30 * M
    assert flaps_until([*changes, T + 25 * M], NUMBERS.flapping, T + 26 * M) == T + 40 * M
    assert flaps_until(changes, NUMBERS.flapping, T + 30 * M) is None


@pytest.mark.req("ALR-5")
def test_after_the_quiet_counting_starts_anew():
    changes = [T, T + M, T + 2 * M, T + 3 * M, T + 20 * M]
    assert flaps_until(changes, NUMBERS.flapping, T + 21 * M) is None


@pytest.mark.req("ALR-5")
def test_slow_changes_do_not_flap():
    assert flaps_until([T + n * 11 * M for n in range(9)], NUMBERS.flapping, T + 89 * M) is None


def test_more_than_a_hundred_new_episodes_a_minute_are_a_storm():
    begins = [T - timedelta(milliseconds=n * 500) for n in range(101)]
    assert storms(begins, NUMBERS.storm, T)
    assert not storms(begins[:100], NUMBERS.storm, T)
    assert not storms(begins, NUMBERS.storm, T + M)
