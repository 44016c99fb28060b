import pytest

from surefoot.run.exposition import ExpositionError, Sample, read


def _read(text: str, *, openmetrics: bool = False) -> list[Sample]:
    return list(read(text.encode(), openmetrics=openmetrics))


def test_samples_are_read_and_comments_are_not():
    text = '# HELP up Is it up.\n# TYPE up gauge\nup 1\nx_total{code="200",path="/a b"} 7\n\n'
    assert _read(text) == [Sample(b"up", 1.0, None), Sample(b'x_total{code="200",path="/a b"}', 7.0, None)]


@pytest.mark.parametrize(
    ("line", "key", "value", "time"),
    [
        ("x 1 1767571200000", b"x", 1.0, 1767571200000),
        ("x\t2", b"x", 2.0, None),
        ('x {a="b"}  3  1767571200000 ', b'x {a="b"}', 3.0, 1767571200000),
        ('x{a="} 1 2"} 4', b'x{a="} 1 2"}', 4.0, None),
        (r'x{a="\" }"} 5 1', rb'x{a="\" }"}', 5.0, 1),
        ("x +Inf", b"x", float("inf"), None),
    ],
)
def test_every_spelling_of_a_line_is_read(line: str, key: bytes, value: float, time: int | None):
    assert _read(line) == [Sample(key, value, time)]


def test_openmetrics_tells_times_in_seconds_and_may_have_exemplars():
    text = 'x_bucket{le="1"} 3 1767571200.5 # {trace="a"} 0.5\n# EOF\n'
    assert _read(text, openmetrics=True) == [Sample(b'x_bucket{le="1"}', 3.0, 1767571200500)]


def test_openmetrics_that_is_cut_short_is_refused():
    with pytest.raises(ExpositionError, match="cut short"):
        _read("x 1\n", openmetrics=True)


@pytest.mark.parametrize("text", ["<html>", "x", "x{", "x one", "{} {} {}", "x 1 2 3"])
def test_what_is_no_sample_is_refused_with_its_line(text: str):
    with pytest.raises(ExpositionError, match="line 2"):
        _read(f"up 1\n{text}\n")
