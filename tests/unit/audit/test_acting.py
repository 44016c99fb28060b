"""Who acts, and until when."""

from surefoot.audit import acting, system, user
from surefoot.audit.acting import current


def test_the_inner_one_acts_and_then_the_outer_one_again():
    assert current() is None
    with acting(user("ana")):
        with acting(system("nightly")):
            assert current() == system("nightly")
        assert current() == user("ana")
    assert current() is None


def test_who_is_known_only_later_is_asked_for_each_event():
    known: list[str] = []
    with acting(lambda: user(known[-1]) if known else None):
        assert current() is None
        known.append("ana")
        assert current() == user("ana")
