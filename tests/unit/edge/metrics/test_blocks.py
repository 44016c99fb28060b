import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.edge.metrics.blocks import append_blocks, read_blocks, write_blocks
from surefoot.errors import MetricsError
from surefoot.promql.series import Series, is_stale, stale_marker
from tests.unit.edge.metrics.made import BASE, counter, odd, same, series

pytestmark = pytest.mark.req("SLO-10")


def read(path: Path) -> list[Series]:
    return [one for group in read_blocks(path) for one in group.series]


def test_series_come_back_bit_for_bit(tmp_path: Path):
    written = [counter(job="a"), odd(), counter(count=1, job="b"), series("none", [], [])]
    write_blocks(tmp_path / "x.blocks", written)
    assert same(read(tmp_path / "x.blocks"), written)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 2**40),
            st.floats(width=64) | st.integers(-(2**53), 2**53).map(float) | st.just(stale_marker()),
        ),
        max_size=40,
    )
)
def test_any_samples_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, samples: list[tuple[int, float]]):
    times = np.cumsum(np.array([step for step, _ in samples], np.int64))
    values = np.array([value for _, value in samples], np.float64)
    written = [Series((("a", "b"),), times, values, is_stale(values))]
    path = tmp_path_factory.mktemp("blocks") / "x.blocks"
    write_blocks(path, written)
    assert same(read(path), written)


def test_counters_take_about_a_byte_a_sample(tmp_path: Path):
    steady = [
        series("c", range(BASE, BASE + 15_000 * 20_000, 15_000), np.cumsum(np.arange(20_000) % 17).tolist(), n=str(n))
        for n in range(5)
    ]
    write_blocks(tmp_path / "x.blocks", steady)
    assert (tmp_path / "x.blocks").stat().st_size < 100_000


def test_equal_times_are_kept_once(tmp_path: Path):
    dice = np.random.default_rng(0)
    times = BASE + np.cumsum(dice.integers(1, 2**30, 2000))
    nothing = np.zeros(2000, bool)
    one = Series((("__name__", "a"),), times, np.arange(2000.0), nothing)
    other = Series((("__name__", "b"),), times, np.ones(2000), nothing)
    shifted = Series((("__name__", "c"),), times + 7, np.ones(2000), nothing)
    write_blocks(tmp_path / "one.blocks", [one])
    write_blocks(tmp_path / "all.blocks", [one, other, shifted])
    assert same(read(tmp_path / "all.blocks"), [one, other, shifted])
    assert (tmp_path / "all.blocks").stat().st_size < 1.2 * (tmp_path / "one.blocks").stat().st_size


def test_groups_are_read_one_by_one(tmp_path: Path):
    path = tmp_path / "x.blocks"
    append_blocks(path, [counter(job="a")], {"start": 1})
    append_blocks(path, [counter(job="b")], {"start": 2})
    assert [group.note for group in read_blocks(path)] == [{"start": 1}, {"start": 2}]


@pytest.mark.parametrize("lost", [1, 3, 15, 200])
def test_a_torn_tail_is_told_and_cut_by_the_next_append(tmp_path: Path, lost: int):
    path = tmp_path / "x.blocks"
    append_blocks(path, [counter(job="a")], {"start": 1})
    append_blocks(path, [counter(job="b")], {"start": 2})
    os.truncate(path, path.stat().st_size - lost)
    *whole, torn = read_blocks(path)
    assert [group.note["start"] for group in whole] == [1]
    assert "torn at byte" in torn.gap
    append_blocks(path, [counter(job="c")], {"start": 3})
    assert [(group.note["start"], group.gap) for group in read_blocks(path)] == [(1, ""), (3, "")]


def test_a_changed_byte_is_noticed(tmp_path: Path):
    path = tmp_path / "x.blocks"
    append_blocks(path, [counter()], {})
    damaged = bytearray(path.read_bytes())
    damaged[-20] ^= 1
    path.write_bytes(damaged)
    assert [group.gap[-34:] for group in read_blocks(path)] == ["what was written behind it is lost"]


def test_a_killed_writer_loses_at_most_its_last_group(tmp_path: Path):
    path = tmp_path / "x.blocks"
    program = (
        "import sys; from pathlib import Path\n"
        "from surefoot.edge.metrics.blocks import append_blocks\n"
        "from tests.unit.edge.metrics.made import counter\n"
        "for n in range(10**6):\n"
        "    append_blocks(Path(sys.argv[1]), [counter(count=3000, n=str(n))], {'n': n}); print(n, flush=True)\n"
    )
    command = [sys.executable, "-c", program, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        for _ in range(20):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
    whole = [group.note["n"] for group in read_blocks(path) if not group.gap]
    assert len(whole) >= 20
    assert whole == list(range(len(whole)))


def test_another_file_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "x.blocks"
    path.write_text("something else altogether\n")
    with pytest.raises(MetricsError, match=r"x\.blocks is no file of samples"):
        list(read_blocks(path))
    with pytest.raises(MetricsError, match="no file of samples"):
        append_blocks(path, [], {})
    assert path.read_text() == "something else altogether\n"
    with pytest.raises(MetricsError, match="cannot be read"):
        list(read_blocks(tmp_path / "nothing"))
