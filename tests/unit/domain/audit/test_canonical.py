import json
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785

from surefoot.domain.audit.canonical import (
    DEPTH,
    LIMIT,
    canonical,
    checksum_holds,
    decimal_floats,
    opened,
    parse,
    recanonical,
    sealed,
)
from surefoot.domain.audit.canonical import stored as stored_event
from surefoot.domain.audit.record import Actor, ActorType, Change, Json, Outcome, fields
from surefoot.errors import RecordRefused
from tests.auditlogs import event

pytestmark = pytest.mark.req("AUD-2")
WHOLE = canonical(fields(event(1)))
WITHIN = ("arrays", "unicode")
BEYOND = ("french", "structures", "values", "weird")


def test_checksum_covers_the_canonical_record_without_it_and_the_leaf_all_of_it():
    stored = sealed(event(1))
    assert stored.checksum == sha256(WHOLE).hexdigest()
    assert json.loads(stored.body) == {**fields(event(1)), "checksum": stored.checksum}
    assert stored.body == rfc8785.dumps({**fields(event(1)), "checksum": stored.checksum})
    assert stored.leaf == sha256(b"\x00" + stored.body).digest()


def vector(corpora: Path, name: str) -> tuple[Json, bytes]:
    folder = corpora / "rfc" / "jcs"
    value = json.loads((folder / "input" / f"{name}.json").read_text("utf-8"))
    return value, bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text("ascii"))


@pytest.mark.parametrize("name", WITHIN)
def test_published_vectors_of_rfc_8785_are_written_alike(corpora: Path, name: str):
    value, expected = vector(corpora, name)
    assert b'"detail":{"value":%b},' % expected in canonical(fields(event(1, detail={"value": value})))


@pytest.mark.parametrize("name", BEYOND)
def test_published_vectors_with_floats_or_other_keys_are_refused(corpora: Path, name: str):
    value, _ = vector(corpora, name)
    with pytest.raises(RecordRefused, match=r"floats are refused|keys must be ASCII"):
        canonical(fields(event(1, detail={"value": value})))


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        (b'"detail":{}', b'"detail":{"a":{"b":[1,2.5]}}', "detail.a.b[1]", "floats"),
        (b'"detail":{}', b'"detail":{"a":1e3}', "detail.a", "floats"),
        (b'"detail":{}', b'"detail":{"a":NaN}', "detail.a", "floats"),
        (b'"detail":{}', b'"detail":{"a":9007199254740992}', "detail.a", "2\\*\\*53"),
        (b'"detail":{}', b'"detail":{"a":-9007199254740992}', "detail.a", "2\\*\\*53"),
        (b'"detail":{}', b'"detail":{"a":1' + b"0" * 9_000 + b"}", "detail.a", "2\\*\\*53"),
        (b'"detail":{}', b'"detail":{"a":1,"a":1}', "detail.a", "twice"),
        (b'"detail":{}', b'"detail":{"x":[{"a":1,"\\u0061":2}]}', "detail.x[0].a", "twice"),
        (b'"target":', b'"id":"x","target":', "id", "twice"),
        (b'"detail":{}', '"detail":{"é":1}'.encode(), "detail.\\xe9", "ASCII"),
        (b'"detail":{}', b'"detail":{"a":"\\ud800"}', "detail.a", "surrogate"),
        (b'"ana"', b'"\\udfff"', "actor.id", "surrogate"),
        (b'"reason":""', b'"reason":{"a":1,"a":2}', "outcome.reason.a", "twice"),
        (b":00:01.000000Z", b":00:01Z", "timestamp", "six digits"),
        (b"2026-01-01", b"2026-13-01", "timestamp", "point in time"),
        (b'"type":"user"', b'"type":"robot"', "actor.type", "api_key"),
        (b'"detail":{}', b'"detail":{},"more":1', "more", "unknown"),
        (b'"detail":{}', '"detail":{},"é":1'.encode(), "\\xe9", "ASCII"),
        (b'"detail":{},', b"", "detail", "missing"),
        (b'"ana"', b'"\xff"', "", "UTF-8"),
        (b'"ana"', b"ana", "", "JSON"),
        (b'"detail":{}', b'"detail":{"a":"' + b"x" * LIMIT + b'"}', "", "64 KiB|65,536"),
        (b'"detail":{}', b'"detail":{"a":' + b"[" * DEPTH + b"]" * DEPTH + b"}", None, "deep"),
        (b'"detail":{}', b'"detail":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}", "", "deep"),
    ],
)
def test_raw_door_refuses_and_names_the_field(old: bytes, new: bytes, field: str | None, message: str):
    assert old in WHOLE
    with pytest.raises(RecordRefused, match=message) as refused:
        parse(WHOLE.replace(old, new, 1))
    if field is not None:
        assert refused.value.field == field


