"""Signed notes (C2SP signed-note): keys, signatures and the text that they sign.

The kind of a key is the first byte of its encoding and open: `0x01` signs the text as it is, `0x04` and `0x06` are
cosignatures of witnesses (C2SP tlog-cosignature), which also say when.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from surefoot.domain.audit.schemes import SCHEMES, Scheme
from surefoot.errors import NoteError

_ID: Final = 4
_DASH: Final = "— "
_MOST: Final = 64  # signatures of one note; the format demands that 16 are taken
_NAME: Final = re.compile(r"[^\s+]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SECRET: Final = "PRIVATE+KEY+"  # noqa: S105  # the format's prefix, no secret


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under the name of whoever signs with it.

    Attributes:
        name: Such as ``example.com/log``; no spaces, no plus.
        algorithm: Signature type, a key of `surefoot.domain.audit.schemes.SCHEMES`.
        public: The raw public key.
    """

    name: str
    algorithm: int
    public: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """Four bytes that stand before each of its signatures."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:_ID]

    def __str__(self) -> str:
        """Write it as ``name+id+key``, the form of a verifier key (vkey)."""
        return f"{self.name}+{self.id.hex()}+{_encode(bytes([self.algorithm]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, held apart from everything that is printed.

    Attributes:
        key: Its public half.
        secret: The raw private key, 32 bytes.
    """

    key: VerifierKey
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: name and id of the key, and what the key made of the text."""

    name: str
    id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_encode(self.id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and who signed it; signatures of unknown keys are kept."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)


def verifier_key(text: str) -> VerifierKey:
    """Read a verifier key.

    >>> verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").name
    'PeterNeumann'

    Raises:
        NoteError: It is malformed, its id does not fit, or nothing here knows its kind.
    """
    name, digits, algorithm, public = _key(text, "verifier key")
    scheme = _scheme(algorithm)
    if len(public) != scheme.public:
        raise NoteError(f"verifier key {name}: {len(public)} bytes instead of {scheme.public}; copy it whole")
    return _fitting(VerifierKey(name, algorithm, public), digits)


def signer(text: str) -> Signer:
    """Read a signer key, ``PRIVATE+KEY+name+id+key``.

    Raises:
        NoteError: It is malformed, its id does not fit, or nothing here knows its kind; never shows the key.
    """
    if not text.startswith(_SECRET):
        raise NoteError(f"signer key: must start with {_SECRET}")
    name, digits, algorithm, secret = _key(text.removeprefix(_SECRET), "signer key")
    made = new_signer(name, secret, algorithm)
    _fitting(made.key, digits)
    return made


def new_signer(name: str, secret: bytes, algorithm: int = 1) -> Signer:
    """Make a signer of 32 random bytes, which the caller draws.

    Raises:
        NoteError: Name or length does not fit, or the kind is unknown or cannot be had here.
    """
    if _NAME.fullmatch(name) is None:
        raise NoteError(f"key name {name!r}: must not be empty and hold neither spaces nor +")
    scheme = _scheme(algorithm)
    if len(secret) != scheme.secret:
        raise NoteError(f"signer key {name}: {len(secret)} bytes instead of {scheme.secret}")
    return Signer(VerifierKey(name, algorithm, scheme.public_of(secret)), secret)


def signer_key(made: Signer) -> str:
    """Write a signer key; whoever reads it can sign."""
    key = made.key
    return f"{_SECRET}{key.name}+{key.id.hex()}+{_encode(bytes([key.algorithm]) + made.secret)}"


def parse_note(text: str) -> Note:
    """Read a signed note.

    Raises:
        NoteError: It has no signatures, too many, or is malformed; says where.
    """
    if (match := _CONTROL.search(text)) is not None:
        raise NoteError(f"note: control character at {match.start()}")
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise NoteError("note: a text, an empty line and signature lines are needed, each ending in a newline")
    signed = lines[:-1].split("\n")
    if len(signed) > _MOST:
        raise NoteError(f"note: {len(signed)} signatures; at most {_MOST} are read")
    return Note(body + "\n", tuple(_signature(line) for line in signed))


def sign(text: str, signers: Sequence[Signer], time: int = 0) -> Note:
    """Sign a text.

    Args:
        text: Ends in a newline.
        signers: At least one.
        time: Seconds since 1970 that cosignatures state; other kinds hold none.

    Raises:
        NoteError: The text is malformed, or no checkpoint where a cosignature needs one.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("note: the text must end in a newline and hold no other control characters")
    return Note(text, tuple(_signed(text, one, time) for one in signers))


def cosign(note: Note, witness: Signer, time: int) -> Note:
    """Add a witness's signature to a note; who signed before stays.

    Raises:
        NoteError: The text is no checkpoint.
    """
    return Note(note.text, (*note.signatures, _signed(note.text, witness, time)))


def verified(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """List the known keys that signed a note, in the order of its signatures; unknown keys are passed over.

    Raises:
        NoteError: A known key's signature is wrong, or no known key signed.
    """
    known = {(key.name, key.id): key for key in keys}
    found: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is None:
            continue
        if not SCHEMES[key.algorithm].verify(key.name, key.public, note.text, signature.data):
            raise NoteError(f"signature of {key.name} ({key.id.hex()}) does not fit the text")
        if key not in found:
            found.append(key)
    if not found:
        names = ", ".join(f"{one.name} ({one.id.hex()})" for one in note.signatures)
        raise NoteError(f"note: none of the known keys signed; signed by {names}")
    return tuple(found)


def _signed(text: str, one: Signer, time: int) -> Signature:
    key = one.key
    return Signature(key.name, key.id, SCHEMES[key.algorithm].sign(key.name, one.secret, text, time))


def _signature(line: str) -> Signature:
    name, space, data = line.removeprefix(_DASH).partition(" ")
    raw = _decode(data)
    if not line.startswith(_DASH) or not space or _NAME.fullmatch(name) is None or raw is None or len(raw) <= _ID:
        raise NoteError(f"note: malformed signature line {line[:60]!r}")
    return Signature(name, raw[:_ID], raw[_ID:])


def _key(text: str, what: str) -> tuple[str, str, int, bytes]:
    name, _, rest = text.partition("+")
    digits, _, data = rest.partition("+")
    raw = _decode(data)
    if _NAME.fullmatch(name) is None or re.fullmatch(r"[0-9a-f]{8}", digits) is None or not raw:
        raise NoteError(f"{what}: must be name+id+base64, the id in eight hex digits; copy it whole")
    return name, digits, raw[0], raw[1:]


def _fitting(key: VerifierKey, digits: str) -> VerifierKey:
    if key.id.hex() != digits:
        raise NoteError(f"key {key.name}: its id is {key.id.hex()}, not {digits}; a character was changed")
    return key


def _scheme(algorithm: int) -> Scheme:
    if algorithm not in SCHEMES:
        known = ", ".join(f"{number:#04x} {scheme.name}" for number, scheme in sorted(SCHEMES.items()))
        raise NoteError(f"key of unknown kind {algorithm:#04x}; known: {known}")
    return SCHEMES[algorithm]


def _encode(raw: bytes) -> str:
    return b64encode(raw).decode()


def _decode(text: str) -> bytes | None:
    """Read Base64 in its only spelling; None for anything else."""
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None
    return raw if _encode(raw) == text else None
