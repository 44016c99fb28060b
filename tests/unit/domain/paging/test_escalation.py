"""Escalation, event by event."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

import pytest

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.opening import first_inside
from surefoot.domain.paging.escalation import advance
from surefoot.domain.paging.happening import (
    Acknowledged,
    CancelPages,
    CancelTimers,
    Effect,
    Escalation,
    Event,
    Inform,
    Note,
    OpenConference,
    Opened,
    Page,
    PageKey,
    Phase,
    Progressed,
    Quieted,
    Raised,
    Reassigned,
    Refired,
    Refused,
    Reopened,
    Resolved,
    Snoozed,
    StartTimer,
    Tell,
    Timer,
    TimerDue,
    TimerKind,
    Undelivered,
)
from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, Terms
from surefoot.spec.model.forms import Priority

pytestmark = pytest.mark.req("ONC-2", "ONC-3")

Behind: TypeAlias = dict[Target, tuple[Target, ...]]

START = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # a Monday
M = timedelta(minutes=1)
BUSINESS = (parse_hours("mon-fri 09:00-17:00", "UTC"),)


def person(name: str) -> Target:
    return Target("person", name)


def schedule(name: str) -> Target:
    return Target("schedule", name)


BEHIND: Behind = {schedule("first"): (person("ana"),), schedule("second"): (person("bo"),)}
FOUR = (
    Step((schedule("first"),), 5 * M),
    Step((schedule("second"),), 10 * M),
    Step((person("lead"),), 15 * M),
    Step((person("vp"),), 30 * M),
)
RULES: dict[Priority, Rule] = {
    "P1": Rule(("page", "call"), 5 * M, repeat=True),
    "P2": Rule(("page",), 30 * M, repeat=True),
    "P3": Rule(("chat",), 240 * M, late="business-hours"),
    "P4": Rule(("email",), None),
}


def terms(steps: tuple[Step, ...]) -> Terms:
    ladder = Ladder(steps, 3, 30 * M, (person("dara"),))
    return Terms(ladder, RULES, lambda at: first_inside(BUSINESS, at), {"P1": 30 * M})


class Play:
    """An escalation and what it did, on a clock."""

    def __init__(
        self, priority: Priority = "P1", steps: tuple[Step, ...] = FOUR, behind: Behind = BEHIND, *, opened: bool = True
    ) -> None:
        self.state = Escalation("i1", priority)
        self.now = START
        self.terms = terms(steps)
        self.behind = behind
        self.done: list[tuple[datetime, Effect]] = []
        if opened:
            self.take(Opened())

    def take(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = advance(self.state, event, self.terms, lambda to, _: self.behind.get(to, ()), self.now)
        self.done += [(self.now, effect) for effect in effects]
        return effects

    @property
    def timer(self) -> Timer:
        assert self.state.timer is not None
        return self.state.timer

    def wait(self) -> tuple[Effect, ...]:
        """Let the timer run down."""
        self.now = self.timer.due
        return self.take(TimerDue(self.timer))

    def pages(self) -> list[tuple[int, str]]:
        return [((at - START) // M, effect.key.to.name) for at, effect in self.done if isinstance(effect, Page)]

    def notes(self) -> list[str]:
        return [effect.text for _, effect in self.done if isinstance(effect, Note)]


def kinds(effects: Iterable[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def test_four_steps_page_at_0_5_15_and_30_and_a_pass_ends_at_60():
    play = Play()
    for _ in range(4):
        play.wait()
    assert play.pages() == [(0, "ana"), (5, "bo"), (15, "lead"), (30, "vp"), (60, "ana")]


def test_after_three_passes_the_last_step_repeats_every_30_minutes_for_good():
    play = Play("P2")
    for _ in range(20):
        play.wait()
    late = [page for page in play.pages() if page[0] >= 180]
    assert late[:3] == [(180, "vp"), (210, "vp"), (240, "vp")]
    assert "unanswered: step 4 is paged again" in play.notes()


def test_no_two_pages_have_the_same_key():
    play = Play()
    for _ in range(30):
        play.wait()
    keys = [effect.key for _, effect in play.done if isinstance(effect, Page)]
    assert len(set(keys)) == len(keys)
    assert keys[0] == PageKey("i1", 1, 0, 1, person("ana"))


def test_only_later_passes_are_repeats():
    play = Play()
    for _ in range(4):
        play.wait()
    assert [effect.repeat for _, effect in play.done if isinstance(effect, Page)] == [False] * 4 + [True]


def test_a_step_that_finds_nobody_is_skipped_at_once_with_its_reason():
    play = Play(behind={schedule("second"): (person("bo"),)})
    assert play.pages() == [(0, "bo")]
    assert "step 1 finds nobody behind schedule:first: skipped" in play.notes()


def test_a_role_that_the_escalation_leaves_open_is_skipped():
    play = Play(steps=(Step((), 5 * M), Step((person("lead"),), 5 * M)))
    assert play.pages() == [(0, "lead")]
    assert "step 1 names nobody: skipped" in play.notes()


def test_a_step_outside_its_hours_is_skipped():
    steps = (Step((person("ana"),), 5 * M, BUSINESS), Step((person("lead"),), 5 * M))
    play = Play(steps=steps)
    assert play.pages() == [(0, "lead")]
    assert "step 1 is outside its hours: skipped" in play.notes()


def test_a_step_of_other_priorities_is_passed_by():
    steps = (Step((person("ana"),), 5 * M), Step((person("vp"),), 5 * M, priorities=("P1",)))
    play = Play("P2", steps)
    play.wait()
    assert play.pages() == [(0, "ana"), (5, "ana")]


def test_an_empty_ladder_pages_the_last_resort_in_every_pass_and_then_for_good():
    play = Play(behind={}, steps=FOUR[:2])
    for _ in range(5):
        play.wait()
    assert play.pages() == [(0, "dara"), (5, "dara"), (10, "dara"), (15, "dara"), (45, "dara"), (75, "dara")]


def test_a_ladder_needs_a_last_resort():
    with pytest.raises(ValueError, match="last_resort"):
        Ladder(FOUR, 3, 30 * M, ())


def test_two_targets_with_the_same_person_page_once():
    play = Play(steps=(Step((schedule("first"), person("ana")), 5 * M),))
    assert play.pages() == [(0, "ana")]


def test_p1_opens_one_conference():
    play = Play()
    play.take(Acknowledged("ana"))
    play.wait()
    assert kinds(effect for _, effect in play.done).count(OpenConference) == 1


def test_p3_is_told_by_chat_and_pages_the_primary_once_it_is_late_in_business_hours():
    play = Play("P3")
    assert kinds(effect for _, effect in play.done) == [Note, Tell, StartTimer]
    assert play.timer.due == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # 4 h are over at 02:00
    play.wait()
    play.wait()
    assert play.pages() == [(11 * 60, "ana")]
    assert play.state.timer is None


def test_p4_is_mailed_and_pages_nobody():
    play = Play("P4")
    assert [effect.means for _, effect in play.done if isinstance(effect, Tell)] == ["email"]
    assert play.state.timer is None


def test_without_business_hours_a_late_response_says_that_nobody_is_paged():
    play = Play("P3", opened=False)
    play.terms = Terms(play.terms.ladder, RULES, lambda _: None)
    play.take(Opened())
    assert "no business hours ever come: a late response pages nobody" in play.notes()


def test_acknowledging_stops_timers_and_pages():
    play = Play("P2")
    assert kinds(play.take(Acknowledged("ana"))) == [CancelTimers, CancelPages, Note]
    assert (play.state.phase, play.state.timer, play.state.by) == (Phase.ACKNOWLEDGED, None, "ana")


def test_a_timer_that_was_cancelled_means_nothing():
    play = Play()
    stale = play.timer
    play.take(Acknowledged("ana"))
    assert play.take(TimerDue(stale)) == ()


def test_a_p1_acknowledgement_lapses_30_minutes_after_the_last_progress():
    play = Play()
    play.take(Acknowledged("ana"))
    play.now += 20 * M
    play.take(Progressed("ana"))
    assert play.timer.due == START + 50 * M
    play.wait()
    assert play.pages() == [(0, "ana"), (50, "ana")]
    assert play.state.run == 2
    assert "run 2: no progress since ana acknowledged" in play.notes()


def test_progress_of_what_nobody_acknowledged_changes_nothing():
    play = Play()
    assert play.take(Progressed("ana")) == ()


def test_a_snooze_ends_with_a_new_run():
    play = Play("P2")
    play.take(Snoozed("ana", START + 60 * M))
    assert play.state.phase is Phase.SNOOZED
    play.wait()
    assert play.pages() == [(0, "ana"), (60, "ana")]


def test_a_snooze_into_the_past_is_refused():
    play = Play()
    assert kinds(play.take(Snoozed("ana", START))) == [Refused]


def test_whoever_it_is_given_to_is_paged_first_and_the_ladder_follows():
    play = Play("P2")
    play.now += 2 * M
    play.take(Reassigned("ana", person("finn")))
    play.wait()
    play.wait()
    assert play.pages() == [(0, "ana"), (2, "finn"), (7, "ana"), (12, "bo")]
    assert play.state.run == 2


def test_whoever_a_p3_is_given_to_is_paged_once():
    play = Play("P3")
    play.take(Reassigned("ana", person("finn")))
    play.wait()
    assert play.pages() == [(0, "finn")]
    assert play.state.timer is None


def test_a_higher_priority_joining_an_acknowledged_incident_starts_a_run():
    play = Play("P2")
    play.take(Acknowledged("ana"))
    play.take(Raised("P1"))
    assert (play.state.run, play.state.priority, play.state.phase) == (2, "P1", Phase.PAGING)
    assert play.pages() == [(0, "ana"), (0, "ana")]
    assert play.state.conference


def test_a_higher_priority_joining_while_pages_go_out_does_not_start_over():
    play = Play("P2")
    play.wait()
    assert kinds(play.take(Raised("P1"))) == [Note, OpenConference]
    assert (play.state.run, play.state.step) == (1, 2)


def test_a_higher_priority_joining_what_was_only_told_pages():
    play = Play("P4")
    play.take(Raised("P2"))
    assert play.pages() == [(0, "ana")]


@pytest.mark.parametrize("priority", ["P1", "P3"])
def test_a_priority_that_is_not_higher_changes_nothing(priority: Priority):
    play = Play("P1")
    assert play.take(Raised(priority)) == ()


def test_a_step_that_reached_nobody_goes_on_at_once():
    play = Play(steps=(Step((person("ana"), person("bo")), 5 * M), Step((person("lead"),), 5 * M)))
    one, two = (PageKey("i1", 1, 0, 1, person(name)) for name in ("ana", "bo"))
    assert kinds(play.take(Undelivered(one, "refused"))) == [Note]
    assert play.take(Undelivered(one, "refused")) == ()
    play.take(Undelivered(two, "refused"))
    assert play.pages() == [(0, "ana"), (0, "bo"), (0, "lead")]


def test_when_no_step_reaches_anybody_the_last_resort_is_paged():
    play = Play(steps=FOUR[:1])
    play.take(Undelivered(PageKey("i1", 1, 0, 1, person("ana")), "refused"))
    assert play.pages() == [(0, "ana"), (0, "dara")]


def test_channels_that_are_down_do_not_use_up_the_passes():
    play = Play(steps=FOUR[:1])
    for _ in range(40):
        key = PageKey("i1", 1, play.state.lap, play.state.step, play.state.current[0])
        play.now += timedelta(seconds=10)
        play.take(Undelivered(key, "down"))
        if key.to == person("dara"):
            play.wait()
    assert play.state.phase is Phase.PAGING
    assert play.state.timer is not None
    paged = [at for at, name in play.pages() if name == "dara"]
    gaps = [later - earlier for earlier, later in pairwise(paged)]
    assert all(5 <= gap <= 7 for gap in gaps)


def test_a_failed_page_of_an_earlier_step_changes_nothing():
    play = Play()
    play.wait()
    assert play.take(Undelivered(PageKey("i1", 1, 0, 1, person("ana")), "late")) == ()


def test_when_no_alert_fires_paging_stops_and_firing_again_resumes_it():
    play = Play()
    effects = play.take(Quieted())
    assert kinds(effects) == [CancelTimers, CancelPages, Note, Inform]
    assert play.take(Quieted()) == ()
    play.now += M
    play.take(Refired())
    assert play.pages() == [(0, "ana"), (1, "ana")]


def test_firing_again_does_not_page_who_acknowledged():
    play = Play()
    play.take(Acknowledged("ana"))
    play.take(Quieted())
    play.take(Refired())
    assert play.pages() == [(0, "ana")]
    assert play.state.phase is Phase.ACKNOWLEDGED
    assert play.timer.kind is TimerKind.LAPSE


def test_acknowledging_what_is_quiet_starts_no_timer():
    play = Play()
    play.take(Quieted())
    play.take(Acknowledged("ana"))
    assert (play.state.phase, play.state.timer) == (Phase.QUIET, None)
    assert kinds(play.take(Snoozed("ana", START + 60 * M))) == [Refused]


def test_whoever_was_paged_is_told_how_it_ended():
    play = Play()
    play.wait()
    effects = play.take(Resolved("ana"))
    assert Inform("i1", (person("ana"), person("bo")), "resolved by ana") in effects
    assert play.state.phase is Phase.CLOSED


def test_what_is_closed_is_refused_and_opens_again():
    play = Play()
    play.take(Resolved())
    assert play.take(Acknowledged("ana")) == (Refused("the incident is closed"),)
    assert play.take(Opened()) == ()
    play.take(Reopened("P2"))
    assert (play.state.run, play.state.priority, play.state.phase) == (2, "P2", Phase.PAGING)


def test_opening_twice_pages_once():
    play = Play()
    assert play.take(Opened()) == ()
    assert play.take(Reopened("P1")) == ()


def test_a_rule_without_repeats_ends_after_its_passes():
    play = Play(opened=False, steps=FOUR[:1])
    play.terms = Terms(play.terms.ladder, {"P1": Rule(("page",), 5 * M)}, lambda at: at)
    play.take(Opened())
    for _ in range(3):
        play.wait()
    assert play.state.timer is None
    assert "nobody is paged any more: nobody answered in 3 passes" in play.notes()
