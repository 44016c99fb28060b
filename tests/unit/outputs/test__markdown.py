from datetime import timedelta

import pytest

from surefoot.outputs._markdown import code, length, table


def test_columns_are_as_wide_as_their_widest_cell():
    assert table(("A", "Long"), [("xxxx", "y")]) == "| A    | Long |\n| ---- | ---- |\n| xxxx | y    |"


def test_a_bar_or_a_line_break_does_not_end_a_cell():
    assert table(("A",), [(code('x=~"a|b"'),), ("one\ntwo",)]).split("\n")[2:] == [
        '| `x=~"a\\|b"` |',
        "| one two     |",
    ]


def test_code_keeps_its_back_quotes():
    assert code("a `b` c") == "``a `b` c``"
    assert code("`b`") == "`` `b` ``"


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(minutes=43, seconds=12), "43.2 min"),
        (timedelta(days=30), "30 d"),
        (timedelta(hours=7, minutes=12), "7.2 h"),
        (timedelta(seconds=51.84), "51.8 s"),
    ],
)
def test_lengths_are_written_for_people(duration: timedelta, text: str):
    assert length(duration) == text
