"""Whoever reads the audit log: what they may see, and in whose name it is recorded that they did."""

from dataclasses import replace

from surefoot.domain.access import rights
from surefoot.domain.access.rights import RefusalError, Right
from surefoot.domain.audit.reading import Grant
from surefoot.domain.audit.record import Actor, ActorType
from surefoot.ports.auditlog import Head
from surefoot.ports.store import Transaction
from surefoot.run.audit.desk import Desk
from surefoot.server.house import House

UNSTATED = "unstated"


def desk_of(house: House, actor: rights.Actor) -> Desk:
    """Return the log as somebody works with it."""
    return replace(house.services.desk, actor=Actor(ActorType(actor.kind), actor.id, actor.address or None))


def grant_of(house: House, actor: rights.Actor) -> Grant:
    """Return what somebody may see, who may read at all."""
    if Right.REVEAL in actor.rights:
        return house.services.grant(actor.name, "privacy-officer")
    whole = Right.READ_WHOLE_LOG in actor.rights
    return house.services.grant(actor.name, "auditor" if whole else "operator")


async def head_of(house: House) -> Head:
    """Return where the log ends.

    Raises:
        RefusalError: There is nothing in it yet.
        StoreError: The database does not answer.
    """
    name = house.services.desk.name

    def work(tx: Transaction) -> Head | None:
        return tx.log.head(name) if name in tx.log.logs() else None

    head = await house.read(work)
    if head is None or not head.checkpoint:
        raise RefusalError("unknown", "nothing is in the log yet")
    return head
