"""The last good answers."""

import gc

import pytest

from surefoot.resilience.stale import Answer, Stale, key_of

pytestmark = pytest.mark.req("RES-4")


def test_an_answer_is_found_with_its_age_until_it_is_too_old():
    stale = Stale()
    stale.keep("a", None, 10.0)
    assert stale.find("a", 5.0, 15.0) == Answer(None, 5.0)
    assert stale.find("a", 5.0, 15.1) is None
    assert stale.find("b", 5.0, 10.0) is None
    assert len(stale) == 0


def test_the_one_neither_given_nor_renewed_longest_goes_first():
    stale = Stale(size=2)
    stale.keep("a", 1, 0.0)
    stale.keep("b", 2, 0.0)
    stale.find("a", 9.0, 1.0)
    stale.keep("c", 3, 2.0)
    assert stale.find("b", 9.0, 2.0) is None
    assert stale.find("a", 9.0, 2.0) == Answer(1, 2.0)


def test_keys_tell_functions_arguments_and_their_types_apart():
    def other() -> None: ...

    keys = [
        key_of(print, (1,), {}),
        key_of(print, (True,), {}),
        key_of(print, (1.0,), {}),
        key_of(print, (), {"x": 1}),
        key_of(print, (("x", 1),), {}),
        key_of(other, (1,), {}),
    ]
    assert len(set(keys)) == len(keys)
    assert key_of(print, (), {"a": 1, "b": "x"}) == key_of(print, (), {"b": "x", "a": 1})


def test_what_has_no_hash_has_no_key():
    assert key_of(print, ([1],), {}) is None


def test_a_new_function_is_not_mistaken_for_a_dead_one_of_the_same_id():
    stale = Stale()
    for number in range(200):

        def function() -> int:
            return 0

        key = key_of(function, (), {})
        assert key is not None
        assert stale.find(key, 9.0, 0.0) is None
        stale.keep(key, number, 0.0)
        del function, key
        gc.collect(0)
