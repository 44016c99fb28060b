"""Escalation as a state machine: what an event changes, and what is to be done about it (ONC-2, ONC-3).

While an incident that has to be answered is not, there is always a timer: nobody who sleeps, no channel that fails and
no step that names nobody can make it be forgotten.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, assert_never

from surefoot.domain.paging.climbing import (
    Outcome,
    Scene,
    after_hold,
    climb,
    nobody_reached,
    start,
    stop,
    wait,
    with_conference,
)
from surefoot.domain.paging.happening import (
    Acknowledged,
    Effect,
    Escalation,
    Event,
    Inform,
    Note,
    Opened,
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
    Timer,
    TimerDue,
    TimerKind,
    Undelivered,
)
from surefoot.domain.paging.ladder import Terms, Who
from surefoot.spec.model.forms import Priority

_Found: TypeAlias = TimerDue | Undelivered | Raised | Refired | Quieted | Opened | Reopened
_Done: TypeAlias = Acknowledged | Progressed | Snoozed | Reassigned | Resolved


def advance(state: Escalation, event: Event, terms: Terms, who: Who, now: datetime) -> Outcome:
    """Take an event in.

    Args:
        state: ``Escalation(incident, priority)`` for a new incident.
        event: What happened; one that comes twice, or too late, changes nothing.
        terms: The ladder and the numbers.
        who: Who stands behind a schedule or a team.
        now: Aware.

    Returns:
        The next state, and what is to be written or sent because of the event. A timer that is started replaces the
        one that was waited for.

    Example:
        >>> state, effects = advance(Escalation("i1", "P1"), Opened(), terms, who, now)
        >>> [type(effect).__name__ for effect in effects]
        ['Note', 'OpenConference', 'Page', 'StartTimer']
    """
    scene = Scene(terms, who, now)
    match event:
        case TimerDue() | Undelivered() | Raised() | Refired() | Quieted() | Opened() | Reopened():
            return _found(state, event, scene)
        case Acknowledged() | Progressed() | Snoozed() | Reassigned() | Resolved():
            return _done(state, event, scene)
        case _:
            assert_never(event)


def _found(state: Escalation, event: _Found, scene: Scene) -> Outcome:
    """Take in what time, channels and alerts bring."""
    match event:
        case TimerDue(timer):
            return _due(state, timer, scene)
        case Undelivered(key, reason):
            return _undelivered(state, key, reason, scene)
        case Raised(priority):
            return _raised(state, priority, scene)
        case Refired():
            return _refired(state, scene)
        case Quieted():
            return _quieted(state)
        case Opened():
            return start(state, scene, "opened", state.priority) if state.phase is Phase.NEW else (state, ())
        case Reopened(priority):
            return start(state, scene, "opened again", priority) if state.phase is Phase.CLOSED else (state, ())
        case _:
            assert_never(event)


def _done(state: Escalation, event: _Done, scene: Scene) -> Outcome:
    """Take in what a person does."""
    if state.phase in {Phase.NEW, Phase.CLOSED}:
        return state, (Refused(f"the incident is {state.phase}"),)
    match event:
        case Acknowledged(by):
            return _acknowledged(state, by, scene)
        case Progressed():
            return _with_lapse(state, scene) if state.phase is Phase.ACKNOWLEDGED else (state, ())
        case Snoozed(by, until):
            return _snoozed(state, by, until, scene)
        case Reassigned(by, to):
            return start(state, scene, f"given to {to} by {by}", state.priority, to)
        case Resolved(by):
            return _over(state, Phase.CLOSED, f"resolved by {by}" if by else "resolved: no alert fires")
        case _:
            assert_never(event)


def _due(state: Escalation, timer: Timer, scene: Scene) -> Outcome:
    if timer != state.timer:
        return state, ()
    match timer.kind:
        case TimerKind.HOLD:
            return after_hold(state, scene)
        case TimerKind.LATE:
            paged, effects = climb(state, scene, 1)
            return paged, (Note("the response is late"), *effects)
        case TimerKind.LAPSE:
            return start(state, scene, f"no progress since {state.by} acknowledged", state.priority)
        case TimerKind.SNOOZE:
            return start(state, scene, "the snooze is over", state.priority)
        case _:
            assert_never(timer.kind)


def _undelivered(state: Escalation, key: PageKey, reason: str, scene: Scene) -> Outcome:
    here = PageKey(state.incident, state.run, state.lap, state.step, key.to)
    waits = state.phase is Phase.PAGING and state.timer is not None
    if not waits or key != here or key.to not in state.current or key.to in state.failed:
        return state, ()
    note = Note(f"{key.to} was not reached: {reason}")
    state = replace(state, failed=state.failed | {key.to})
    if state.failed < set(state.current):
        return state, (note,)
    then, effects = nobody_reached(state, scene)
    return then, (note, *effects)


def _raised(state: Escalation, priority: Priority, scene: Scene) -> Outcome:
    """Let a higher priority join: pages that go out already go on, anything else starts a run."""
    if priority >= state.priority or state.phase in {Phase.NEW, Phase.CLOSED}:
        return _refired(state, scene)
    reason = f"raised from {state.priority} to {priority}"
    if state.phase is not Phase.PAGING or state.timer is None or not scene.rule(state).pages:
        return start(state, scene, reason, priority)
    state, conference = with_conference(replace(state, priority=priority))
    return state, (Note(reason), *conference)


def _refired(state: Escalation, scene: Scene) -> Outcome:
    if state.phase is not Phase.QUIET:
        return state, ()
    if not state.by:
        return start(state, scene, "fires again", state.priority)
    return _with_lapse(replace(state, phase=Phase.ACKNOWLEDGED), scene, Note("fires again"))


def _quieted(state: Escalation) -> Outcome:
    if state.phase in {Phase.NEW, Phase.QUIET, Phase.CLOSED}:
        return state, ()
    return _over(state, Phase.QUIET, "no alert fires: paging stops, a person resolves it")


def _acknowledged(state: Escalation, by: str, scene: Scene) -> Outcome:
    state, note = replace(state, by=by), Note(f"acknowledged by {by}")
    if state.phase is Phase.QUIET:
        return state, (note,)
    return _with_lapse(replace(state, phase=Phase.ACKNOWLEDGED, timer=None), scene, *stop(state), note)


def _with_lapse(state: Escalation, scene: Scene, *effects: Effect) -> Outcome:
    length = scene.terms.lapses.get(state.priority)
    if length is None:
        return state, effects
    state, timer = wait(state, TimerKind.LAPSE, scene.now + length)
    return state, effects + timer


def _snoozed(state: Escalation, by: str, until: datetime, scene: Scene) -> Outcome:
    if state.phase is Phase.QUIET:
        return state, (Refused("no alert fires: resolve the incident"),)
    if until <= scene.now:
        return state, (Refused(f"{until.isoformat()} has passed: snooze until a later moment"),)
    # Nobody takes care of it meanwhile: if it goes quiet and fires again, it pages.
    snoozed, timer = wait(replace(state, phase=Phase.SNOOZED, by=""), TimerKind.SNOOZE, until)
    return snoozed, (*stop(state), Note(f"snoozed by {by} until {until.isoformat()}"), *timer)


def _over(state: Escalation, phase: Phase, text: str) -> Outcome:
    told = (Inform(state.incident, state.paged, text),) if state.paged else ()
    return replace(state, phase=phase, timer=None, current=()), (*stop(state), Note(text), *told)
