"""Kinds of signature that keys of signed notes make: by algorithm byte, how a text is signed and verified."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from surefoot.errors import NoteError

_TIME: Final = 8  # bytes of seconds since 1970 before a cosignature
_LATEST: Final = (1 << 63) - 1
_HEAD: Final = 3  # lines of a checkpoint: origin, size, root
_SUBTREE: Final = b"subtree/v1\n\x00"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of signature.

    Attributes:
        name: For messages.
        secret: Bytes of a private key.
        public: Bytes of a public key.
        public_of: Public key of a private key.
        sign: Of name, private key, text and seconds since 1970.
        verify: Of name, public key, text and signature.
    """

    name: str
    secret: int
    public: int
    public_of: Callable[[bytes], bytes]
    sign: Callable[[str, bytes, str, int], bytes]
    verify: Callable[[str, bytes, str, bytes], bool]


@dataclass(frozen=True, slots=True)
class _Raw:
    """A signature algorithm on bytes."""

    public_of: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]


def cosigned_at(signature: bytes) -> int:
    """Read when a witness cosigned, in seconds since 1970."""
    return int.from_bytes(signature[:_TIME], "big")


def _ed25519_public(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _ed25519_sign(secret: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).sign(message)


def _ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _mldsa() -> ModuleType:
    try:
        return import_module("cryptography.hazmat.primitives.asymmetric.mldsa")
    except ImportError as error:
        raise NoteError("ML-DSA-44 keys need cryptography 47 or later; pip install -U cryptography") from error


def _mldsa_public(secret: bytes) -> bytes:
    try:
        public: bytes = _mldsa().MLDSA44PrivateKey.from_seed_bytes(secret).public_key().public_bytes_raw()
    except UnsupportedAlgorithm as error:
        raise NoteError("ML-DSA-44 is not offered by this build of cryptography; use an Ed25519 key") from error
    return public


def _mldsa_sign(secret: bytes, message: bytes) -> bytes:
    signature: bytes = _mldsa().MLDSA44PrivateKey.from_seed_bytes(secret).sign(message)
    return signature


def _mldsa_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        _mldsa().MLDSA44PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    except UnsupportedAlgorithm as error:
        raise NoteError("ML-DSA-44 is not offered by this build of cryptography; use an Ed25519 key") from error
    return True


def _plain_sign(_name: str, secret: bytes, text: str, _time: int) -> bytes:
    return _ed25519_sign(secret, text.encode())


def _plain_verify(_name: str, public: bytes, text: str, signature: bytes) -> bool:
    return _ed25519_verify(public, text.encode(), signature)


def _timed_message(_name: str, text: str, time: int) -> bytes:
    """Write what an Ed25519 cosignature signs (tlog-cosignature, *Ed25519 signed message*)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _subtree_message(name: str, text: str, time: int) -> bytes:
    """Write what an ML-DSA-44 cosignature signs (tlog-cosignature, *ML-DSA-44 signed message*)."""
    lines = text.split("\n")
    if len(lines) <= _HEAD:
        raise NoteError("an ML-DSA-44 key signs checkpoints only")
    cosigner, origin = name.encode(), lines[0].encode()
    try:
        size = int(lines[1]).to_bytes(8, "big")
        parts = [_SUBTREE, bytes([len(cosigner)]), cosigner, time.to_bytes(8, "big"), bytes([len(origin)]), origin]
        return b"".join([*parts, bytes(8), size, b64decode(lines[2], validate=True)])
    except (ValueError, OverflowError) as error:
        raise NoteError("an ML-DSA-44 key signs checkpoints only, with names of at most 255 bytes") from error


def _timed_sign(
    raw: _Raw, message: Callable[[str, str, int], bytes], name: str, secret: bytes, text: str, time: int
) -> bytes:
    return time.to_bytes(_TIME, "big") + raw.sign(secret, message(name, text, time))


def _timed_verify(
    raw: _Raw, message: Callable[[str, str, int], bytes], name: str, public: bytes, text: str, signature: bytes
) -> bool:
    time = cosigned_at(signature)
    return time <= _LATEST and raw.verify(public, message(name, text, time), signature[_TIME:])


_ED25519: Final = _Raw(_ed25519_public, _ed25519_sign, _ed25519_verify)
_MLDSA44: Final = _Raw(_mldsa_public, _mldsa_sign, _mldsa_verify)

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
MLDSA44: Final = 0x06

SCHEMES: Final[Mapping[int, Scheme]] = MappingProxyType(
    {
        ED25519: Scheme("Ed25519", 32, 32, _ed25519_public, _plain_sign, _plain_verify),
        COSIGNATURE: Scheme(
            "Ed25519 cosignature",
            32,
            32,
            _ed25519_public,
            partial(_timed_sign, _ED25519, _timed_message),
            partial(_timed_verify, _ED25519, _timed_message),
        ),
        MLDSA44: Scheme(
            "ML-DSA-44 cosignature",
            32,
            1312,
            _mldsa_public,
            partial(_timed_sign, _MLDSA44, _subtree_message),
            partial(_timed_verify, _MLDSA44, _subtree_message),
        ),
    }
)
