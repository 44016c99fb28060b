"""Argon2id."""

from functools import cached_property

from surefoot.errors import PortError

_KIB = 1024


class Argon2Passwords:
    """Hashes with argon2id; the hash names its own numbers, so they may change at any time.

    Args:
        memory: Bytes that one hash fills.
        passes: How often it does.
        lanes: Threads that share the work.

    Raises:
        PortError: The library is not installed.
    """

    def __init__(self, memory: int, passes: int, lanes: int) -> None:
        try:
            from argon2 import PasswordHasher  # noqa: PLC0415  # an extra
        except ModuleNotFoundError as error:
            raise PortError("passwords need a library: pip install 'surefoot[server]'") from error
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory // _KIB, parallelism=lanes)

    @cached_property
    def _decoy(self) -> str:
        """A hash that takes as long to compare with as anybody's."""
        return self._hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        """Tell whether a password is the one; against an empty hash it takes as long, and is not."""
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  # as above

        try:
            self._hasher.verify(hashed or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed)

    def is_stale(self, hashed: str) -> bool:
        """Tell whether a hash was made with other numbers than those of today."""
        return self._hasher.check_needs_rehash(hashed)
