"""What every channel says in the same words."""

from dataclasses import replace

from surefoot.channels._message import as_text, digest
from tests.unit.channels.sample import PAGE, RESOLVED, UPDATE


def test_the_headline_says_what_it_is():
    assert replace(PAGE, title="down").headline == "[P1] checkout: down"
    assert replace(PAGE, title="down", repeat=True).headline == "Repeat: [P1] checkout: down"
    assert replace(RESOLVED, title="down").headline == "Resolved: [P1] checkout: down"
    assert replace(UPDATE, title="", service="").headline == "Update: [P1] no title"


def test_only_what_can_be_acknowledged_has_the_link():
    assert [words for words, _ in PAGE.tapped] == ["Acknowledge", "Incident", "Dashboard"]
    assert [words for words, _ in RESOLVED.tapped] == ["Incident", "Dashboard"]


def test_a_link_that_is_none_of_the_web_is_left_out():
    assert "javascript" not in as_text(PAGE)


def test_a_test_stands_alone_and_the_rest_is_of_the_incident():
    assert PAGE.thread == UPDATE.thread == RESOLVED.thread == "INC-7"
    assert replace(PAGE, kind="test").thread == PAGE.key


def test_keys_do_not_collide_when_they_are_shortened():
    assert len({digest(f"INC-7/1/0/{step}", 10) for step in range(1000)}) == 1000
