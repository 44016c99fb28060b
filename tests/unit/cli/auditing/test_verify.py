"""A log in an SQLite file, tampered with by hand, each time verified by the command line."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from surefoot import wiring
from surefoot.cli import surefoot
from surefoot.domain.audit.canonical import opened, sealed
from surefoot.domain.audit.checkpoint import checkpoint, parse_checkpoint
from surefoot.domain.audit.note import Signer, new_signer, parse_note, sign, signer
from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.ports.auditlog import Segment

SIZE, PINNED = 300, 250
START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = 1 << 40  # place of the first record of the first log
GUARDS = ("audit_record_update", "audit_record_delete", "audit_checkpoint_update", "audit_checkpoint_delete")
Found = list[tuple[str, int | None, str | None]]


class Tampered:
    """The file, its guards taken down, and the key, as an insider would have them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = signer((folder / "keys" / "log.key").read_text("utf-8").strip())
        self.database = sqlite3.connect(folder / "log.db", isolation_level=None)
        for guard in GUARDS:
            self.database.execute(f"DROP TRIGGER {guard}")

    def run(self, statement: str, *values: object) -> None:
        self.database.execute(statement, values)

    def body(self, index: int) -> bytes:
        query = "SELECT body FROM audit_record WHERE place = ?"
        found: bytes = self.database.execute(query, (FIRST + index,)).fetchone()[0]
        return found

    def note(self, size: int) -> str:
        query = "SELECT note FROM audit_checkpoint WHERE size = ?"
        return str(self.database.execute(query, (size,)).fetchone()[0])

    def write(self, index: int, body: bytes) -> None:
        self.run("UPDATE audit_record SET body = ? WHERE place = ?", body, FIRST + index)

    def rewrite(self, index: int, **changes: object) -> None:
        """Write another record in the place of one, with a checksum that fits."""
        self.write(index, sealed(replace(opened(self.body(index)), **changes)).body)  # type: ignore[arg-type]

    def resign(self, size: int, key: Signer | None = None, **changes: object) -> None:
        """Sign a checkpoint again, with what it says changed."""
        said = parse_checkpoint(parse_note(self.note(size)).text)
        values = {"root": said.root, "epoch": said.epoch, "time": said.time} | changes
        text = checkpoint(said.origin, said.size, values["root"], values["epoch"], values["time"]).text  # type: ignore[arg-type]
        self.run("UPDATE audit_checkpoint SET note = ? WHERE size = ?", str(sign(text, [key or self.key])), size)

    def regrow(self, size: int, resigned: int) -> None:
        """Compute tile and edge of so many records anew, and sign the checkpoints from a size on."""
        edge, tile = Edge(), b""
        for index in range(size):
            leaf = leaf_hash(self.body(index))
            edge, tile = extend(edge, [leaf]).edge, tile + leaf
            if index + 1 >= resigned:
                self.resign(index + 1, root=root(edge))
        self.run("UPDATE audit_tile SET data = ? WHERE level = 0 AND position = 0", tile[: 256 * 32])
        self.run("DELETE FROM audit_tile WHERE level = 0 AND position = 1")
        if size > 256:
            self.run("INSERT INTO audit_tile VALUES (1, 0, 1, ?)", tile[256 * 32 :])
        self.run("UPDATE audit_log SET size = ?, edge = ?", size, b"".join(edge.hashes))


