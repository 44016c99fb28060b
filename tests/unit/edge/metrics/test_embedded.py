from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from surefoot.edge.metrics.embedded import EmbeddedReader, EmbeddedStore
from surefoot.errors import MetricsError
from surefoot.ports.samples import Keeping
from surefoot.promql.engine import Engine, Steps
from surefoot.promql.selector import Selector
from surefoot.promql.series import Block, Labels, Series, Storage, stale_marker

SPAN = 7_200_000
START = 1_767_571_200_000
RAW: Labels = (("__name__", "raw"), ("job", "a"))
EVENT: Labels = (("__name__", "event"),)
KEEPING = Keeping(samples=2 * SPAN, events=10 * SPAN, grid={"event": 300_000})
FRAME = 8 + 1 + 8 + 4 + 8  # head, kind, time, one number, one value
ALWAYS = (0, 1 << 50)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    opened = EmbeddedStore(tmp_path / "data", KEEPING)
    yield opened
    opened.close()


def _files(folder: Path) -> list[str]:
    return sorted(f"{path.parent.name}/{path.name}" for path in folder.glob("*/[0-9]*"))


def _one(store: EmbeddedStore | EmbeddedReader, name: str) -> Series:
    (found,) = store.fetch([Selector(name)], *ALWAYS).series
    return found


@pytest.mark.req("PLT-3")
def test_what_was_appended_is_there_for_another_process_at_once(store: EmbeddedStore, tmp_path: Path):
    store.append(START, [store.ref(RAW), store.ref(EVENT)], [1.5, float("nan")])
    store.append(START + 15_000, [store.ref(RAW)], [stale_marker()])
    reader = EmbeddedReader(tmp_path / "data")
    found = _one(reader, "raw")
    assert found.labels == RAW
    assert found.times.tolist() == [START, START + 15_000]
    assert found.values[0] == 1.5
    assert found.stale.tolist() == [False, True]
    assert np.isnan(_one(reader, "event").values[0])
    assert reader.fetch([Selector("raw")], START + 1, START + 2).series == ()


@pytest.mark.req("PLT-3")
@pytest.mark.parametrize("cut", [1, 20, 30])
def test_a_frame_that_is_half_written_loses_only_itself(tmp_path: Path, cut: int):
    first = EmbeddedStore(tmp_path, KEEPING)
    for step in range(3):
        first.append(START + step, [first.ref(RAW)], [float(step)])
    first.close()
    (journal,) = (tmp_path / "journal").iterdir()
    journal.write_bytes(journal.read_bytes()[:-cut])
    whole = 2 if cut < FRAME else 1
    assert _one(EmbeddedReader(tmp_path), "raw").values.tolist() == [0.0, 1.0][:whole]
    second = EmbeddedStore(tmp_path, KEEPING)
    second.append(START + 9, [second.ref(RAW)], [9.0])
    second.close()
    assert _one(EmbeddedReader(tmp_path), "raw").values.tolist() == [*[0.0, 1.0][:whole], 9.0]


def test_a_span_that_is_over_is_compacted_and_old_ones_are_forgotten(store: EmbeddedStore, tmp_path: Path):
    for step in range(600):
        store.append(START + step * 15_000, [store.ref(RAW), store.ref(EVENT)], [float(step), step / 3])
    before = _one(store, "raw")
    store.tidy(START + SPAN + 600_001)
    assert _files(tmp_path / "data") == [f"events/{START}", f"journal/{START + SPAN}", f"samples/{START}"]
    after = _one(store, "raw")
    assert after.times.tolist() == before.times.tolist()
    assert after.values.tolist() == before.values.tolist()
    store.tidy(START + 3 * SPAN + 1)
    assert f"samples/{START}" not in _files(tmp_path / "data")
    assert f"events/{START}" in _files(tmp_path / "data")


def test_a_compacted_record_answers_a_sub_query_as_before(store: EmbeddedStore):
    rng = np.random.default_rng(7)
    time = START
    while time < START + 3 * SPAN:  # with silences, ends, and samples off the grid
        time += int(rng.choice([15_000, 15_000, 15_000, 100_000, 310_000]))
        store.append(time, [store.ref(EVENT)], [stale_marker() if rng.random() < 0.05 else float(rng.random())])

    def answer() -> list[tuple[float, bool]]:
        engine = Engine(Storage(list(store.fetch([Selector("event")], *ALWAYS).series)))
        steps = Steps(START + 300_000, START + 4 * SPAN, 150_000)
        found = engine.evaluate("sum_over_time(event[2h:5m])", steps)
        assert isinstance(found, Block)
        return list(zip(found.values[0].tolist(), found.present[0].tolist(), strict=True))

    before = answer()
    store.tidy(START + 10 * SPAN)
    assert answer() == before


def test_samples_that_come_after_their_span_was_compacted_join_it(store: EmbeddedStore):
    store.append(START, [store.ref(RAW)], [1.0])
    store.tidy(START + SPAN + 600_001)
    store.append(START + 1000, [store.ref(RAW)], [2.0])
    store.tidy(START + SPAN + 600_002)
    assert _one(store, "raw").values.tolist() == [1.0, 2.0]


def test_a_text_is_kept_as_a_whole(store: EmbeddedStore, tmp_path: Path):
    assert store.recall("alerts") is None
    store.remember("alerts", "one")
    store.remember("alerts", "two")
    assert store.recall("alerts") == "two"
    assert [path.name for path in (tmp_path / "data" / "state").iterdir() if path.suffix] == []


def test_one_process_writes(store: EmbeddedStore, tmp_path: Path):
    assert store.recall("alerts") is None
    with pytest.raises(MetricsError, match="in use by another"):
        EmbeddedStore(tmp_path / "data", KEEPING)


def test_a_folder_without_samples_says_what_to_do(tmp_path: Path):
    with pytest.raises(MetricsError, match="surefoot watch"):
        EmbeddedReader(tmp_path).fetch([Selector("raw")], *ALWAYS)


def test_a_foreign_file_is_refused(store: EmbeddedStore, tmp_path: Path):
    (tmp_path / "data" / "journal" / str(START)).write_bytes(b"something else")
    with pytest.raises(MetricsError, match="no journal"):
        store.append(START, [store.ref(RAW)], [1.0])
