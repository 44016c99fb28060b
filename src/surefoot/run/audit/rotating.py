"""Hand the log over to a new key, whatever happens on the way."""

from uuid import UUID, uuid5

from surefoot.domain.audit.note import VerifierKey
from surefoot.domain.audit.rotation import rotation
from surefoot.errors import PortError
from surefoot.run.audit.appending import Kept
from surefoot.run.audit.desk import Desk

_NAMESPACE = UUID("6f3f0a52-8a06-4d0c-9c53-5c1a8a4f2f11")  # of ids that follow from a key


def rotate(desk: Desk) -> VerifierKey:
    """Let the old key sign the new one in the log, then put the new one in its place.

    What was interrupted is finished by the next call: the coming key waits in its file, and the record's id
    follows from it.

    Raises:
        PortError: Another process sequences the log, or the record could not be sequenced.
    """
    means, old = desk.log.means, desk.log.identity.signer
    if not means.lease.leads():
        raise PortError("another process writes this log: stop the server, then rotate the key")
    new = desk.ring.coming(old.key.name).key
    event = rotation(str(uuid5(_NAMESPACE, str(new))), means.now(), desk.actor, old, new)
    if not desk.store.read(lambda tx: desk.name in tx.log.logs() and event.id in tx.log.known(desk.name, [event.id])):
        receipt = desk.log.record(event).result()
        if receipt.kept is not Kept.SEQUENCED:
            raise PortError("the database does not take the rotation now: the old key stays in use; try again")
    desk.ring.turn()
    return new
