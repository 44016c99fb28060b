"""The list of erasures: durable, torn lines left out, damage told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from surefoot.edge.erasures import ErasureFile
from surefoot.errors import PortError
from surefoot.ports.erasures import Erased

pytestmark = pytest.mark.req("AUD-4")
ONE = Erased("subject:00", "00000000-0000-4000-8000-000000000001", datetime(2026, 1, 1, tzinfo=UTC), "request")
TWO = Erased("subject:01", "00000000-0000-4000-8000-000000000002", datetime(2026, 1, 2, tzinfo=UTC), "request")


def test_what_was_listed_is_read_back_in_order(tmp_path: Path):
    path = tmp_path / "keys" / "erasures.jsonl"
    assert ErasureFile(path).all() == []
    ErasureFile(path).add(ONE)
    ErasureFile(path).add(TWO)
    assert ErasureFile(path).all() == [ONE, TWO]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_a_crash_cut_off_counts_for_nothing_and_costs_nothing(tmp_path: Path):
    path = tmp_path / "erasures.jsonl"
    ErasureFile(path).add(ONE)
    with path.open("ab") as file:
        file.write(b'{"subject":"subj')
    assert ErasureFile(path).all() == [ONE]
    ErasureFile(path).add(TWO)
    assert ErasureFile(path).all() == [ONE, TWO]


def test_a_line_that_is_no_erasure_is_told(tmp_path: Path):
    path = tmp_path / "erasures.jsonl"
    path.write_text('{"subject": 1}\n')
    with pytest.raises(PortError, match=r"erasures\.jsonl:1"):
        ErasureFile(path).all()


def test_a_list_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "erasures.jsonl").mkdir()
    with pytest.raises(PortError, match="cannot be listed"):
        ErasureFile(tmp_path / "erasures.jsonl").add(ONE)
