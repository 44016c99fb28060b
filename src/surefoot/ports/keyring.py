"""The port to the keys that sign the log: the one in use, those before it, and the one that comes next."""

from typing import Protocol

from surefoot.domain.audit.note import Signer, VerifierKey


class KeyRing(Protocol):
    """The keys of one log, kept apart from the store."""

    def past(self) -> tuple[VerifierKey, ...]:
        """Return the keys that were replaced, oldest first.

        Raises:
            PortError: They cannot be read.
            NoteError: A file holds no key.
        """

    def coming(self, origin: str) -> Signer:
        """Return the key that shall follow, made when it is first asked for.

        Raises:
            PortError: It cannot be read or made, or another process has the log open.
        """

    def turn(self) -> None:
        """Let the coming key take over; the one in use is kept among those before it.

        Raises:
            PortError: The files cannot be renamed.
        """
