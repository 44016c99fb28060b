from dataclasses import replace

import pytest

from surefoot.domain.audit.note import new_signer, sign
from surefoot.domain.audit.rotation import Link, chain, introduced, rotation
from surefoot.errors import NoteError
from tests.auditlogs import ANA, ORIGIN, OTHER, SIGNER, START, event

pytestmark = pytest.mark.req("AUD-3")
THIRD = new_signer(ORIGIN, bytes(range(3, 35)))
FIRST_HANDOVER = rotation(event(1).id, START, ANA, SIGNER, OTHER.key)
SECOND_HANDOVER = rotation(event(2).id, START, ANA, OTHER, THIRD.key)


def test_old_key_introduces_the_new_one():
    assert (FIRST_HANDOVER.action.category, FIRST_HANDOVER.action.type) == ("audit", "key.rotate")
    assert introduced(FIRST_HANDOVER, SIGNER.key) == OTHER.key


def test_chain_of_keys_is_followed_from_the_trusted_one():
    assert chain(SIGNER.key, [(5, FIRST_HANDOVER), (9, SECOND_HANDOVER)]) == (
        Link(SIGNER.key, -1),
        Link(OTHER.key, 5),
        Link(THIRD.key, 9),
    )


def test_chain_breaks_where_the_key_in_use_did_not_sign():
    with pytest.raises(NoteError, match="record 9: note: none of the known keys"):
        chain(SIGNER.key, [(9, SECOND_HANDOVER)])


def test_new_key_cannot_be_exchanged():
    forged = rotation(event(3).id, START, ANA, THIRD, OTHER.key)
    mixed = replace(FIRST_HANDOVER, detail={**FIRST_HANDOVER.detail, "note": forged.detail["note"]})
    with pytest.raises(NoteError, match="none of the known keys"):
        introduced(mixed, SIGNER.key)


def test_other_records_and_the_same_key_are_refused():
    with pytest.raises(NoteError, match=r"not key\.rotate"):
        introduced(event(1), SIGNER.key)
    with pytest.raises(NoteError, match="the key in use"):
        rotation(event(1).id, START, ANA, SIGNER, SIGNER.key)


def test_other_text_signed_by_the_old_key_is_no_rotation():
    other = replace(FIRST_HANDOVER, detail={"note": str(sign("something else\n", [SIGNER]))})
    with pytest.raises(NoteError, match="does not hand over"):
        introduced(other, SIGNER.key)
