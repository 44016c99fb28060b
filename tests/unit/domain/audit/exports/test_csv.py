import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.domain.audit.exports.csv import COLUMNS, lines, neutral
from surefoot.domain.audit.record import Actor, ActorType, Change, Event
from tests.unit.domain.audit.events import ID, event

pytestmark = pytest.mark.req("AUD-3")

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read(*events: Event) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(lines(events)), newline=""), strict=True))


def test_a_head_and_one_line_for_each_event():
    head, row = read(event(changes=(Change("a", None, 1),)))
    found = dict(zip(head, row, strict=True))
    assert tuple(head) == COLUMNS
    assert found["id"] == ID
    assert found["timestamp"] == "2026-03-04T05:06:07.891234Z"
    assert found["changes"] == '[{"field":"a","new_value":1,"old_value":null}]'
    assert found["detail"] == '{"device":"phone"}'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\n-1"])
def test_a_formula_is_shown_as_text(text: str):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "ana", "7", "{}", " a"])
def test_other_text_stays(text: str):
    assert neutral(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('=+-@\t\r\n", ')))
def test_no_cell_begins_with_a_formula_and_every_text_is_kept(text: str):
    _, row = read(event(actor=Actor(ActorType.USER, text, text)))
    assert len(row) == len(COLUMNS)
    assert not row[3].lstrip(" ").startswith(FORMULA)
    assert row[3].removeprefix("'") == text.removeprefix("'")
