"""No page is lost, none is sent twice, and nobody is reached later than the bound says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.opening import first_inside
from surefoot.domain.paging.bound import Watch, reached_at
from surefoot.domain.paging.contact import Contact, Way, longest_wait
from surefoot.domain.paging.escalation import advance
from surefoot.domain.paging.happening import (
    Acknowledged,
    CancelTimers,
    Escalation,
    Opened,
    Page,
    PageKey,
    Phase,
    Progressed,
    Quieted,
    Raised,
    Reassigned,
    Refired,
    Reopened,
    Resolved,
    Snoozed,
    StartTimer,
    TimerDue,
    Undelivered,
)
from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, Terms
from surefoot.domain.paging.rehearsal import Cast, rehearse
from surefoot.domain.paging.sending import Pace, Result

pytestmark = pytest.mark.req("ONC-3")

T = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
M = timedelta(minutes=1)
S = timedelta(seconds=1)
OFFICE = (parse_hours("mon-fri 09:00-17:00", "UTC"),)
NAMES = ("ana", "bo", "chen", "dara")
PEOPLE = tuple(Target("person", name) for name in NAMES)
SCHEDULES = tuple(Target("schedule", name) for name in ("first", "second"))
RULES = {
    "P1": Rule(("page", "call"), 5 * M, repeat=True),
    "P2": Rule(("page",), 30 * M, repeat=True),
    "P3": Rule(("chat",), 240 * M, late="business-hours"),
    "P4": Rule(("email",), None),
}
priorities = st.sampled_from(("P1", "P2", "P3", "P4"))
steps = st.builds(
    Step,
    page=st.lists(st.sampled_from(PEOPLE + SCHEDULES), max_size=3).map(tuple),
    hold=st.integers(1, 40).map(lambda minutes: minutes * M),
    only=st.sampled_from(((), OFFICE)),
    priorities=st.sampled_from(((), ("P1",), ("P1", "P2"))),
)
ladders = st.builds(
    Ladder,
    steps=st.lists(steps, max_size=4).map(tuple),
    passes=st.integers(1, 3),
    unanswered=st.just(30 * M),
    last_resort=st.just((PEOPLE[3],)),
)
behind = st.fixed_dictionaries(
    {schedule: st.lists(st.sampled_from(PEOPLE), max_size=2).map(tuple) for schedule in SCHEDULES}
)
words = st.one_of(
    st.sampled_from(["due", "stale", "fail"]),
    st.sampled_from([Acknowledged("ana"), Progressed("ana"), Quieted(), Refired(), Resolved(), Resolved("ana")]),
    st.builds(Raised, priorities),
    st.builds(Reopened, priorities),
    st.builds(Reassigned, st.just("ana"), st.sampled_from(PEOPLE + SCHEDULES)),
    st.integers(-5, 90).map(lambda minutes: ("snooze", minutes)),
)


class World:
    """Keeps what effects ask for, as the store would."""

    def __init__(self, priority, ladder, behind):
        self.terms = Terms(ladder, RULES, lambda at: first_inside(OFFICE, at), {"P1": 30 * M})
        self.behind = behind
        self.state = Escalation("i1", priority)
        self.now = T
        self.timer = None
        self.seen = []
        self.keys = []

    def take(self, event):
        self.state, effects = advance(self.state, event, self.terms, lambda to, _: self.behind.get(to, ()), self.now)
        for effect in effects:
            if isinstance(effect, CancelTimers):
                self.timer = None
            if isinstance(effect, StartTimer):
                self.timer = effect.timer
                self.seen.append(effect.timer)
            if isinstance(effect, Page):
                self.keys.append(effect.key)
        return effects

    def play(self, word):
        state = self.state
        match word:
            case "due":
                if self.timer is not None:
                    self.now = max(self.now, self.timer.due)
                    self.take(TimerDue(self.timer))
            case "stale":
                for timer in self.seen:
                    if timer != self.timer:
                        assert self.take(TimerDue(timer)) == ()
            case "fail":
                for person in state.current:
                    self.take(Undelivered(PageKey("i1", state.run, state.lap, state.step, person), "down"))
            case ("snooze", minutes):
                self.take(Snoozed("ana", self.now + minutes * M))
            case event:
                self.take(event)
        self.now += S


@given(priorities, ladders, behind, st.lists(words, max_size=25))
def test_what_has_to_be_answered_always_waits_for_a_timer(priority, ladder, behind, script):
    world = World(priority, ladder, behind)
    world.take(Opened())
    for word in script:
        world.play(word)
        state = world.state
        assert world.timer == state.timer or state.timer is None  # nothing is waited for that the store does not have
        if RULES[state.priority].repeat and state.phase in {Phase.PAGING, Phase.SNOOZED}:
            assert state.timer is not None
        if state.priority == "P1" and state.phase is Phase.ACKNOWLEDGED:
            assert state.timer is not None
        if state.phase in {Phase.CLOSED, Phase.QUIET}:
            assert world.timer is None


@given(priorities, ladders, behind, st.lists(words, max_size=40))
def test_no_page_has_the_key_of_another(priority, ladder, behind, script):
    world = World(priority, ladder, behind)
    world.take(Opened())
    for word in script:
        world.play(word)
    assert len(set(world.keys)) == len(world.keys)


@given(st.sampled_from(("P1", "P2")), ladders, behind, st.integers(1, 60))
def test_who_never_answers_is_paged_for_ever(priority, ladder, behind, times):
    world = World(priority, ladder, behind)
    world.take(Opened())
    longest = max([step.hold for step in ladder.steps] + [ladder.unanswered])
    for _ in range(times):
        before = world.timer.due
        pages = len(world.keys)
        world.play("due")
        assert len(world.keys) > pages
        assert timedelta() < world.timer.due - before <= longest


ways = st.lists(
    st.builds(Way, st.sampled_from(("push", "phone", "sms")), after=st.sampled_from((None, None, 30 * S))),
    min_size=1,
    max_size=4,
).map(tuple)

nights = st.sampled_from(((), (), (parse_hours("mon-sun 21:00-06:00", "UTC"),)))


@st.composite
def watches(draw):
    """Give something to watch, what people have, and when it begins."""
    priority = draw(st.sampled_from(("P1", "P2", "P3")))
    begin = T + draw(st.integers(0, 10_000)) * M
    shifts = [(0, {}), *draw(st.lists(st.tuples(st.integers(0, 400), behind), max_size=3))]
    timeline = [(begin + minutes * M, held) for minutes, held in sorted(shifts, key=lambda shift: shift[0])]
    contacts = {person: Contact(draw(ways), {}, quiet=draw(nights), wake=("P1",)) for person in PEOPLE}
    terms = Terms(draw(ladders), RULES, lambda at: first_inside(OFFICE, at))

    def who(target, at):
        return next((held.get(target, ()) for since, held in reversed(timeline) if since <= at), ())

    def delay(person, at):
        return longest_wait(contacts[person], priority, RULES[priority].means, 10 * S, at)

    return Watch("cart", priority, terms, who, delay, ()), contacts, begin


@settings(max_examples=300)
@given(watches(), st.booleans(), st.randoms(use_true_random=False))
def test_nobody_is_reached_later_than_the_bound(given_, sleeps, chance):
    watch, contacts, begin = given_
    ladder = watch.terms.ladder
    asleep = set()  # a step: all its pages arrive, and nobody answers

    def channel(key, way, _):
        if sleeps and not asleep and key.step <= len(ladder.steps):
            asleep.add(key.step)
        last = way == contacts[key.to].ways[-1] or key.step in asleep
        result = Result.ACCEPTED if last else chance.choice((*Result, None))
        return result, chance.randint(0, 10) * S

    cast = Cast(watch.who, lambda person: contacts[person], channel, lambda key: None if key.step in asleep else 0 * S)
    pace = Pace(10 * S, 300 * S, {"push": "dedupe", "sms": "lookup"})
    bound = reached_at(watch, begin, 1 if sleeps else 0)
    first = Escalation("i1", watch.priority)
    played = rehearse(first, watch.terms, pace, cast, begin, (bound or begin) + timedelta(hours=6))
    if bound is not None:
        assert played.reached is not None
        assert played.reached <= bound
        assert played.state.phase is Phase.ACKNOWLEDGED
