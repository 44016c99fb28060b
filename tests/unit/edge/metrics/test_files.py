from pathlib import Path

import pytest

from surefoot.edge.metrics.blocks import write_blocks
from surefoot.edge.metrics.files import FilesSource
from surefoot.edge.metrics.parquet import write_parquet
from surefoot.errors import MetricsError
from surefoot.promql.selector import Matcher, MatchOp, Selector
from tests.unit.edge.metrics.made import BASE, counter, same

pytestmark = pytest.mark.req("MON-3", "SLO-10")

ALL = counter(job="a")
LAST = int(ALL.times[-1])
SELECTOR = Selector("requests_total")


def test_every_form_yields_the_same_series(tmp_path: Path):
    rows = list(zip(ALL.times.tolist(), ALL.values.tolist(), strict=True))
    write_blocks(tmp_path / "x.blocks", [ALL])
    write_parquet(tmp_path / "x.parquet", [ALL])
    lines = [f"{time},{value},requests_total,a" for time, value in rows]
    (tmp_path / "x.csv").write_text("\n".join(["timestamp,value,metric,job", *lines]))
    samples = [f'requests_total{{job="a"}} {value} {time / 1000}' for time, value in rows]
    (tmp_path / "x.om").write_text("\n".join([*samples, "# EOF\n"]))
    (tmp_path / "x.txt").write_text("\n".join(f'requests_total{{job="a"}} {value} {time}' for time, value in rows))
    for name in ("x.blocks", "x.parquet", "x.csv", "x.om", "x.txt"):
        found = FilesSource((name,), tmp_path).fetch([SELECTOR], BASE - 1000, LAST)
        assert same(found.series, [ALL]), name
        assert not found.gaps
    together = FilesSource(("x.*", str(tmp_path / "x.csv")), tmp_path).fetch([SELECTOR], BASE - 1000, LAST)
    assert same(together.series, [ALL])


def test_only_what_is_meant_is_read(tmp_path: Path):
    write_blocks(tmp_path / "x.blocks", [ALL, counter(job="b"), counter("other")])
    wanted = Selector("requests_total", (Matcher("job", MatchOp.REGEX, "a|c"),))
    told: list[tuple[int, int]] = []
    source = FilesSource(("x.blocks",), tmp_path)
    found = source.fetch([wanted, wanted], BASE, BASE + 60_000, lambda *at: told.append(at))
    assert [dict(one.labels)["job"] for one in found.series] == ["a"]
    assert found.series[0].times.max() <= BASE + 60_000
    assert told == [(1, 1)]


def test_time_that_no_file_covers_is_a_gap(tmp_path: Path):
    write_blocks(tmp_path / "x.blocks", [ALL])
    found = FilesSource(("x.blocks",), tmp_path).fetch([SELECTOR], BASE - 3_600_000, LAST + 3_600_000)
    assert [gap[:28] for gap in found.gaps] == ["the files hold nothing from "] * 2


def test_files_without_anything_in_the_time_asked_for_are_a_gap_not_silence(tmp_path: Path):
    write_blocks(tmp_path / "x.blocks", [ALL])
    found = FilesSource(("x.blocks",), tmp_path).fetch([SELECTOR], LAST + 3_600_000, LAST + 7_200_000)
    assert [gap[:28] for gap in found.gaps] == ["the files hold nothing from "]
    write_blocks(tmp_path / "x.blocks", [])
    found = FilesSource(("x.blocks",), tmp_path).fetch([SELECTOR], BASE, LAST)
    assert found.gaps == ("the files hold no samples",)


def test_a_torn_file_is_a_gap(tmp_path: Path):
    write_blocks(tmp_path / "x.blocks", [ALL])
    with (tmp_path / "x.blocks").open("ab") as file:
        file.write(b"half a group")
    found = FilesSource(("x.blocks",), tmp_path).fetch([SELECTOR], BASE, LAST)
    assert "is torn" in found.gaps[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(MetricsError, match=r"nothing\.csv is no file"):
        FilesSource(("nothing.csv",), tmp_path).fetch([SELECTOR], 0, 1)
