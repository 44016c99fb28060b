from base64 import b64encode
from datetime import UTC, datetime

import pytest

from surefoot.domain.audit.checkpoint import Checkpoint, checkpoint, parse_checkpoint
from surefoot.errors import NoteError

pytestmark = pytest.mark.req("AUD-3")
SPECIFIED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = b64encode(bytes(32)).decode()


def test_specified_example_is_read_and_written():
    found = parse_checkpoint(SPECIFIED)
    assert (found.origin, found.size, found.epoch, found.time) == (
        "example.com/behind-the-sofa",
        20_852_163,
        None,
        None,
    )
    assert found.text == SPECIFIED


def test_ours_states_epoch_and_time():
    made = checkpoint("log", 3, bytes(32), 7, datetime(2026, 1, 2, tzinfo=UTC))
    assert made.text == f"log\n3\n{ROOT}\nepoch 7\ntime 2026-01-02T00:00:00.000000Z\n"
    assert parse_checkpoint(made.text) == made
    assert (made.epoch, made.time) == (7, datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"log\n3\n{ROOT}", "three lines"),
        (f"log\n3\n\n{ROOT}\n", "none of them empty"),
        (f"\n3\n{ROOT}\n", "none of them empty"),
        (f"log\n03\n{ROOT}\n", "leading zeros"),
        (f"log\n-3\n{ROOT}\n", "decimal"),
        (f"log\n{'9' * 5000}\n{ROOT}\n", "decimal"),
        ("log\n3\nAAAA\n", "3 bytes"),
        ("log\n3\n?\n", "Base64"),
        (f"log\n3\n{ROOT[:-2]}B=\n", "spelling"),
    ],
)
def test_malformed_checkpoints_are_refused(text: str, message: str):
    with pytest.raises(NoteError, match=message):
        parse_checkpoint(text)


def test_malformed_extensions_are_refused_when_read():
    made = Checkpoint("log", 3, bytes(32), ("epoch x", "time today"))
    with pytest.raises(NoteError, match="epoch"):
        _ = made.epoch
    with pytest.raises(NoteError, match="time"):
        _ = made.time
