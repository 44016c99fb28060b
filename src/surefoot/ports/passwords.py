"""The port to slow hashes of passwords."""

from typing import Protocol


class Passwords(Protocol):
    """Makes and compares hashes; each call takes a while on purpose, so it never runs where others wait."""

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""

    def matches(self, hashed: str, password: str) -> bool:
        """Tell whether a password is the one; against an empty hash it takes as long, and is not."""

    def is_stale(self, hashed: str) -> bool:
        """Tell whether a hash was made with other numbers than those of today."""
