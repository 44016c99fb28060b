"""A folder of the spool for each process: two that wrote one file would lose what the other had acknowledged."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from surefoot.errors import SpoolError


@contextmanager
def claimed(folder: Path) -> Iterator[Path]:
    """Give a folder that no other process uses: the first that is free, so that what waits there is found again.

    Raises:
        SpoolError: None can be made.
    """
    handle, slot = _claim(folder)
    try:
        yield slot
    finally:
        os.close(handle)


def waiting(folder: Path) -> list[str]:
    """Name the folders in which records wait, whether a process uses them or not."""
    return sorted({str(file.parent) for file in folder.glob("*/*.frames") if file.stat().st_size})


def in_use(folder: Path) -> int:
    """Count the folders that processes use, this one among them."""
    return sum(_is_locked(lock) for lock in folder.glob("*/lock"))


def _is_locked(lock: Path) -> bool:
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _claim(folder: Path) -> tuple[int, Path]:
    for number in count(1):
        slot = folder / str(number)
        try:
            slot.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(slot / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SpoolError(f"{slot}: the spool cannot be made ({error.strerror}): give another folder") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            continue
        return handle, slot
    raise AssertionError
