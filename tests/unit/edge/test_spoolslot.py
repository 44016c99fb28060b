from pathlib import Path

import pytest

from surefoot.edge.spool import FileSpool
from surefoot.edge.spoolslot import claimed
from surefoot.errors import SpoolError


def test_two_never_share_a_folder_and_the_next_one_finds_what_waits(tmp_path: Path):
    with claimed(tmp_path) as first, claimed(tmp_path) as second:
        assert first != second
        FileSpool(first, 1000).put([b"waiting"])
    with claimed(tmp_path) as again:
        assert again == first
        batch = FileSpool(again, 1000).oldest()
        assert batch is not None
        assert batch.frames == (b"waiting",)


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="cannot be made"), claimed(tmp_path / "file"):
        pass
