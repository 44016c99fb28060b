"""The text of API tokens, and how every secret is kept: as its hash.

A token reads ``sf_<id>_<secret><checksum>``: a prefix that leak scanners search for, the id that lists and
logs show, and a checksum that tells a real token from a look-alike without asking a server.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass

from surefoot.domain.access.account import TokenId

ID_BYTES = 6
SECRET_BYTES = 32
PATTERN = r"sf_[0-9a-f]{12}_[0-9A-Za-z]{49}"

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH = 43  # 62 ** 43 > 2 ** 256
_CHECKSUM_LENGTH = 6  # 62 ** 6 > 2 ** 32
_TOKEN = re.compile(PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token.

    Attributes:
        text: Shown once, to whoever asked for it.
        digest: What is kept of it.
    """

    id: TokenId
    text: str
    digest: bytes


def issue(random: bytes) -> Issued:
    """Make a token of `ID_BYTES` + `SECRET_BYTES` random bytes."""
    if len(random) != ID_BYTES + SECRET_BYTES:
        raise ValueError(f"{len(random)} random bytes instead of {ID_BYTES + SECRET_BYTES}")
    name = random[:ID_BYTES].hex()
    secret = _written(int.from_bytes(random[ID_BYTES:]), _SECRET_LENGTH)
    text = f"sf_{name}_{secret}{_checksum(name, secret)}"
    return Issued(TokenId(name), text, digest(text))


def known(text: str) -> TokenId | None:
    """Return the id in a token's text; None if it is none, or misspelt."""
    if not _TOKEN.fullmatch(text):
        return None
    _, name, rest = text.split("_")
    secret, checksum = rest[:-_CHECKSUM_LENGTH], rest[-_CHECKSUM_LENGTH:]
    return TokenId(name) if checksum == _checksum(name, secret) else None


def digest(secret: str) -> bytes:
    """Return what is kept of a token or of a session's cookie: SHA-256, since both have 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def _checksum(name: str, secret: str) -> str:
    return _written(zlib.crc32(f"{name}{secret}".encode()), _CHECKSUM_LENGTH)


def _written(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
