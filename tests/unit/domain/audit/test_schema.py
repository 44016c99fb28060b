"""The JSON Schema takes exactly the records that the log writes."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.record import Change, fields
from surefoot.domain.audit.schema import fields as described
from surefoot.domain.audit.schema import json_schema
from tests.unit.domain.audit.events import event

pytestmark = pytest.mark.req("AUD-2")

ONE = event(changes=(Change("state", None, {"to": ["paid", 1]}),), detail={"device": "phone", "deep": {"n": -5}})


def valid(record: object) -> bool:
    return bool(Draft202012Validator(json_schema()).is_valid(record))


def test_the_schema_is_itself_valid():
    Draft202012Validator.check_schema(json_schema())


def test_a_stored_record_fits_with_its_checksum_and_a_sent_one_without():
    assert valid(orjson.loads(sealed(ONE).body))
    assert valid(fields(ONE))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "1"),
        ("timestamp", "2026-03-04T05:06:07Z"),
        ("extra", 1),
        ("detail", {"share": 0.5}),
        ("detail", {"n": 2**53}),
        ("detail", {"schlüssel": 1}),
        ("detail", []),
        ("changes", [{"field": "a", "old_value": None}]),
        ("outcome", {"status": "maybe", "reason": ""}),
        ("checksum", "short"),
    ],
)
def test_what_the_log_refuses_the_schema_refuses(key: str, value: object):
    assert not valid({**fields(ONE), key: value})


def test_every_field_of_a_record_is_described():
    written = fields(ONE)
    flat = {"checksum", "detail", "id", "timestamp"} | {
        f"{part}.{name}"
        for part in ("actor", "action", "target", "outcome")
        for name in written[part]  # type: ignore[union-attr]
    }
    assert {one.path for one in described()} == flat | {
        "changes[].field",
        "changes[].old_value",
        "changes[].new_value",
    }
