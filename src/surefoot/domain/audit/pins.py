"""Pinned checkpoints: signed notes one after the other in a file that is kept off the machine."""

from surefoot.domain.audit.note import parse_note
from surefoot.errors import NoteError

_DASH = "— "


def pins(text: str, place: str) -> list[str]:
    """Cut a file of pins into its notes.

    Args:
        text: Notes; blank lines may stand between them.
        place: Of the file, for people.

    Raises:
        NoteError: A part of it is no signed note; says which.
    """
    found: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        if _ends(lines) and not line.startswith(_DASH):
            found.append(_note(lines, place, len(found) + 1))
            lines = []
        if lines or line:
            lines.append(line)
    if any(lines):
        found.append(_note(lines, place, len(found) + 1))
    return found


def _ends(lines: list[str]) -> bool:
    return bool(lines) and "" in lines and lines[-1].startswith(_DASH)


def _note(lines: list[str], place: str, number: int) -> str:
    note = "\n".join(lines) + "\n"
    try:
        parse_note(note)
    except NoteError as error:
        raise NoteError(f"{place}: pin {number} is no checkpoint: {error}") from error
    return note