@pytest.mark.parametrize("raw", [b"[]", b"null", b"7", b""])
def test_raw_door_takes_only_an_object(raw: bytes):
    with pytest.raises(RecordRefused):
        parse(raw)


def test_raw_door_takes_any_spelling_of_a_good_record():
    assert parse(WHOLE) == fields(event(1))
    assert parse(json.dumps(fields(event(1)), indent=2).encode()) == fields(event(1))
    assert parse(WHOLE.replace(b'"ana"', b'"\\u0061n\\u0061"')) == fields(event(1))


def test_length_is_bounded_so_that_an_entry_fits_its_bundle():
    room = LIMIT - 1 - len(sealed(event(1, detail={"a": ""})).body)
    assert len(sealed(event(1, detail={"a": "x" * room})).body) == LIMIT - 1
    with pytest.raises(RecordRefused, match="log the SHA-256"):
        sealed(event(1, detail={"a": "x" * (room + 1)}))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"actor": Actor(ActorType.USER, 7)}, "actor.id"),  # type: ignore[arg-type]
        ({"actor": Actor(ActorType.USER, "ana", b"1")}, "actor.ip_address"),  # type: ignore[arg-type]
        ({"actor": Actor(ActorType.USER, "ana", False)}, "actor.ip_address"),  # type: ignore[arg-type]  # noqa: FBT003
        ({"actor": Actor("robot", "ana")}, "actor.type"),  # type: ignore[arg-type]
        ({"outcome": Outcome("maybe")}, "outcome.status"),  # type: ignore[arg-type]
        ({"changes": (Change("a", 1, 2), Change("b", 1, 2.5))}, "changes[1].new_value"),  # type: ignore[arg-type]
        ({"changes": (Change("a", {"b": {1}}, 2),)}, "changes[0].old_value.b"),  # type: ignore[dict-item]
        ({"changes": (Change(None, 1, 2),)}, "changes[0].field"),  # type: ignore[arg-type]
        ({"detail": {"a": {7: 1}}}, "detail.a.7"),
        ({"detail": {"a": "\ud800"}}, "detail.a"),
        ({"id": "x"}, "id"),
    ],
)
def test_sealing_checks_what_python_does_not(changes: dict[str, object], field: str):
    with pytest.raises(RecordRefused) as refused:
        sealed(event(1, **changes))
    assert refused.value.field == field


def test_subclass_of_a_string_is_refused_rather_than_written_otherwise():
    class Loud(str):
        __slots__ = ()

    with pytest.raises(RecordRefused, match="subclass"):
        sealed(event(1, actor=Actor(ActorType.USER, Loud("ana"))))
    with pytest.raises(RecordRefused, match="subclass"):
        canonical({**fields(event(1)), "id": Loud(event(1).id)})


def test_stored_record_is_read_back_and_checked():
    stored = sealed(event(1, detail={"checksum": "0" * 64}, changes=(Change("x", {"a": 1, "checksum": "y"}, None),)))
    assert opened(stored.body).detail == {"checksum": "0" * 64}
    assert checksum_holds(stored.body)
    assert recanonical(stored.body)
    assert not checksum_holds(stored.body.replace(b"ana", b"bob"))
    assert not checksum_holds(b"{}")
    assert not recanonical(stored.body + b" ")
    assert not recanonical(b"{")
    for broken, message in [
        (stored.body.replace(b"ana", b"bob"), "does not fit"),
        (stored.body + b" ", "not in canonical form"),
        (WHOLE, "no stored record"),
    ]:
        with pytest.raises(RecordRefused, match=message):
            opened(broken)


def test_our_library_writes_floats_as_decimal_digits():
    assert decimal_floats({"a": [0.1, 1e-7, {"b": 2.0}], "c": 3, "d": None}) == {
        "a": ["0.1", "0.0000001", {"b": "2.0"}],
        "c": 3,
        "d": None,
    }
    with pytest.raises(RecordRefused, match="digits") as refused:
        decimal_floats({"a": [1.0, float("nan")]})
    assert refused.value.field == "a[1]"


def test_a_stored_record_is_read_back_without_checking_it_again():
    one = sealed(event(3))
    assert stored_event(one.body) == event(3)
    assert stored_event(one.body.replace(b"u-3", b"u-4")).target.id == "u-4"


@pytest.mark.parametrize("body", [b"no JSON", b"[1]", b'{"id": 1}', b""])
def test_what_is_no_record_is_refused_when_it_is_read_back(body: bytes):
    with pytest.raises(RecordRefused):
        stored_event(body)
