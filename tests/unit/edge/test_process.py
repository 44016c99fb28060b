from datetime import timedelta

import pytest

from surefoot.edge.process import LocalPrograms
from surefoot.errors import PortError

MINUTE = timedelta(minutes=1)


def test_a_program_sees_its_files_and_says_how_it_ended():
    ended = LocalPrograms().run("sh", ["-c", "cat a/b; echo no >&2; exit 3"], {"a/b": "yes\n"}, MINUTE)
    assert ended is not None
    assert (ended.status, ended.output) == (3, "yes\nno\n")


def test_a_program_that_is_not_installed_is_no_error():
    assert LocalPrograms().run("no-such-program", [], {}, MINUTE) is None


def test_a_program_that_does_not_end_is_one():
    with pytest.raises(PortError, match=r"sleep did not end within 0\.1 s"):
        LocalPrograms().run("sleep", ["60"], {}, timedelta(seconds=0.1))
