"""The text of tokens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.access.tokens import ID_BYTES, PATTERN, SECRET_BYTES, digest, issue, known

RANDOM = st.binary(min_size=ID_BYTES + SECRET_BYTES, max_size=ID_BYTES + SECRET_BYTES)


@given(RANDOM)
def test_every_token_is_found_by_its_pattern_and_knows_its_id(random: bytes):
    issued = issue(random)
    assert re.fullmatch(PATTERN, issued.text)
    assert known(issued.text) == issued.id == random[:ID_BYTES].hex()
    assert issued.digest == digest(issued.text)


@given(RANDOM, RANDOM)
def test_other_bytes_make_another_token(one: bytes, other: bytes):
    assert (issue(one).text == issue(other).text) == (one == other)


@given(RANDOM, st.integers(min_value=3, max_value=64), st.sampled_from("0aZ_"))
def test_one_wrong_character_is_noticed_without_asking_anybody(random: bytes, place: int, wrong: str):
    text = issue(random).text
    spoilt = text[:place] + wrong + text[place + 1 :]
    assert known(spoilt) is None or spoilt == text


@pytest.mark.parametrize("text", ["", "sf_", "sf_00_11", "Bearer x", "sf_" + "0" * 12 + "_" + "é" * 49])
def test_what_is_no_token_has_no_id(text: str):
    assert known(text) is None


def test_too_few_random_bytes_are_refused():
    with pytest.raises(ValueError, match="random bytes"):
        issue(b"1234")
