import math

import numpy as np
import pytest

from surefoot.promql.error import PromqlError
from surefoot.promql.notation import UnsupportedNotationError, read_labels, read_series, read_values
from surefoot.promql.series import is_stale, stale_marker


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up", (("__name__", "up"),)),
        ("{}", ()),
        ('up{b="2",a="1"}', (("__name__", "up"), ("a", "1"), ("b", "2"))),
        ("up { a='1' , }", (("__name__", "up"), ("a", "1"))),
        ('{__name__="up"}', (("__name__", "up"),)),
        ('a:b{c="}",d=`\\`}', (("__name__", "a:b"), ("c", "}"), ("d", "\\"))),
        (r'x{a="\"\n\x41"}', (("__name__", "x"), ("a", '"\nA'))),
        ('x{a=""}', (("__name__", "x"),)),
    ],
)
def test_labels_are_read(text, labels):
    assert read_labels(text) == labels


@pytest.mark.parametrize("text", ["up 1", 'up{a=~"b"}', "up{a=b}", "up{", 'up{a="1" b="2"}', r'up{a="\q"}'])
def test_what_is_no_series_is_refused(text):
    with pytest.raises(PromqlError):
        read_labels(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("1 2 3", [1, 2, 3]),
        ("5x3", [5, 5, 5, 5]),
        ("5x0 _x0 1", [5, 1]),
        ("1+2x3", [1, 3, 5, 7]),
        ("3-1x2", [3, 2, 1]),
        ("1 -1x2", [1, -1, -1, -1]),
        ("-2+3x2", [-2, 1, 4]),
        ("_ 1 _x3 2", [None, 1, None, None, None, 2]),
        ("1e3 .5 5. 1e-3+1e-3x2", [1000, 0.5, 5, 0.001, 0.002, 0.003]),
        ("-Inf Inf +Inf inf", [-math.inf, math.inf, math.inf, math.inf]),
        ("0x3", [0, 0, 0, 0]),
        ("Inf+1x1", [math.inf, math.inf]),
    ],
)
def test_values_are_expanded_as_promtool_does(text, values):
    assert read_values(text) == pytest.approx(values)


def test_an_increment_is_added_again_and_again():
    assert read_values("0+0.1x10")[-1] == sum([0.1] * 10) != 0.1 * 10


def test_the_stale_marker_and_an_ordinary_nan_differ():
    stale, nan = np.array(read_values("stale NaN"), np.float64)
    assert is_stale(np.array([stale, nan])).tolist() == [True, False]
    assert is_stale(np.array([stale_marker()])).all()


@pytest.mark.parametrize(
    "text",
    ["NaNx3", "stalex3", "-2+-3x2", "1+2", "1 x3", "1__", "abc", "1+NaNx2", "- 3", "1 + 2x3", "1_000", "5x-1", "5x1.5"],
)
def test_what_promtool_refuses_is_refused_with_its_place(text):
    with pytest.raises(PromqlError, match="is no value"):
        read_values(text)


def test_native_histograms_are_refused_by_name():
    with pytest.raises(UnsupportedNotationError, match="native histograms"):
        read_series("x {{schema:1 sum:3}}", 1000)


def test_series_have_times_from_their_start_and_no_sample_in_a_gap():
    series = read_series('up{job="api"} 1 _ stale 4', 15_000, start=60_000)
    assert series.labels == (("__name__", "up"), ("job", "api"))
    assert series.times.tolist() == [60_000, 90_000, 105_000]
    assert series.stale.tolist() == [False, True, False]


def test_a_number_too_many_is_refused():
    with pytest.raises(PromqlError, match="more than"):
        read_values("1x99999999999")
