import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.calendar.ical import Event, calendar, escaped, folded
from tests.rotas import utc

pytestmark = pytest.mark.req("ONC-1")


def test_a_calendar_of_one_event():
    event = Event("1@x", utc("2026-01-05 08:00"), utc("2026-01-05 09:00+01:00"), "On call, now", "a; b\nc")
    assert calendar("Ana", [event], utc("2026-01-01")).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Surefoot//On-call//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Ana",
        "BEGIN:VEVENT",
        "UID:1@x",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260105T080000Z",
        "DTEND:20260105T080000Z",
        "SUMMARY:On call\\, now",
        "DESCRIPTION:a\\; b\\nc",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_text_is_escaped_and_cannot_end_its_line():
    assert escaped("a\\b;c,d\r\ne\rf\ng\x00\x7f") == "a\\\\b\\;c\\,d\\ne\\nf\\ng"
    assert "\nBEGIN" not in calendar("x\r\nBEGIN:VEVENT", [], utc("2026-01-01")).replace("\r\nBEGIN:VCALENDAR", "")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_a_folded_line_has_no_long_piece_and_unfolds_to_what_it_was(text: str):
    pieces = folded(text).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert folded(text).replace("\r\n ", "") == text
