"""The spool: on the disk before anybody is told, bounded, and readable after a crash or damage."""

import os
import resource
from pathlib import Path

import pytest

from surefoot.edge.spool import FileSpool
from surefoot.errors import SpoolError

pytestmark = pytest.mark.req("AUD-3")


def drained(spool: FileSpool) -> list[bytes]:
    found: list[bytes] = []
    while batch := spool.oldest():
        found += batch.frames
        spool.drop(batch.name)
    return found


def test_frames_come_back_in_their_order(tmp_path: Path):
    spool = FileSpool(tmp_path / "spool", 1 << 20)
    assert spool.oldest() is None
    spool.put([b"one", b"", b"two\nlines"])
    spool.put([b"three"])
    assert drained(spool) == [b"one", b"", b"two\nlines", b"three"]
    assert spool.empty


def test_another_process_finds_them(tmp_path: Path):
    FileSpool(tmp_path, 1 << 20).put([b"before the crash"])
    later = FileSpool(tmp_path, 1 << 20)
    later.put([b"after it"])
    assert drained(later) == [b"before the crash", b"after it"]


def test_what_is_put_while_the_oldest_is_replayed_is_not_dropped_with_it(tmp_path: Path):
    spool = FileSpool(tmp_path, 1 << 20)
    spool.put([b"old"])
    batch = spool.oldest()
    assert batch is not None
    spool.put([b"new"])
    spool.drop(batch.name)
    assert drained(spool) == [b"new"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_half_a_frame_at_the_end_is_no_frame_and_no_damage(tmp_path: Path, cut: int):
    spool = FileSpool(tmp_path, 1 << 20)
    spool.put([b"whole", b"half"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-cut])
    batch = FileSpool(tmp_path, 1 << 20).oldest()
    assert batch is not None
    assert (batch.frames, batch.lost) == ((b"whole",), 0)


def test_a_flipped_bit_costs_its_frame_alone_and_is_counted(tmp_path: Path):
    spool = FileSpool(tmp_path, 1 << 20)
    spool.put([b"first", b"second", b"third"])
    (file,) = tmp_path.iterdir()
    data = bytearray(file.read_bytes())
    data[data.index(b"second")] ^= 1
    file.write_bytes(data)
    batch = spool.oldest()
    assert batch is not None
    assert batch.frames == (b"first", b"third")
    assert batch.lost == 8 + len(b"second")


def test_a_full_spool_takes_nothing_of_a_batch(tmp_path: Path):
    spool = FileSpool(tmp_path, 64)
    spool.put([b"x" * 40])
    with pytest.raises(SpoolError, match="full"):
        spool.put([b"y" * 10, b"z" * 10])
    assert drained(spool) == [b"x" * 40]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SpoolError, match="another folder"):
        FileSpool(tmp_path / "file" / "spool", 64)


def test_a_full_disk_leaves_no_half_batch_behind(tmp_path: Path):
    """The size limit of files stands for the disk."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            spool = FileSpool(tmp_path, 1 << 30)
            spool.put([b"kept"])
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            spool.put([b"x" * 3000, b"x" * 3000])
        except SpoolError as error:
            code = 0 if "free some space" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    spool = FileSpool(tmp_path, 1 << 30)
    assert drained(spool) == [b"kept"]


def test_it_is_for_its_owner_alone(tmp_path: Path):
    spool = FileSpool(tmp_path / "spool", 1 << 20)
    spool.put([b"secret"])
    (file,) = (tmp_path / "spool").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
