"""The parts of a schedule: layers of rotations, and what changes them for a time."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from surefoot.spec.model.forms import Clock, Count, Moment, Weekly, counted, in_order, only_one, short, taken
from surefoot.spec.model.record import PersonRef, Record
from surefoot.spec.model.scalars import Name, OneOrMore, Seq, Text, bad
from surefoot.spec.model.workspace import Secret, Zone

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Unit = Literal["hour", "day", "week", "month"]

_UNITS = {"h": "hour", "d": "day", "w": "week", "mo": "month"}
_WORDS = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
_EVERY = re.compile(r"(?P<count>[0-9]+) ?(?P<unit>h|d|w|mo|hours?|days?|weeks?|months?)")
_HANDOVER = re.compile(
    r"(?:(?P<day>mon|tue|wed|thu|fri|sat|sun)|(?P<day_of_month>[0-9]{1,2})\.?)?(?:^| )(?P<time>[0-9:]+)"
)


def _every(text: str) -> dict[str, object]:
    if text in _WORDS:
        return {"count": 1, "unit": _WORDS[text]}
    if re.fullmatch("[0-9]+m", text):
        raise bad(f"`{text}` means minutes", f"write `{text}o` for months, or hours such as `12h`")
    found = taken(_EVERY, text, "a length of a turn", "1w", "12h", "1d", "1 month")
    unit = found["unit"]
    return {"count": int(found["count"]), "unit": _UNITS.get(unit, unit.rstrip("s"))}


def _handover(text: str) -> dict[str, object]:
    return counted(taken(_HANDOVER, text.lower(), "a hand-over", "mon 09:00", "09:00", "1 09:00"), "day_of_month")


class Every(Record):
    """The length of a turn; hours, days, weeks or months of the wall clock."""

    count: Count
    unit: Unit


class Handover(Record):
    """When a turn passes on: a time, on a day of the week or of the month if the turn is that long."""

    time: Clock
    day: Weekday | None = None
    day_of_month: Annotated[int, Field(ge=1, le=31)] | None = None


EveryForm = Annotated[Every, short(Every, _every, "1w", "12h", "1d", "1 month")]
HandoverForm = Annotated[Handover, short(Handover, _handover, "mon 09:00", "09:00", "1 09:00")]


class Span(Record):
    """From a moment until another; wall clock of the schedule's zone."""

    begins: Annotated[Moment, Field(alias="from")]
    until: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        in_order(self.begins, self.until)
        return self


class Layer(Record):
    """People who take turns.

    ``start`` is the moment when somebody's turn begins, counted from in both directions; ``from`` and
    ``until`` bound the layer. ``next`` says who follows when the list was changed. ``only`` restricts to
    weekly hours, and ``count: turns`` counts the windows that are served, so that each person is reached.
    """

    name: Name | None = None
    rotate: OneOrMore[PersonRef]
    every: EveryForm | None = None
    handover: HandoverForm | None = None
    only: OneOrMore[Weekly] = ()
    start: Moment | None = None
    next: PersonRef | None = None
    begins: Annotated[Moment | None, Field(alias="from")] = None
    until: Moment | None = None
    priority: int | None = None
    length: Literal["wall", "elapsed"] = "wall"
    count: Literal["turns", "calendar"] = "turns"
    zone: Zone | None = None

    @model_validator(mode="after")
    def _turns_make_sense(self) -> Self:
        in_order(self.begins, self.until)
        if not self.rotate:
            raise bad("nobody takes turns", "write at least one person, such as `rotate: [ana, bo]`")
        if self.next is not None and self.next not in self.rotate:
            raise bad(
                f"`{self.next}` is next, but takes no turns", f"write `next:` with one of {', '.join(self.rotate)}"
            )
        if self.handover and self.every:
            by_day, by_date = self.handover.day is not None, self.handover.day_of_month is not None
            if by_day and self.every.unit != "week":
                raise bad(f"a turn of a {self.every.unit} has no weekday", "write the time alone, such as `09:00`")
            if by_date and self.every.unit != "month":
                raise bad(f"a turn of a {self.every.unit} has no day of the month", "write `mon 09:00` or `09:00`")
        return self


class Absence(Span):
    """Somebody is away: reported with a proposed cover, never applied by itself."""

    person: PersonRef
    reason: Text = ""


class Swap(Record):
    """A turn goes to somebody else, in exchange for another turn or not.

    Turns have numbers, so that the swap follows when the schedule shifts.
    """

    layer: Name | None = None
    turn: int
    to: PersonRef
    back: int | None = None
    reason: Text = ""


class Override(Span):
    """For a time, somebody is added, removed, replaced (``with``), or covers everything."""

    add: PersonRef | None = None
    remove: PersonRef | None = None
    replace: PersonRef | None = None
    by: Annotated[PersonRef | None, Field(alias="with")] = None
    cover: PersonRef | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _one_change(self) -> Self:
        kind = only_one(
            self, ("add", "remove", "replace", "cover"), noun="the change", example="replace: bo, with: ana"
        )
        if (kind == "replace") != (self.by is not None):
            raise bad("`replace` and `with` belong together", "write `{replace: bo, with: ana}`")
        return self


class Temporary(Span):
    """Other layers for a time; where they name nobody, the usual ones count unless `holes` is empty."""

    layers: Seq[Layer]
    holes: Literal["rules", "empty"] = "rules"
    reason: Text = ""


class ImportedCalendar(Record):
    """An iCalendar of shifts or absences, whose events name people."""

    url: Secret
    kind: Literal["shifts", "absences"] = "shifts"
