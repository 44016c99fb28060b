from datetime import UTC, datetime, time
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from surefoot.spec.model.forms import Clock, Command, Moment, Regex, Scalar, Weekly


def complaint(form: Any, value: object) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(form).validate_python(value)
    (problem,) = caught.value.errors(include_url=False)
    return problem["msg"], problem["ctx"]["cure"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon-fri 09:00-17:00", "mon-fri 09:00-17:00"),
        ("sat-sun", "sat-sun 00:00-24:00"),
        ("22:00-07:00", "mon-sun 22:00-07:00"),
        ("  Mon,Wed   9:00-12:00 ", "mon,wed 9:00-12:00"),
    ],
)
def test_weekly_hours_are_completed(text, hours):
    assert TypeAdapter(Weekly).validate_python(text) == hours


@pytest.mark.parametrize("value", ["weekdays", "mo-fr 9-17", "mon 25:00-26:00", "", 9, None])
def test_other_hours_are_refused_with_the_form(value):
    assert complaint(Weekly, value)[1] == "write `mon-fri 09:00-17:00`, `sat-sun` or `22:00-07:00`"


def test_a_moment_is_wall_clock_unless_it_names_an_offset():
    moment = TypeAdapter(Moment).validate_python
    assert moment("2026-12-24").tzinfo is None
    assert moment("2026-12-24 09:30").time() == time(9, 30)
    assert moment("2026-12-24T09:30Z") == datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
    assert moment("2026-12-24 09:30+02:00") == datetime(2026, 12, 24, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("value", ["24.12.2026", "2026-02-30", "2026-12-24 9:30", "tomorrow", 20261224])
def test_another_moment_is_refused(value):
    assert complaint(Moment, value) == (
        f"`{value}` is not a moment",
        "write `2026-12-24` or `2026-12-24 09:00`",
    )


@pytest.mark.parametrize("value", ["9", "24:00", "9:60", "09:00:00", "nine", 900])
def test_another_time_of_day_is_refused(value):
    assert complaint(Clock, value) == (
        f"`{value}` is not a time of day",
        "write hours and minutes, such as `09:00`",
    )


def test_a_time_of_day_may_lack_the_zero():
    assert TypeAdapter(Clock).validate_python("9:05") == time(9, 5)


def test_a_command_is_words_and_never_a_line_for_a_shell():
    assert TypeAdapter(Command).validate_python(["./fence.sh", "now"]) == ("./fence.sh", "now")
    assert complaint(Command, "./fence.sh now") == (
        "a command is a list of words",
        'write `["./fence.sh", "now"]`',
    )
    assert complaint(Command, [])[0] == "the command is empty"


def test_a_broken_regular_expression_is_refused():
    message, cure = complaint(Regex, "check(out")
    assert message.startswith("`check(out` is no regular expression")
    assert "escape" in cure


def test_one_value_is_compared_not_a_mapping():
    assert TypeAdapter(Scalar).validate_python(0.5) == 0.5
    assert complaint(Scalar, {"a": 1}) == (
        "a mapping is not one value",
        "write a number, a text, `true` or `false`",
    )
