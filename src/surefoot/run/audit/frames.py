"""Records as they wait in the spool."""

import orjson

from surefoot.domain.audit.commitment import Concealed, Place
from surefoot.errors import SpoolError
from surefoot.ports.auditlog import Entry


def packed(entry: Entry) -> bytes:
    """Write a record with its openings."""
    openings = [[one.place.field, one.commitment, one.pseudonym, one.box.hex()] for one in entry.openings]
    return orjson.dumps([entry.id, openings]) + b"\n" + entry.body


def unpacked(frame: bytes) -> Entry:
    """Read what `packed` wrote.

    Raises:
        SpoolError: It is something else.
    """
    head, _, body = frame.partition(b"\n")
    try:
        identifier, openings = orjson.loads(head)
        return Entry(
            identifier,
            body,
            tuple(
                Concealed(Place(identifier, field), commitment, pseudonym, bytes.fromhex(box))
                for field, commitment, pseudonym, box in openings
            ),
        )
    except (ValueError, TypeError) as error:
        raise SpoolError("a frame of the spool holds no record: it was written by something else") from error
