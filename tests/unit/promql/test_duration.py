from datetime import timedelta

import pytest

from surefoot.promql.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("500ms", 0.5),
        ("90s", 90),
        ("5m", 300),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("4w", 28 * 86_400),
        ("1y", 365 * 86_400),
        ("1y2w3d4h5m6s7ms", (365 + 14 + 3) * 86_400 + 4 * 3600 + 306.007),
    ],
)
def test_reads_what_prometheus_reads(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("", "write a number and a unit"),
        ("1.5h", "smaller units, such as 1h30m"),
        (".5h", "smaller units"),
        ("-5m", "has a sign"),
        ("+5m", "has a sign"),
        ("5", "append ms, s, m"),
        (" 5m", "write it without"),
        ("1h 30m", "write it without"),
        ("30m1h", "in the order y w d h m s ms"),
        ("5m5m", "each once"),
        ("5M", "not a Prometheus duration"),
        ("\u0665m", "not a Prometheus duration"),
        ("5m\n", "write it without"),
        ("1h30", "not a Prometheus duration"),
        ("300y", "292 years"),
        ("9" * 5000 + "s", "292 years"),
    ],
)
def test_refusal_says_how_to_mend(text, cure):
    with pytest.raises(ValueError, match=cure):
        parse_duration(text)


@pytest.mark.req("SLO-3")
@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(milliseconds=1500), "1s500ms"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=1), "1d"),
        (timedelta(days=7), "1w"),
        (timedelta(days=8), "8d"),
        (timedelta(days=28), "4w"),
        (timedelta(days=28, hours=1), "28d1h"),
        (timedelta(days=30), "30d"),
        (timedelta(days=365), "1y"),
        (timedelta(days=366), "366d"),
    ],
)
def test_weeks_and_years_are_written_only_when_exact(duration, text):
    assert format_duration(duration) == text


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_what_prometheus_cannot_spell_is_refused(duration):
    with pytest.raises(ValueError, match="whole milliseconds, not below 0"):
        format_duration(duration)
