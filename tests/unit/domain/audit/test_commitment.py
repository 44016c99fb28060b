"""Personal values: committed to, sealed, opened, erased."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.commitment import (
    Concealed,
    Erasure,
    Head,
    Opening,
    Place,
    certificate,
    commit,
    is_concealed,
    pseudonym,
    seal,
    unseal,
    verify,
)
from surefoot.domain.audit.record import Json
from surefoot.errors import ProofError

pytestmark = pytest.mark.req("AUD-4")

KEY, OTHER = b"k" * 32, b"o" * 32
SALT, NONCE = b"s" * 16, b"n" * 12
PLACE = Place("00000000-0000-4000-8000-000000000001", "actor.ip_address")

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
texts = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text("abc"), scalars, max_size=3)


def sealed(value: Json = "192.0.2.7") -> Concealed:
    return seal(Opening(PLACE, value, SALT), "user/ana", KEY, NONCE)


def test_a_commitment_is_sha_256_of_salt_and_json():
    assert commit("ana", SALT) == "sha256:" + sha256(SALT + b'"ana"').hexdigest()


def test_text_and_number_are_committed_to_differently():
    assert commit("1", SALT) != commit(1, SALT)
    assert commit({"a": 1, "b": 2}, SALT) == commit({"b": 2, "a": 1}, SALT)


@given(texts, st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12))
def test_what_was_sealed_opens_again(value: Json, salt: bytes, nonce: bytes):
    opening = Opening(PLACE, value, salt)
    assert unseal(seal(opening, "user/ana", KEY, nonce), KEY) == opening


def test_another_key_opens_nothing():
    with pytest.raises(ProofError, match="another subject's"):
        unseal(sealed(), OTHER)


@pytest.mark.parametrize(
    "changed",
    [
        replace(sealed(), place=replace(PLACE, field="actor.id")),
        replace(sealed(), place=replace(PLACE, record="00000000-0000-4000-8000-000000000002")),
        replace(sealed(), commitment=commit("another", SALT)),
        replace(sealed(), box=sealed().box[:-1] + bytes([sealed().box[-1] ^ 1])),
        replace(sealed(), box=b""),
    ],
)
def test_a_box_opens_nowhere_else_and_not_changed(changed: Concealed):
    with pytest.raises(ProofError):
        unseal(changed, KEY)


def test_an_opening_shows_only_its_own_value():
    opening = Opening(PLACE, "192.0.2.7", SALT)
    assert verify(sealed().commitment, opening)
    assert not verify(sealed().commitment, replace(opening, value="192.0.2.8"))
    assert not verify(sealed().commitment, replace(opening, salt=b"t" * 16))


def test_a_pseudonym_is_the_same_for_a_subject_and_says_nothing_without_its_key():
    assert pseudonym("user/ana", KEY) == sealed().pseudonym
    assert pseudonym("user/ana", OTHER) != pseudonym("user/ana", KEY) != pseudonym("user/bo", KEY)


def test_what_is_concealed_is_told_from_a_value():
    assert is_concealed(sealed().commitment)
    assert is_concealed(sealed().pseudonym)
    assert not is_concealed("192.0.2.7")
    assert not is_concealed(None)


@pytest.mark.parametrize(
    ("salt", "key", "nonce"),
    [(b"short", KEY, NONCE), (SALT, b"short", NONCE), (SALT, KEY, b"short")],
)
def test_a_wrong_length_is_refused(salt: bytes, key: bytes, nonce: bytes):
    with pytest.raises(ProofError, match="has 5 bytes; it needs"):
        seal(Opening(PLACE, "x", salt), "user/ana", key, nonce)


ERASURE = Erasure(
    subject=pseudonym("user/ana", KEY),
    openings=3,
    at=datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
    by="user/dara",
    reason="request of the data subject, GDPR 17(1)(b)",
    record="00000000-0000-4000-8000-000000000009",
)


def test_a_certificate_says_what_was_destroyed_and_that_the_log_is_the_same():
    head = Head(1200, b"\xab" * 32)
    text = certificate(ERASURE, head, head).text
    assert "the boxes with salts of 3 values" in text
    assert f"Subject:    {ERASURE.subject} (pseudonym)" in text
    assert "When:       2026-05-01T09:30:00Z" in text
    assert "By:         user/dara" in text
    assert f"{'ab' * 32} over 1200 records, before and after" in text
    assert "ana" not in text


def test_an_erasure_that_changed_the_log_is_not_certified():
    with pytest.raises(ProofError, match="is not certified"):
        certificate(ERASURE, Head(1200, b"\xab" * 32), Head(1200, b"\xac" * 32))
