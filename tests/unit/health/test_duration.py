import pytest

from surefoot.health.duration import seconds, spoken


@pytest.mark.parametrize(
    ("written", "length"), [("600ms", 0.6), ("1s", 1), ("1m30s", 90), ("2h", 7200), ("14d", 1_209_600), (2.5, 2.5)]
)
def test_a_duration_is_read_as_seconds(written: str | float, length: float):
    assert seconds(written) == pytest.approx(length)


@pytest.mark.parametrize("written", ["", "1", "s", "1s1m", "-1s", "1.5s", -1, float("inf"), float("nan")])
def test_what_is_no_duration_is_refused(written: str | float):
    with pytest.raises(ValueError, match="is no duration: write"):
        seconds(written)


@pytest.mark.parametrize(
    ("length", "text"),
    [(0.2, "200 ms"), (1, "1 s"), (90, "90 s"), (150, "2.5 min"), (9000, "2.5 h"), (200_000, "2.3 d")],
)
def test_a_length_is_told_in_a_unit_for_people(length: float, text: str):
    assert spoken(length) == text