def event(number: int) -> Event:
    return Event(
        id=f"00000000-0000-4000-8000-{number:012d}",
        timestamp=START + timedelta(minutes=number),
        actor=Actor(ActorType.USER, f"ana{number % 3}", "203.0.113.7"),
        action=Action("sensitive.view", "data", ""),
        target=Target("order", str(number)),
        outcome=Outcome(Status.SUCCESS),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log of single commits, so that checkpoint n states n + 1 records; one is pinned on the way."""
    folder = tmp_path_factory.mktemp("written")
    with wiring.audit_log(wiring.Database(str(folder / "log.db"), folder / "keys"), None, create=True) as desk:
        for number in range(SIZE):
            desk.log.record(event(number)).result()
            if number + 1 == PINNED:
                wiring.handover(folder / "pins").append(desk.head().checkpoint + "\n")
        desk.catch_up()
        wiring.handover(folder / "last").append(desk.head().checkpoint + "\n")
    return folder


@pytest.fixture
def tampered(written: Path, tmp_path: Path) -> Iterator[Tampered]:
    shutil.copytree(written, tmp_path / "log")
    found = Tampered(tmp_path / "log")
    with closing(found.database):
        yield found


def verified(folder: Path, *options: str) -> tuple[int, Found]:
    places = ("--database", str(folder / "log.db"), "--keys", str(folder / "keys"), "--pin", str(folder / "pins"))
    done = CliRunner().invoke(surefoot, ["audit", "verify", *places, "--format", "json", *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found = json.loads(done.stdout)["verdicts"]
    return done.exit_code, [
        (one["verdict"], one["index"], one["checkpoint"]) for one in found if one["verdict"] != "unanchored"
    ]


@pytest.mark.req("AUD-3")
def test_an_honest_log_is_intact(written: Path):
    assert verified(written) == (0, [])
    assert verified(written, "--pin", str(written / "last")) == (0, [])


def edit(log: Tampered) -> None:
    log.write(42, log.body(42).replace(b'"order"', b'"offer"'))


def edit_and_seal(log: Tampered) -> None:
    log.rewrite(42, target=Target("order", "43"))


def delete(log: Tampered) -> None:
    log.run("DELETE FROM audit_record WHERE place = ?", FIRST + 57)


def insert(log: Tampered) -> None:
    log.run("UPDATE audit_record SET place = -place - 1 WHERE place >= ?", FIRST + 100)
    log.run("UPDATE audit_record SET place = -place WHERE place < 0")
    body = sealed(replace(opened(log.body(99)), id="00000000-0000-4000-8000-999999999999")).body
    log.run(
        "INSERT INTO audit_record VALUES (?, 1, ?, ?, 0)", FIRST + 100, "00000000-0000-4000-8000-999999999999", body
    )


def swap(log: Tampered) -> None:
    for place, there in ((10, -1), (20, 10 + FIRST), (-1 - FIRST, 20 + FIRST)):
        log.run("UPDATE audit_record SET place = ? WHERE place = ?", there, FIRST + place)


def cut(log: Tampered) -> None:
    log.run("DELETE FROM audit_record WHERE place >= ?", FIRST + 280)


def cut_all(log: Tampered) -> None:
    log.run("DELETE FROM audit_record WHERE place >= ?", FIRST + 240)
    log.run("DELETE FROM audit_checkpoint WHERE size > 240")
    log.run("UPDATE audit_log SET indexed = 240")
    log.run("DELETE FROM audit_tile WHERE level > 0")
    log.regrow(240, 241)


def fork(log: Tampered) -> None:
    log.rewrite(200, target=Target("order", "0"))
    log.run("DELETE FROM audit_tile WHERE level > 0")
    log.regrow(SIZE, 201)
    tile = log.database.execute("SELECT data FROM audit_tile WHERE level = 0 AND position = 0").fetchone()[0]
    whole = extend(Edge(), [tile[at : at + 32] for at in range(0, len(tile), 32)]).edge
    log.run("INSERT INTO audit_tile VALUES (1, 1, 0, ?)", whole.hashes[0])


def change_key(log: Tampered) -> None:
    log.resign(120, new_signer("surefoot/main", bytes(32)))


def forge(log: Tampered) -> None:
    note = log.note(120)
    log.run("UPDATE audit_checkpoint SET note = ? WHERE size = 120", note.replace("\n120\n", "\n121\n"))


def damage(log: Tampered) -> None:
    data = log.database.execute("SELECT data FROM audit_tile WHERE level = 0 AND position = 0").fetchone()[0]
    log.run("UPDATE audit_tile SET data = ? WHERE level = 0 AND position = 0", data[:-1] + bytes([data[-1] ^ 1]))


def hide(log: Tampered) -> None:
    log.run("DELETE FROM audit_index WHERE place IN (?, ?)", FIRST + 33, FIRST + 34)


def hide_words(log: Tampered) -> None:
    log.run("DELETE FROM audit_text_docsize WHERE id = ?", FIRST + 35)


def double(log: Tampered) -> None:
    log.run("CREATE TABLE loose AS SELECT * FROM audit_record")
    log.run("DROP TABLE audit_record")
    log.run("ALTER TABLE loose RENAME TO audit_record")
    log.run("UPDATE audit_record SET id = ? WHERE place = ?", event(20).id, FIRST + 150)
    log.rewrite(150, id=event(20).id)


def turn_back(log: Tampered) -> None:
    log.resign(150, time=START)


def two_writers(log: Tampered) -> None:
    log.resign(150, epoch=5)


def swap_values(log: Tampered) -> None:
    query = "SELECT box FROM audit_opening WHERE event = ? AND field = 'actor.ip_address'"
    (box,) = log.database.execute(query, (event(3).id,)).fetchone()
    log.run("UPDATE audit_opening SET box = ? WHERE event = ? AND field = 'actor.ip_address'", box, event(6).id)


CASES: list[tuple[Callable[[Tampered], None], tuple[str, int | None, str | None]]] = [
    (edit, ("edited", 42, None)),
    (edit_and_seal, ("edited", 42, None)),
    (delete, ("deleted", 57, None)),
    (insert, ("inserted", 100, None)),
    (swap, ("reordered", 10, None)),
    (cut, ("truncated", 280, None)),
    (cut_all, ("rolled back", 240, "pin 1")),
    (fork, ("forked", None, "pin 1")),
    (change_key, ("key swapped", None, "checkpoint 119")),
    (forge, ("bad signature", None, "checkpoint 119")),
    (damage, ("damaged tile", 255, None)),
    (hide, ("index incomplete", 33, None)),
    (hide_words, ("index incomplete", 35, None)),
    (double, ("duplicate id", 150, None)),
    (two_writers, ("stale epoch", None, "checkpoint 150")),
    (swap_values, ("value mismatch", 6, None)),
]


@pytest.mark.req("AUD-3")
@pytest.mark.parametrize(("tamper", "expected"), [pytest.param(*case, id=case[0].__name__) for case in CASES])
def test_a_tampering_is_named_with_its_place(
    tampered: Tampered, tamper: Callable[[Tampered], None], expected: tuple[str, int | None, str | None]
):
    tamper(tampered)
    code, found = verified(tampered.folder)
    assert code == 1
    assert found[0] == expected
    assert len({kind for kind, *_ in found}) == 1 or tamper is double


@pytest.mark.req("AUD-3")
def test_many_verdicts_of_one_kind_are_told_by_the_first_ones(tampered: Tampered):
    two_writers(tampered)
    places = ("--database", str(tampered.folder / "log.db"), "--keys", str(tampered.folder / "keys"))
    lines = CliRunner().invoke(surefoot, ["audit", "verify", *places]).stdout.splitlines()
    assert lines[0] == "surefoot/main: 300 records, BROKEN"
    assert lines[1].startswith(
        "broken   stale epoch  checkpoint 150  checkpoint 150 is of epoch 0, after one of epoch 5"
    )
    assert sum("stale epoch" in line for line in lines) == 11
    assert "- 140 more verdicts `stale epoch`; --format json lists them." in lines


@pytest.mark.req("AUD-3")
def test_a_clock_that_goes_back_is_worth_a_look_and_no_break(tampered: Tampered):
    turn_back(tampered)
    assert verified(tampered.folder) == (0, [("clock went back", None, "checkpoint 149")])


@pytest.mark.req("AUD-3")
def test_without_a_pin_nobody_sees_that_the_end_was_cut_off(tampered: Tampered):
    cut_all(tampered)
    (tampered.folder / "pins").write_text("", "utf-8")
    assert verified(tampered.folder) == (0, [])


@pytest.fixture
def sealed_away(written: Path, tmp_path: Path) -> Path:
    """Move the first 256 records into a file, and return the folder of the log."""
    folder = tmp_path / "log"
    shutil.copytree(written, folder)
    with wiring.audit_log(wiring.Database(str(folder / "log.db"), folder / "keys"), None) as desk:
        bodies = [row.body for row in desk.store.read(lambda tx: tx.log.rows("main", 0, 256))]
        desk.archive.write("main/0.zst", bodies)
        whole = root(extend(Edge(), [leaf_hash(body) for body in bodies]).edge)
        segment = Segment(0, 256, whole, "main/0.zst", START)
        desk.store.write(lambda tx: tx.log.seal("main", segment))
    return folder


@pytest.mark.req("AUD-3", "AUD-4")
def test_sealed_records_are_verified_too(sealed_away: Path):
    assert verified(sealed_away) == (0, [])


@pytest.mark.req("AUD-3", "AUD-4")
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_sealed_file_that_is_gone_is_a_verdict_and_no_error(sealed_away: Path, harm: str):
    path = sealed_away / "log.archive" / "main" / "0.zst"
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"nothing of the sort")
    code, found = verified(sealed_away)
    assert (code, found) == (1, [("deleted", 0, None)])
