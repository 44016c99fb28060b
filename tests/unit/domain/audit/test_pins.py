import pytest

from surefoot.domain.audit.pins import pins
from surefoot.errors import NoteError
from tests.auditlogs import OTHER, SIGNER, log_of

pytestmark = pytest.mark.req("AUD-3")


def test_pins_come_back_one_by_one_however_many_blank_lines_stand_between():
    log = log_of(300)
    notes = [one.note for one in log.notes]
    for between in ("", "\n", "\n\n"):
        assert pins(between.join(notes) + between, "pins") == notes


def test_a_pin_keeps_all_of_its_signatures():
    log = log_of(10)
    cosigned = log.notes[-1].note + log.state(OTHER).rpartition("\n\n")[2]
    assert pins(cosigned + "\n" + log.state(SIGNER), "pins") == [cosigned, log.notes[-1].note]


def test_an_empty_file_holds_none():
    assert pins("", "pins") == pins("\n\n", "pins") == []


def test_what_is_no_checkpoint_is_named_by_its_number():
    with pytest.raises(NoteError, match="pins: pin 2 is no checkpoint"):
        pins(log_of(1).notes[0].note + "\nhello\n", "pins")
