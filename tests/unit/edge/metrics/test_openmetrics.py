from pathlib import Path

import pytest

from surefoot.edge.metrics.openmetrics import read_text
from surefoot.errors import MetricsError
from tests.unit.edge.metrics.made import BASE, same, series

pytestmark = pytest.mark.req("MON-3")


def write(folder: Path, text: str) -> Path:
    path = folder / "export.om"
    path.write_text(text, "utf-8")
    return path


def test_openmetrics_counts_seconds(tmp_path: Path):
    text = '# TYPE up gauge\nup{job="a"} 1 1767571200.5\nup{job="a"} 0 1767571215\n# EOF\n'
    found, gaps = read_text(write(tmp_path, text))
    assert same(found, [series("up", [BASE + 500, BASE + 15_000], [1, 0], job="a")])
    assert not gaps


def test_prometheus_text_counts_milliseconds(tmp_path: Path):
    found, gaps = read_text(write(tmp_path, "up 1 1767571200500\n\nup 0 1767571215000\n"))
    assert same(found, [series("up", [BASE + 500, BASE + 15_000], [1, 0])])
    assert not gaps


def test_labels_may_hold_anything(tmp_path: Path):
    text = 'x{a="b c",d="# {} } \\" \\\\ \\n",e=""} 1 1767571200\nx  {a="b"}\t2  1767571200 # {t="1"} 5 1.5\n# EOF\n'
    found, _ = read_text(write(tmp_path, text))
    assert [dict(one.labels) for one in found] == [
        {"__name__": "x", "a": "b"},
        {"__name__": "x", "a": "b c", "d": '# {} } " \\ \n'},
    ]
    assert [one.values.tolist() for one in found] == [[2], [1]]


def test_exemplars_and_odd_values_are_read(tmp_path: Path):
    text = 'x +Inf 1767571200 # {trace="1 2"} 3 1\nx NaN 1767571201\nx -1e-3 1767571202\n# EOF\n'
    (found,), _ = read_text(write(tmp_path, text))
    assert str(found.values.tolist()) == "[inf, nan, -0.001]"


def test_samples_are_sorted_by_time_and_the_last_of_two_stays(tmp_path: Path):
    (found,), _ = read_text(write(tmp_path, "x 2 1767571260\nx 1 1767571200\nx 3 1767571260\n# EOF\n"))
    assert found.values.tolist() == [1, 3]


def test_a_text_cut_short_is_a_gap(tmp_path: Path):
    _, gaps = read_text(write(tmp_path, "up 1 1767571200.5\n"))
    assert gaps == [
        f"{tmp_path}/export.om has no `# EOF` at its end: what came after 2026-01-05 00:00:00Z may be missing"
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("up 1", ":1: the sample has no time"),
        ('up{job="a b"} 1', ":1: the sample has no time"),
        ("<html>", ":1: expected a sample"),
        ("up one 1767571200", "write values such as 1"),
        ("up 1 soon", "write values such as 1"),
        ("up 1 NaN", "a time is NaN"),
        ("up{job=a} 1 1767571200", "is no series"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str):
    with pytest.raises(MetricsError, match=problem):
        read_text(write(tmp_path, f"{line}\n# EOF\n"))


def test_an_empty_file_has_no_series(tmp_path: Path):
    assert read_text(write(tmp_path, "")) == ([], [])
    assert read_text(write(tmp_path, "# EOF\n")) == ([], [])


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(MetricsError, match="cannot be read"):
        read_text(tmp_path / "nothing")
