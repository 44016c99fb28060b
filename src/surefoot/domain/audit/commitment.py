"""Personal values outside the leaf: committed to, sealed under the subject's key, erased with it (AUD-4).

The leaf holds ``sha256:`` and the digest of a secret salt and the value, and a pseudonym of the subject.
Salt and value lie beside the log, sealed with AES-256-GCM under a key derived from the subject's master
key. Without the key nobody can open the box; without the salt nobody can try values against the digest.
So destroying both erases the value, while the leaf, and with it every root and proof, stays as it was.

One 32-byte master key for each subject yields both keys (BLAKE2b, keyed, personalised): destroying it also
makes the pseudonym meaningless, for nobody can compute it from the subject again.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b, sha256

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from surefoot.domain.audit.record import Json
from surefoot.errors import ProofError

KEY, SALT, NONCE = 32, 16, 12  # bytes
COMMITMENTS = "personal"  # key of `detail` under which a leaf lists its commitments

_COMMITTED, _SUBJECT = "sha256:", "subject:"
_FOR_BOX, _FOR_NAME, _FOR_SALT = b"surefoot-box", b"surefoot-name", b"surefoot-salt"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a personal value belongs: the record and the field in it, such as ``actor.ip_address``."""

    record: str
    field: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: whoever holds it can show the value, and that it was the one recorded."""

    place: Place
    value: Json
    salt: bytes


@dataclass(frozen=True, slots=True)
class Concealed:
    """A personal value as it is stored.

    Attributes:
        commitment: What stands in the leaf.
        pseudonym: Of the subject, as in the leaf.
        box: Nonce, then salt and value encrypted and authenticated together with the place.
    """

    place: Place
    commitment: str
    pseudonym: str
    box: bytes


def commit(value: Json, salt: bytes) -> str:
    """Compute the commitment to a value: SHA-256 of the salt and the value's JSON, keys sorted.

    The salt has a fixed length, so that salt and value cannot be cut differently; JSON keeps ``"1"`` and
    ``1`` apart.

    Raises:
        ProofError: The salt has another length.
    """
    _sized(salt, SALT, "the salt")
    return _COMMITTED + sha256(salt + _bytes(value)).hexdigest()


def pseudonym(subject: str, key: bytes) -> str:
    """Name a subject without naming it: the same for all of its records, and for nobody without its key.

    Raises:
        ProofError: The key has another length.
    """
    _sized(key, KEY, "the subject's key")
    return _SUBJECT + blake2b(subject.encode(), key=key, digest_size=16, person=_FOR_NAME).hexdigest()


def salt(place: Place, value: Json, key: bytes) -> bytes:
    """Derive the salt of a value: random to whoever lacks the subject's key, and the same when an event is sent again.

    Raises:
        ProofError: The key has another length.
    """
    _sized(key, KEY, "the subject's key")
    text = orjson.dumps([place.record, place.field]) + _bytes(value)
    return blake2b(text, key=key, digest_size=SALT, person=_FOR_SALT).digest()


def seal(opening: Opening, subject: str, key: bytes, nonce: bytes) -> Concealed:
    """Commit to a value and seal it for storage.

    Args:
        opening: Place, value and a salt of 16 bytes that nobody can guess, never used twice; `salt` makes one.
        subject: Whom the value is about, such as ``user/ana``.
        key: The subject's 32 random bytes.
        nonce: 12 random bytes, never used twice under one key.

    Raises:
        ProofError: A length is wrong.
    """
    _sized(nonce, NONCE, "the nonce")
    committed, name = commit(opening.value, opening.salt), pseudonym(subject, key)
    text = opening.salt + _bytes(opening.value)
    box = nonce + AESGCM(_box_key(key)).encrypt(nonce, text, _bound(opening.place, committed))
    return Concealed(opening.place, committed, name, box)


def unseal(sealed: Concealed, key: bytes) -> Opening:
    """Open a box and check it against the commitment.

    Raises:
        ProofError: The key is not the subject's, the box was changed or moved to another record or field,
            or its content is not what the leaf commits to.
    """
    _sized(key, KEY, "the subject's key")
    nonce, text = sealed.box[:NONCE], sealed.box[NONCE:]
    where = f"the value of `{sealed.place.field}` in record {sealed.place.record}"
    try:
        opened = AESGCM(_box_key(key)).decrypt(nonce, text, _bound(sealed.place, sealed.commitment))
    except (InvalidTag, ValueError):
        raise ProofError(
            f"{where} cannot be opened: the key is another subject's, or the box was changed; "
            "find the key by the pseudonym, or take the box from a backup"
        ) from None
    value: Json = orjson.loads(opened[SALT:])
    opening = Opening(sealed.place, value, opened[:SALT])
    if not verify(sealed.commitment, opening):
        raise ProofError(f"{where} is not what the log commits to: it was replaced before it was sealed")
    return opening


def verify(commitment: str, opening: Opening) -> bool:
    """Tell whether an opening shows the value that was committed to; takes equally long for any value."""
    return hmac.compare_digest(commitment, commit(opening.value, opening.salt))


def is_concealed(value: object) -> bool:
    """Tell whether a field holds a commitment or a pseudonym, and no value."""
    return isinstance(value, str) and value.startswith((_COMMITTED, _SUBJECT))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an erasure did, for the subject and for the auditor.

    Attributes:
        subject: Pseudonym; the subject's name would undo the erasure.
        openings: Number of values whose boxes and salts were destroyed.
        at: When, in UTC.
        by: Who carried it out.
        reason: Such as ``request of the data subject, GDPR 17(1)(b)``.
        size: Number of records in the log then.
        root: Root hash of the log, the same before and after.
        record: Id of the record that the erasure left in the log.
    """

    subject: str
    openings: int
    at: datetime
    by: str
    reason: str
    size: int
    root: bytes
    record: str

    @property
    def text(self) -> str:
        """Return the certificate for people."""
        values = "1 value" if self.openings == 1 else f"{self.openings} values"
        return (
            "Certificate of erasure\n\n"
            f"Subject:    {self.subject} (pseudonym)\n"
            f"Destroyed:  the subject's key, and the boxes with salts of {values}\n"
            f"When:       {self.at:%Y-%m-%dT%H:%M:%SZ}\n"
            f"By:         {self.by}\n"
            f"Reason:     {self.reason}\n"
            f"Recorded:   as {self.record}\n"
            f"Root hash:  {self.root.hex()} over {self.size} records, before and after\n\n"
            "The records remain, with commitments in place of the values; their proofs still verify.\n"
            "Copies that were exported before, and backups that still hold the key, are not covered:\n"
            "restoring one replays this erasure before the log opens.\n"
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the log: number of records and root hash."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was destroyed, by whom, why; see `Certificate`."""

    subject: str
    openings: int
    at: datetime
    by: str
    reason: str
    record: str


def certificate(erasure: Erasure, before: Head, after: Head) -> Certificate:
    """Certify an erasure.

    Args:
        erasure: What was done.
        before: The log before it.
        after: The root over the *same* records, computed again afterwards.

    Raises:
        ProofError: The roots differ: the log itself was changed.
    """
    if before != after:
        raise ProofError(
            f"the erasure of {erasure.subject} is not certified: the log had the root {before.root.hex()} over "
            f"{before.size} records and now has {after.root.hex()} over {after.size}; verify the log"
        )
    return Certificate(
        subject=erasure.subject,
        openings=erasure.openings,
        at=erasure.at,
        by=erasure.by,
        reason=erasure.reason,
        size=before.size,
        root=before.root,
        record=erasure.record,
    )


def _bytes(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _box_key(key: bytes) -> bytes:
    return blake2b(key=key, digest_size=32, person=_FOR_BOX).digest()


def _bound(place: Place, commitment: str) -> bytes:
    """Bind a box to its record, field and commitment, so that it fits nowhere else."""
    return orjson.dumps([place.record, place.field, commitment])


def _sized(data: bytes, size: int, what: str) -> None:
    if len(data) != size:
        raise ProofError(f"{what} has {len(data)} bytes; it needs {size}")
