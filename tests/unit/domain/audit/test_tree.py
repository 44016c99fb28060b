import json
from pathlib import Path

import pytest

from surefoot.domain.audit.tree import (
    EMPTY,
    Edge,
    consistency,
    extend,
    fold,
    graft,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from surefoot.errors import NoteError

pytestmark = pytest.mark.req("AUD-3")
LEAVES = [leaf_hash(str(n).encode()) for n in range(40)]


def hash_at(level: int, index: int) -> bytes:
    return fold(LEAVES[index << level : (index + 1) << level])


def root_of(size: int) -> bytes:
    return root(extend(Edge(), LEAVES[:size]).edge)


def test_published_vectors_of_rfc_6962_hold(corpora: Path):
    vectors = json.loads((corpora / "rfc" / "rfc6962-tree.json").read_text("ascii"))
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in vectors["leaf_inputs_hex"]]
    grown = extend(Edge(), leaves)
    assert [[one.hex() for one in row] for row in grown.levels] == vectors["levels"]
    for size, expected in enumerate(vectors["roots_by_size"]):
        assert root(extend(Edge(), leaves[:size]).edge).hex() == expected
    hashes = {entry["desc"]: entry["hex"] for entry in vectors["hasher"]}
    assert EMPTY.hex() == hashes["empty root"]
    assert leaf_hash(b"").hex() == hashes["empty leaf"]
    assert leaf_hash(b"L123456").hex() == hashes["leaf L123456"]
    assert node_hash(b"N123", b"N456").hex() == hashes["node N123 N456"]


def test_every_leaf_is_proved_in_every_tree():
    for size in range(1, 40):
        for index in range(size):
            verify_inclusion(index, size, LEAVES[index], inclusion(index, size, hash_at), root_of(size))


def test_every_tree_is_proved_to_have_grown_out_of_every_older_one():
    for new in range(40):
        assert root_at(new, hash_at) == root_of(new)
        for old in range(new + 1):
            verify_consistency((old, root_of(old)), (new, root_of(new)), consistency(old, new, hash_at))


def test_wrong_inclusion_is_refused_with_what_fails():
    proof, top = inclusion(5, 21, hash_at), root_of(21)
    for index, size, leaf, path, message in [
        (6, 21, LEAVES[5], proof, "another root"),
        (5, 21, LEAVES[6], proof, "another root"),
        (5, 21, LEAVES[5], proof[:-1], "fewer"),
        (5, 21, LEAVES[5], (*proof, EMPTY), "more"),
        (21, 21, LEAVES[5], proof, "has no leaf"),
        (5, 20, LEAVES[5], (EMPTY, *proof[1:]), "another root"),
    ]:
        with pytest.raises(NoteError, match=message):
            verify_inclusion(index, size, leaf, path, top)


def test_wrong_consistency_is_refused_with_what_fails():
    proof = consistency(6, 21, hash_at)
    for old, new, path, message in [
        ((6, EMPTY), (21, root_of(21)), proof, "root of size 6"),
        ((6, root_of(6)), (21, EMPTY), proof, "root of size 21"),
        ((6, root_of(6)), (21, root_of(21)), proof[:-1], "no proof"),
        ((6, root_of(6)), (21, root_of(21)), (*proof, EMPTY), "no proof"),
        ((6, root_of(6)), (21, root_of(21)), (), "no proof"),
        ((21, root_of(21)), (6, root_of(6)), proof, "smaller"),
        ((6, root_of(6)), (6, root_of(7)), (), "same size|agree"),
        ((0, root_of(6)), (6, root_of(6)), (), "agree"),
    ]:
        with pytest.raises(NoteError, match=message):
            verify_consistency(old, new, path)


def test_impossible_proofs_are_not_made():
    with pytest.raises(ValueError, match="no leaf 7"):
        inclusion(7, 7, hash_at)
    with pytest.raises(ValueError, match="cannot have grown"):
        consistency(8, 7, hash_at)


def test_subtree_is_grafted_by_its_root_alone():
    edge = extend(Edge(), LEAVES[:8]).edge
    grown = graft(edge, 3, hash_at(3, 1))
    assert grown.edge == extend(Edge(), LEAVES[:16]).edge
    assert [list(row) for row in grown.levels[3:]] == [[hash_at(3, 1)], [hash_at(4, 0)]]
    with pytest.raises(ValueError, match="cannot begin"):
        graft(edge, 4, EMPTY)
