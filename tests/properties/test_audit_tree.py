"""Laws of the audit log's canonical form, its tree and its proofs."""

import json
from datetime import UTC
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.canonical import canonical, checksum_holds, opened, parse, recanonical, sealed
from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Outcome, Status, Target, fields
from surefoot.domain.audit.tiles import TileReader, changed, coordinates, path
from surefoot.domain.audit.tree import (
    Edge,
    consistency,
    extend,
    graft,
    inclusion,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from surefoot.errors import NoteError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEY = st.one_of(st.sampled_from(["checksum", "detail", "id"]), st.text(st.characters(max_codepoint=127), max_size=6))
VALUE = st.recursive(
    st.one_of(TEXT, st.none(), st.booleans(), st.integers(1 - 2**53, 2**53 - 1)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEY, inner, max_size=3)),
    max_leaves=8,
)
EVENT = st.builds(
    Event,
    id=st.uuids().map(str),
    timestamp=st.datetimes(timezones=st.just(UTC)),
    actor=st.builds(Actor, st.sampled_from(ActorType), TEXT, st.one_of(st.none(), TEXT)),
    action=st.builds(Action, TEXT, TEXT, TEXT),
    target=st.builds(Target, TEXT, TEXT),
    outcome=st.builds(Outcome, st.sampled_from(Status), TEXT),
    changes=st.lists(st.builds(Change, TEXT, VALUE, VALUE), max_size=3).map(tuple),
    detail=st.dictionaries(KEY, VALUE, max_size=3),
)
LEAVES = [leaf_hash(str(n).encode()) for n in range(1_500)]


@pytest.mark.req("AUD-2")
@given(EVENT)
def test_spliced_record_is_what_rfc_8785_writes(event: Event):
    raw, stored = fields(event), sealed(event)
    assert canonical(raw) == rfc8785.dumps(raw)
    assert stored.checksum == sha256(rfc8785.dumps(raw)).hexdigest()
    assert stored.body == rfc8785.dumps({**raw, "checksum": stored.checksum})
    assert stored.leaf == leaf_hash(stored.body)
    assert checksum_holds(stored.body)
    assert recanonical(stored.body)
    assert opened(stored.body) == event


@pytest.mark.req("AUD-2")
@given(EVENT, st.sampled_from([(False, None), (True, 1), (True, None)]))
def test_raw_door_takes_every_spelling_of_a_good_record(event: Event, form: tuple[bool, int | None]):
    raw = json.dumps(fields(event), ensure_ascii=form[0], indent=form[1]).encode()
    assert parse(raw) == fields(event)
    assert parse(canonical(fields(event))) == fields(event)


@pytest.mark.req("AUD-3")
@given(st.lists(st.integers(0, 400), max_size=8))
def test_tree_grown_in_batches_is_the_tree_grown_at_once(batches: list[int]):
    edge, tiles, at = Edge(), dict[tuple[int, int], bytes](), 0
    for batch in batches:
        leaves = LEAVES[at : at + batch]
        grown = extend(edge, leaves)
        for tile in changed(at, grown, lambda level, index, width: tiles[level, index][: 32 * width]):
            tiles[tile.level, tile.index] = tile.data
            assert len(tile.data) == 32 * tile.width
        edge, at = grown.edge, at + len(leaves)
    whole = extend(Edge(), LEAVES[:at])
    assert edge == whole.edge
    assert tiles == {(tile.level, tile.index): tile.data for tile in changed(0, whole, lambda *_: b"")}
    if at:
        reader = TileReader(at, lambda level, index, width: tiles[level, index][: 32 * width])
        for index in {0, at // 2, at - 1}:
            verify_inclusion(index, at, LEAVES[index], inclusion(index, at, reader.hash_at), root(edge))
            older = (index, root(extend(Edge(), LEAVES[:index]).edge))
            verify_consistency(older, (at, root(edge)), consistency(index, at, reader.hash_at))


@pytest.mark.req("AUD-3")
@given(st.data())
def test_no_proof_holds_for_anything_else(data: st.DataObject):
    size = data.draw(st.integers(2, 600))
    index = data.draw(st.integers(0, size - 1))
    tiles = {(tile.level, tile.index): tile.data for tile in changed(0, extend(Edge(), LEAVES[:size]), lambda *_: b"")}
    reader = TileReader(size, lambda level, index, width: tiles[level, index][: 32 * width])
    proof, top = list(inclusion(index, size, reader.hash_at)), root(extend(Edge(), LEAVES[:size]).edge)
    place = data.draw(st.integers(0, len(proof) - 1))
    for wrong in (proof[:place] + proof[place + 1 :], [*proof, proof[0]], [*proof[:place], top, *proof[place + 1 :]]):
        with pytest.raises(NoteError):
            verify_inclusion(index, size, LEAVES[index], wrong, top)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
    with pytest.raises(NoteError):
        verify_inclusion(other, size, LEAVES[index], proof, top)


@pytest.mark.req("AUD-3")
@given(st.integers(0, 6), st.integers(0, 20))
def test_grafting_a_subtree_is_appending_its_leaves(level: int, index: int):
    first, last = index << level, (index + 1) << level
    before, sub = extend(Edge(), LEAVES[:first]).edge, root(extend(Edge(), LEAVES[first:last]).edge)
    assert graft(before, level, sub).edge == extend(Edge(), LEAVES[:last]).edge


@pytest.mark.req("AUD-3")
@given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**12), st.integers(1, 256))
def test_every_tile_has_one_path(level: int | None, index: int, width: int):
    found = coordinates(path(level, index, width))
    assert (found.level, found.index, found.width) == (level, index, width)
