import pytest

from surefoot.domain.audit.checkpoint import Checkpoint
from surefoot.domain.audit.note import (
    Note,
    Signature,
    VerifierKey,
    cosign,
    new_signer,
    parse_note,
    sign,
    signer,
    signer_key,
    verified,
    verifier_key,
)
from surefoot.domain.audit.schemes import COSIGNATURE, ED25519, MLDSA44, cosigned_at
from surefoot.errors import NoteError

pytestmark = pytest.mark.req("AUD-3")
# Published with the first implementation of the format; Ed25519 signs the same text in one way only.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
SPECIFIED = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPECIFIED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
STATED = Checkpoint("example.com/log", 3, bytes(32), ("epoch 1",)).text
LOG = new_signer("example.com/log", bytes(range(32)))


def test_published_note_is_signed_byte_for_byte():
    peter = signer(PETER_PRIVATE)
    assert str(peter.key) == PETER
    assert signer_key(peter) == PETER_PRIVATE
    assert str(sign(TEXT, [peter])) == f"{TEXT}\n{BY_PETER}"


def test_published_notes_are_verified():
    assert verified(parse_note(SPECIFIED_NOTE), [verifier_key(SPECIFIED)]) == (verifier_key(SPECIFIED),)
    both = parse_note(f"{TEXT}\n{BY_PETER}{BY_ENOCH}")
    keys = (verifier_key(PETER), verifier_key(ENOCH))
    assert verified(both, keys) == keys
    assert verified(both, keys[1:]) == keys[1:]
    assert str(both) == f"{TEXT}\n{BY_PETER}{BY_ENOCH}"


def test_private_key_is_never_shown():
    assert "AYEK" not in repr(signer(PETER_PRIVATE))
    assert "8142" not in repr(signer(PETER_PRIVATE))


def test_wrong_signature_of_a_known_key_fails_the_note():
    note = parse_note(f"{TEXT.replace('your', 'my')}\n{BY_PETER}{BY_ENOCH}")
    with pytest.raises(NoteError, match=r"PeterNeumann \(c74f20a3\) does not fit"):
        verified(note, [verifier_key(PETER)])


def test_note_without_a_known_key_is_refused():
    with pytest.raises(NoteError, match=r"none of the known keys signed; signed by PeterNeumann \(c74f20a3\)"):
        verified(parse_note(f"{TEXT}\n{BY_PETER}"), [verifier_key(ENOCH)])


@pytest.mark.parametrize("position", range(len(PETER)))
def test_key_with_one_changed_character_is_refused(position: int):
    changed = PETER[:position] + chr(ord(PETER[position]) + 1) + PETER[position + 1 :]
    with pytest.raises(NoteError):
        verifier_key(changed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "copy it whole|bytes"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "unknown kind 0x65; known: 0x01"),
        ("", "name"),
        ("a b+c74f20a3+AQ==", "name"),
    ],
)
def test_malformed_keys_are_refused(text: str, message: str):
    with pytest.raises(NoteError, match=message):
        verifier_key(text)


def test_malformed_signer_keys_are_refused():
    for text in (PETER, PETER_PRIVATE.replace("c74f20a3", "c74f20a4"), PETER_PRIVATE[:-4]):
        with pytest.raises(NoteError):
            signer(text)
    with pytest.raises(NoteError, match="31 bytes instead of 32"):
        new_signer("log", bytes(31))
    with pytest.raises(NoteError, match="neither spaces nor"):
        new_signer("a+b", bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        *("", "x\n", "x\n\n", f"{TEXT}{BY_PETER}", f"{TEXT}\n{BY_PETER[:-1]}", f"{TEXT}\n- {BY_PETER[2:]}"),
        *(
            f"{TEXT}\n{BY_PETER.replace('=', '')}",
            f"{TEXT}\n— a AAAA\n",
            f"{TEXT}\r\n{BY_PETER}",
            f"x\n\n{BY_PETER * 65}",
        ),
    ],
)
def test_malformed_notes_are_refused(text: str):
    with pytest.raises(NoteError, match="note"):
        parse_note(text)


def test_text_may_hold_empty_lines():
    note = sign("a\n\nb\n", [LOG])
    assert parse_note(str(note)) == note
    with pytest.raises(NoteError, match="must end in a newline"):
        sign("a", [LOG])


@pytest.mark.parametrize("algorithm", [COSIGNATURE, MLDSA44])
def test_witness_says_when_and_keeps_the_other_signatures(algorithm: int):
    witness = new_signer("witness.example/w", bytes(range(2, 34)), algorithm)
    note = parse_note(str(cosign(sign(STATED, [LOG]), witness, 1_679_315_147)))
    assert verified(note, [LOG.key, verifier_key(str(witness.key))]) == (LOG.key, witness.key)
    assert cosigned_at(note.signatures[1].data) == 1_679_315_147
    later = Signature("witness.example/w", witness.key.id, b"\x00" * 7 + b"\x01" + note.signatures[1].data[8:])
    with pytest.raises(NoteError, match="does not fit"):
        verified(Note(note.text, (later,)), [witness.key])


def test_cosignature_signs_the_text_that_the_specification_gives():
    witness = new_signer("w", bytes(range(32)), COSIGNATURE)
    data = cosign(sign(STATED, [LOG]), witness, 7).signatures[1].data
    plain = new_signer("w", bytes(range(32)), ED25519)
    assert sign(f"cosignature/v1\ntime 7\n{STATED}", [plain]).signatures[0].data == data[8:]


def test_post_quantum_key_signs_checkpoints_only():
    witness = new_signer("w", bytes(32), MLDSA44)
    with pytest.raises(NoteError, match="checkpoints only"):
        sign("a\n", [witness])
    with pytest.raises(NoteError, match="checkpoints only"):
        sign("a\nb\nc\n", [witness])


def test_missing_post_quantum_support_is_said_plainly(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    with pytest.raises(NoteError, match="cryptography 47 or later"):
        new_signer("w", bytes(32), MLDSA44)


def test_key_of_the_same_name_but_another_id_is_unknown():
    stranger = VerifierKey(LOG.key.name, ED25519, bytes(32))
    with pytest.raises(NoteError, match="none of the known keys"):
        verified(sign(STATED, [LOG]), [stranger])
