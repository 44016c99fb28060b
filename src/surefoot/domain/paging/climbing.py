"""How a run goes up the ladder: the next step that finds somebody, pass after pass."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from surefoot.domain.paging.happening import (
    CancelPages,
    CancelTimers,
    Effect,
    Escalation,
    Note,
    OpenConference,
    Page,
    PageKey,
    Phase,
    StartTimer,
    Tell,
    Timer,
    TimerKind,
)
from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, Terms, Who, people_of
from surefoot.spec.model.forms import Priority

Outcome: TypeAlias = tuple[Escalation, tuple[Effect, ...]]

_URGENT: Priority = "P1"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step depends on beside the state: the terms, who is there, and the time."""

    terms: Terms
    who: Who
    now: datetime

    @property
    def ladder(self) -> Ladder:
        """The ladder of the terms."""
        return self.terms.ladder

    def rule(self, state: Escalation) -> Rule:
        """Return the rule of the incident's priority."""
        return self.terms.rules[state.priority]


def start(state: Escalation, scene: Scene, reason: str, priority: Priority, assignee: Target | None = None) -> Outcome:
    """Begin a run; pages of an earlier one that still wait are not sent."""
    cancel = stop(state) if state.run else ()
    fresh = Escalation(
        state.incident,
        priority,
        run=state.run + 1,
        assignee=assignee,
        paged=state.paged,
        conference=state.conference,
    )
    fresh, conference = with_conference(fresh)
    begun, effects = _begin(fresh, scene)
    return begun, (*cancel, Note(f"run {fresh.run}: {reason}"), *conference, *effects)


def stop(state: Escalation) -> tuple[Effect, ...]:
    """Give up what waits."""
    return CancelTimers(state.incident), CancelPages(state.incident)


def with_conference(state: Escalation) -> Outcome:
    """Open the conference of an incident of the highest priority, once."""
    if state.priority != _URGENT or state.conference:
        return state, ()
    return replace(state, conference=True), (OpenConference(state.incident),)


def wait(state: Escalation, kind: TimerKind, due: datetime) -> Outcome:
    """Start the timer that is waited for from now on."""
    timer = Timer(kind, state.incident, state.run, state.lap, state.step, due)
    return replace(state, timer=timer), (StartTimer(timer),)


def climb(state: Escalation, scene: Scene, first: int) -> Outcome:
    """Page the first step from a number on that finds somebody; what finds nobody is skipped at once."""
    notes: list[Effect] = []
    for number, step in _steps(state, scene, first):
        people, reason = people_of(step, scene.who, scene.now)
        if people:
            paged, effects = _page(state, scene, number, replace(step, page=people))
            return paged, (*notes, *effects)
        notes.append(Note(f"step {number} {reason}: skipped"))
    then, effects = _next_lap(state, scene) if state.reached else _last_resort(state, scene)
    return then, (*notes, *effects)


def after_hold(state: Escalation, scene: Scene) -> Outcome:
    """Go on after a step whose time is over without an answer."""
    state = replace(state, reached=state.reached or state.failed < set(state.current))
    if state.reached and not scene.rule(state).pages:
        return _ended(state, "its priority pages once")
    if state.lap >= scene.ladder.passes or state.step == _beyond(scene):
        return _next_lap(state, scene)
    return climb(state, scene, state.step + 1)


def nobody_reached(state: Escalation, scene: Scene) -> Outcome:
    """Go on at once after a step that reached nobody through any channel.

    Past the last resort nobody is left: it is tried again after the hold of a first step, so that channels
    which are down for a while do not use up the passes within seconds.
    """
    if state.step == _beyond(scene):
        due = scene.now + min(scene.ladder.first_hold, scene.ladder.unanswered)
        return wait(state, TimerKind.HOLD, min(due, state.timer.due) if state.timer else due)
    if state.lap >= scene.ladder.passes:
        return _last_resort(state, scene)
    return climb(state, scene, state.step + 1)


def _begin(state: Escalation, scene: Scene) -> Outcome:
    rule = scene.rule(state)
    if state.assignee is not None or rule.pages:
        return climb(state, scene, 0)
    told = tuple(Tell(state.incident, state.run, means) for means in rule.means)
    state, effects = _later(replace(state, phase=Phase.TOLD), scene)
    return state, told + effects


def _later(state: Escalation, scene: Scene) -> Outcome:
    """Wait until the response is late, and somebody may be woken about it."""
    rule = scene.rule(state)
    if rule.late == "never" or rule.respond is None:
        return state, ()
    over = scene.now + rule.respond
    due = over if rule.late == "always" else scene.terms.opens(over)
    if due is None:
        return state, (Note("no business hours ever come: a late response pages nobody"),)
    return wait(state, TimerKind.LATE, due)


def _steps(state: Escalation, scene: Scene, first: int) -> list[tuple[int, Step]]:
    """List the steps from a number on that are for this priority."""
    given = state.assignee
    own = [(0, Step((given,), scene.ladder.first_hold))] if given is not None and state.lap == 0 else []
    return [(number, step) for number, step in own + _own_steps(state, scene) if number >= first]


def _own_steps(state: Escalation, scene: Scene) -> list[tuple[int, Step]]:
    numbered = enumerate(scene.ladder.steps, 1)
    return [(number, step) for number, step in numbered if not step.priorities or state.priority in step.priorities]


def _page(state: Escalation, scene: Scene, number: int, step: Step) -> Outcome:
    """Page those whom a step found, and wait as long as it holds."""
    state = replace(
        state,
        phase=Phase.PAGING,
        step=number,
        current=step.page,
        failed=frozenset(),
        paged=tuple(dict.fromkeys((*state.paged, *step.page))),
    )
    means = scene.rule(state).means
    pages = tuple(
        Page(PageKey(state.incident, state.run, state.lap, number, person), state.priority, means, state.lap > 0)
        for person in step.page
    )
    state, timer = wait(state, TimerKind.HOLD, scene.now + step.hold)
    return state, pages + timer


def _last_resort(state: Escalation, scene: Scene) -> Outcome:
    step = Step(scene.ladder.last_resort, scene.ladder.first_hold)
    state, effects = _page(state, scene, _beyond(scene), step)
    return state, (Note("no step reached anybody: the last resort is paged"), *effects)


def _beyond(scene: Scene) -> int:
    return len(scene.ladder.steps) + 1


def _next_lap(state: Escalation, scene: Scene) -> Outcome:
    ladder = scene.ladder
    following = replace(state, lap=state.lap + 1, reached=False)
    if following.lap < ladder.passes:
        return climb(following, scene, 1)
    if not scene.rule(state).repeat:
        return _ended(state, f"nobody answered in {ladder.passes} passes")
    return _unanswered(following, scene)


def _unanswered(state: Escalation, scene: Scene) -> Outcome:
    """Page the last step that finds somebody, again and again."""
    ladder = scene.ladder
    number, people = _beyond(scene), ladder.last_resort
    for each, step in reversed(_own_steps(state, scene)):
        found, _ = people_of(step, scene.who, scene.now)
        if found:
            number, people = each, found
            break
    state, effects = _page(state, scene, number, Step(people, ladder.unanswered))
    return state, (Note(f"unanswered: step {number} is paged again"), *effects)


def _ended(state: Escalation, reason: str) -> Outcome:
    return replace(state, timer=None), (Note(f"nobody is paged any more: {reason}"),)
