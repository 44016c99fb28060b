"""Checkpoints (C2SP tlog-checkpoint): the text that states size and root of a log, and our two extension lines."""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from surefoot.domain.audit.record import moment, stamp
from surefoot.errors import NoteError, RecordRefused

_HASH: Final = 32
_HEAD: Final = 3
_NUMBER: Final = re.compile(r"0|[1-9]\d*", re.ASCII)
_MOST_DIGITS: Final = 19
_EPOCH: Final = "epoch "
_TIME: Final = "time "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states about itself.

    Attributes:
        origin: Name of the log.
        size: Number of its leaves.
        root: Root hash of the tree over them.
        extensions: Further lines; ours are ``epoch N`` (of the sequencer's lease) and ``time <RFC 3339>``.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text to be signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "\n".join(lines) + "\n"

    @property
    def epoch(self) -> int | None:
        """Epoch of the sequencer that wrote it; None where the log states none.

        Raises:
            NoteError: The line is malformed.
        """
        line = self._extension(_EPOCH)
        return None if line is None else _number(line, "epoch")

    @property
    def time(self) -> datetime | None:
        """When it was made, by the sequencer's clock, in UTC; None where the log states none.

        Raises:
            NoteError: The line is malformed.
        """
        line = self._extension(_TIME)
        try:
            return None if line is None else moment(line, "time")
        except RecordRefused as error:
            raise NoteError(f"checkpoint: {error}") from error

    def _extension(self, prefix: str) -> str | None:
        return next((line[len(prefix) :] for line in self.extensions if line.startswith(prefix)), None)


def checkpoint(origin: str, size: int, root: bytes, epoch: int, time: datetime) -> Checkpoint:
    """State size and root as our logs do, with epoch and time.

    Raises:
        RecordRefused: The time is not in UTC.
    """
    return Checkpoint(origin, size, root, (f"{_EPOCH}{epoch}", f"{_TIME}{stamp(time)}"))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint, without its signatures.

    Raises:
        NoteError: It is malformed; says which line.
    """
    lines = text.split("\n")
    if len(lines) <= _HEAD or lines.pop() or not all(lines):
        raise NoteError("checkpoint: needs three lines (origin, size, root) or more, none of them empty")
    origin, size, encoded, *extensions = lines
    try:
        root = b64decode(encoded, validate=True)
    except (NotBase64, ValueError) as error:
        raise NoteError("checkpoint: the root is no Base64") from error
    if len(root) != _HASH or b64encode(root).decode() != encoded:
        raise NoteError(f"checkpoint: the root has {len(root)} bytes or another spelling, not {_HASH} bytes of Base64")
    return Checkpoint(origin, _number(size, "size"), root, tuple(extensions))


def _number(text: str, what: str) -> int:
    if _NUMBER.fullmatch(text) is None or len(text) > _MOST_DIGITS:
        raise NoteError(f"checkpoint: {what} {text[:30]!r} is no decimal number without leading zeros")
    return int(text)
