import pytest

from surefoot.prove.moments import as_length, as_text, parse_moment


@pytest.mark.parametrize(
    "text", ["2026-10-01T08:00:00Z", "2026-10-01T10:00:00+02:00", "2026-10-01 08:00", "2026-10-01T08:00:00"]
)
def test_times_are_read_as_utc_unless_they_say_otherwise(text: str):
    assert as_text(parse_moment(text)) == "2026-10-01 08:00:00Z"


def test_what_is_no_time_is_refused_with_an_example():
    with pytest.raises(ValueError, match="write such as 2026-10-01T08:00:00Z"):
        parse_moment("yesterday")


@pytest.mark.parametrize(
    ("length", "text"),
    [(0, "0s"), (45_000, "45s"), (90_000, "1m 30s"), (3_600_000, "1h"), (100_800_000, "1d 4h"), (86_460_000, "1d")],
)
def test_lengths_name_their_two_largest_units(length: int, text: str):
    assert as_length(length) == text
