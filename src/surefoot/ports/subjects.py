"""The port to the keys of data subjects: destroying one erases a person from every log."""

from typing import Protocol


class SubjectKeys(Protocol):
    """Keys of 32 random bytes, kept apart from the store and from its backups."""

    def key(self, subject: str) -> bytes:
        """Return the key of a subject such as ``user/ana``, made when it is first asked for."""

    def find(self, subject: str) -> bytes | None:
        """Return the key of a subject, if there is one."""

    def by_pseudonym(self, pseudonym: str) -> tuple[str, bytes] | None:
        """Return whom a pseudonym stands for, and the key, if it is still there."""

    def destroy(self, subject: str) -> bool:
        """Destroy a key beyond recovery; return whether there was one."""
