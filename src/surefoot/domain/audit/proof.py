"""Proofs that a record is in the log, as files that are verified offline (C2SP tlog-proof)."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from surefoot.domain.audit.checkpoint import parse_checkpoint
from surefoot.domain.audit.note import VerifierKey, parse_note, verified
from surefoot.domain.audit.tree import leaf_hash, verify_inclusion
from surefoot.errors import NoteError

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = re.compile(r"index (0|[1-9]\d{0,18})", re.ASCII)
_HASH: Final = 32
_LONGEST: Final = 64  # hashes from a leaf to the root of the largest tree


@dataclass(frozen=True, slots=True)
class LogProof:
    """That a record is in a log.

    Attributes:
        index: Of its leaf.
        path: Siblings from the leaf up.
        checkpoint: The signed note, verbatim.
        extra: For the reader; nothing proves it.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a proof showed: the record is leaf `index` of the log `origin` at this size and root, signed by `keys`."""

    origin: str
    index: int
    size: int
    root: bytes
    keys: tuple[VerifierKey, ...]


def write_proof(proof: LogProof) -> str:
    """Write a proof as the text of a ``.tlog-proof`` file."""
    extra = [_EXTRA + b64encode(proof.extra).decode()] if proof.extra else []
    path = [b64encode(sibling).decode() for sibling in proof.path]
    return "\n".join([_FIRST, *extra, f"index {proof.index}", *path, "", proof.checkpoint])


def parse_proof(text: str) -> LogProof:
    """Read a ``.tlog-proof`` file.

    Raises:
        NoteError: It is malformed; says which line.
    """
    head, blank, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != _FIRST or not blank:
        raise NoteError(f"proof: must start with {_FIRST} and hold an empty line before the checkpoint")
    extra = _decoded(lines.pop(0)[len(_EXTRA) :], "extra") if lines and lines[0].startswith(_EXTRA) else b""
    match = _INDEX.fullmatch(lines[0]) if lines else None
    if match is None or len(lines) > _LONGEST + 1:
        raise NoteError(f"proof: a line 'index N' and at most {_LONGEST} hashes must follow")
    path = tuple(_decoded(line, f"hash {n}") for n, line in enumerate(lines[1:]))
    if any(len(sibling) != _HASH for sibling in path):
        raise NoteError(f"proof: every hash must have {_HASH} bytes")
    return LogProof(int(match[1]), path, checkpoint, extra)


def verify_proof(body: bytes, proof: LogProof, keys: Sequence[VerifierKey]) -> Verified:
    """Check offline that a log holds a record.

    Args:
        body: The record's stored bytes.
        proof: Of this record.
        keys: Of the log, known from elsewhere.

    Raises:
        NoteError: Signature, checkpoint or path fails; says which.
    """
    note = parse_note(proof.checkpoint)
    signed = verified(note, keys)
    stated = parse_checkpoint(note.text)
    verify_inclusion(proof.index, stated.size, leaf_hash(body), proof.path, stated.root)
    return Verified(stated.origin, proof.index, stated.size, stated.root, signed)


def _decoded(text: str, what: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise NoteError(f"proof: {what} is no Base64") from error
