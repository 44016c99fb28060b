from dataclasses import replace

import pytest

from surefoot.domain.audit.proof import LogProof, parse_proof, verify_proof, write_proof
from surefoot.domain.audit.tiles import TileReader
from surefoot.domain.audit.tree import inclusion, root
from surefoot.errors import NoteError
from tests.auditlogs import ORIGIN, OTHER, SIGNER, log_of

pytestmark = pytest.mark.req("AUD-3")
LOG = log_of(1_000)
READER = TileReader(1_000, lambda level, index, width: LOG.tile(level, index)[: width * 32])
PROOF = LogProof(437, inclusion(437, 1_000, READER.hash_at), LOG.notes[-1].note)


def test_proof_is_verified_offline_with_record_and_key_alone():
    found = verify_proof(LOG.rows[437].body, parse_proof(write_proof(PROOF)), [SIGNER.key])
    assert (found.origin, found.index, found.size, found.root) == (ORIGIN, 437, 1_000, root(LOG.edge))
    assert found.keys == (SIGNER.key,)


def test_file_has_the_specified_form():
    lines = write_proof(replace(PROOF, extra=b"abc")).split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra YWJj", "index 437"]
    assert lines[3 + len(PROOF.path) : 6 + len(PROOF.path)] == ["", ORIGIN, "1000"]
    assert parse_proof("\n".join(lines)) == replace(PROOF, extra=b"abc")


def test_proof_in_a_tree_of_one_has_no_hashes():
    log = log_of(1)
    proof = parse_proof(write_proof(LogProof(0, (), log.notes[0].note)))
    assert verify_proof(log.rows[0].body, proof, [SIGNER.key]).size == 1


def test_whatever_fails_is_named():
    body = LOG.rows[437].body
    for record, proof, key, message in [
        (LOG.rows[436].body, PROOF, SIGNER, "another root"),
        (body, replace(PROOF, index=436), SIGNER, "another root"),
        (body, replace(PROOF, index=1_000), SIGNER, "has no leaf"),
        (body, replace(PROOF, path=PROOF.path[1:]), SIGNER, "hashes"),
        (body, PROOF, OTHER, "none of the known keys"),
        (body, replace(PROOF, checkpoint=PROOF.checkpoint.replace("1000", "1001")), SIGNER, "does not fit the text"),
    ]:
        with pytest.raises(NoteError, match=message):
            verify_proof(record, proof, [key.key])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("proof@v1", "proof@v2"),
        ("index 437", "index 0437"),
        ("index 437\n", ""),
        ("index 437", "extra ?\nindex 437"),
        ("index 437", "index 437\nAAAA"),
        ("index 437", "index 437\n?"),
        ("index 437", "index 437" + "\n" + "A" * 43 + "=" + ("\n" + "A" * 43 + "=") * 64),
        ("\n\n", "\n"),
    ],
)
def test_malformed_proofs_are_refused(old: str, new: str):
    with pytest.raises(NoteError, match="proof"):
        parse_proof(write_proof(PROOF).replace(old, new))
