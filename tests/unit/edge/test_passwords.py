"""Argon2id, with numbers small enough for a test."""

import pytest

from surefoot.edge.passwords import Argon2Passwords

PASSWORDS = Argon2Passwords(memory=64 * 1024, passes=1, lanes=1)


@pytest.mark.req("PLT-1")
def test_a_password_matches_its_own_hash_alone():
    hashed = PASSWORDS.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert hashed != PASSWORDS.hash("correct horse")
    assert PASSWORDS.matches(hashed, "correct horse")
    assert not PASSWORDS.matches(hashed, "correct horse ")


@pytest.mark.parametrize("hashed", ["", "plain", "$argon2id$v=19$broken"])
def test_what_is_no_hash_matches_nothing(hashed: str):
    assert not PASSWORDS.matches(hashed, "nobody's password")


def test_a_hash_of_other_numbers_is_stale_and_still_matches():
    hashed = Argon2Passwords(memory=32 * 1024, passes=1, lanes=1).hash("correct horse")
    assert PASSWORDS.is_stale(hashed)
    assert PASSWORDS.matches(hashed, "correct horse")
    assert not PASSWORDS.is_stale(PASSWORDS.hash("x"))
