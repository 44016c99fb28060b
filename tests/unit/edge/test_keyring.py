from pathlib import Path

import pytest

from surefoot.edge.keyring import KeyFiles
from surefoot.edge.logkey import log_key
from surefoot.errors import PortError


def test_the_coming_key_waits_until_it_takes_over(tmp_path: Path):
    path = tmp_path / "log.key"
    used, ring = [log_key(path, "example/log")], KeyFiles(path)
    assert ring.past() == ()
    for _ in range(11):
        coming = ring.coming("example/log")
        assert ring.coming("example/log") == coming
        assert log_key(path, "") == used[-1]
        ring.turn()
        used.append(coming)
        assert log_key(path, "") == coming
    assert ring.past() == tuple(one.key for one in used[:-1])


def test_no_key_is_lost_when_none_is_coming(tmp_path: Path):
    path = tmp_path / "log.key"
    used = log_key(path, "example/log")
    with pytest.raises(PortError, match="cannot take its place"):
        KeyFiles(path).turn()
    assert log_key(path, "") == used
    assert KeyFiles(path).past() == ()


def test_a_turn_that_was_interrupted_is_finished_by_the_next(tmp_path: Path):
    path = tmp_path / "log.key"
    used, ring = log_key(path, "example/log"), KeyFiles(path)
    with pytest.raises(PortError):
        ring.turn()
    coming = ring.coming("example/log")
    ring.turn()
    assert (log_key(path, ""), ring.past()) == (coming, (used.key,))
