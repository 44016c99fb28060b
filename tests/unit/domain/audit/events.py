"""Events for the tests of the audit log."""

from collections.abc import Mapping
from datetime import UTC, datetime

from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Json, Outcome, Status, Target

ID = "00000000-0000-4000-8000-000000000001"
AT = datetime(2026, 3, 4, 5, 6, 7, 891234, tzinfo=UTC)
ANA = Actor(ActorType.USER, "ana", "192.0.2.7")
CHECKOUT = Target("service", "checkout")
WRONG = Outcome(Status.FAILURE, "wrong password")


def event(  # noqa: PLR0913  # each test changes one of them
    action: str = "login.failure",
    *,
    category: str = "authentication",
    actor: Actor = ANA,
    target: Target = CHECKOUT,
    outcome: Outcome = WRONG,
    changes: tuple[Change, ...] = (),
    detail: Mapping[str, Json] | None = None,
    at: datetime = AT,
) -> Event:
    found = {"device": "phone"} if detail is None else detail
    return Event(ID, at, actor, Action(action, category), target, outcome, changes, found)
