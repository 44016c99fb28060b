"""The key that signs checkpoints: a file for its owner alone, made on first use."""

import os
import secrets
from pathlib import Path

from surefoot.domain.audit.note import Signer, new_signer, signer, signer_key
from surefoot.errors import PortError

_SECRET = 32
_OPEN_TO_OTHERS = 0o077


def log_key(path: Path, origin: str) -> Signer:
    """Return the key in a file; where there is no file, make one.

    Raises:
        PortError: The file cannot be read or made, or others may read it.
        NoteError: It holds no key.
    """
    try:
        if path.stat().st_mode & _OPEN_TO_OTHERS:
            raise PortError(f"{path}: others may read this key: run `chmod 600 {path}`")
        return signer(path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        made = new_signer(origin, secrets.token_bytes(_SECRET))
        write_key(path, made)
        return made
    except OSError as error:
        raise PortError(f"{path}: the log's key cannot be read: {error.strerror}") from error


def write_key(path: Path, made: Signer) -> None:
    """Write a key to a file that does not exist yet, readable for its owner alone.

    Raises:
        PortError: The file exists, or cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(signer_key(made) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise PortError(f"{path}: the log's key cannot be written: {error.strerror}") from error
