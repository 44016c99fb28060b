from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tests.unit.spec.model.complaint import complaint, load

NAMED = "`person:NAME`, `schedule:NAME`, `team:NAME` or `channel:NAME`"


def layer(keys: str) -> Any:
    return load("schedules", f"layers: [{{rotate: [ana, bo], {keys}}}]").layers[0]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1w", (1, "week")),
        ("12h", (12, "hour")),
        ("2d", (2, "day")),
        ("3mo", (3, "month")),
        ("1 month", (1, "month")),
        ("2 weeks", (2, "week")),
        ("daily", (1, "day")),
        ("{count: 2, unit: week}", (2, "week")),
    ],
)
def test_a_turn_has_a_count_and_a_unit(text, length):
    every = layer(f"every: {text}").every
    assert (every.count, every.unit) == length


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("mon 09:00", ("mon", None, time(9))),
        ("09:00", (None, None, time(9))),
        ("1 09:00", (None, 1, time(9))),
        ("Fri 17:30", ("fri", None, time(17, 30))),
        ("{time: 08:00, day: tue}", ("tue", None, time(8))),
    ],
)
def test_a_handover_has_a_time_and_perhaps_a_day(text, when):
    handover = layer(f"handover: {text}").handover
    assert (handover.day, handover.day_of_month, handover.time) == when


def test_a_layer_takes_every_documented_key():
    entry = layer(
        "name: eu, every: 1w, handover: mon 09:00, only: [mon-fri 09:00-17:00, sat-sun], start: 2026-01-05 09:00,"
        "from: 2026-01-01, until: 2027-01-01, priority: 2, length: elapsed, count: calendar,"
        "zone: Europe/Berlin, next: bo"
    )
    assert entry.only == ("mon-fri 09:00-17:00", "sat-sun 00:00-24:00")
    assert (entry.start, entry.begins) == (datetime(2026, 1, 5, 9), datetime(2026, 1, 1))  # noqa: DTZ001  # wall clock
    assert (entry.length, entry.count, entry.zone, entry.priority) == ("elapsed", "calendar", "Europe/Berlin", 2)


def test_a_schedule_takes_every_change_of_it():
    entry = load(
        "schedules",
        """
        timezone: Europe/Berlin
        holidays: de
        layers: [{rotate: [ana, bo], every: 1w}]
        absences: [{person: ana, from: 2026-12-24, until: 2027-01-02, reason: holiday}]
        swaps: [{turn: 53, to: bo, back: 54}]
        overrides:
          - {add: chen, from: 2026-11-01 09:00, until: 2026-11-01 17:00}
          - {replace: bo, with: ana, from: 2026-11-02, until: 2026-11-03}
          - {remove: bo, from: 2026-11-02, until: 2026-11-03}
          - {cover: chen, from: 2026-11-05, until: 2026-11-06}
        temporary:
          - {from: 2026-12-24, until: 2026-12-27, holes: empty, layers: [{rotate: chen}]}
        calendars: [{url: env:ROTA_URL}]
        """,
    )
    assert [item.by for item in entry.overrides] == [None, "ana", None, None]
    assert entry.temporary[0].layers[0].rotate == ("chen",)
    assert (entry.swaps[0].turn, entry.swaps[0].back) == (53, 54)


@pytest.mark.parametrize(
    ("keys", "place", "message", "cure"),
    [
        ("every: 30m", "layers.0.every", "`30m` means minutes", "write `30mo` for months, or hours such as `12h`"),
        ("every: often", "layers.0.every", "`often` is not a length of a turn",
         "write `1w` or `12h` or `1d` or `1 month`"),
        ("every: 0w", "layers.0.every.count", "Input should be greater than or equal to 1", None),
        ("handover: monday", "layers.0.handover", "`monday` is not a hand-over",
         "write `mon 09:00` or `09:00` or `1 09:00`"),
        ("every: 1d, handover: mon 09:00", "layers.0", "a turn of a day has no weekday",
         "write the time alone, such as `09:00`"),
        ("every: 1w, handover: 1 09:00", "layers.0", "a turn of a week has no day of the month",
         "write `mon 09:00` or `09:00`"),
        ("only: weekends", "layers.0.only.0", "'weekends' lacks days or hours",
         "write `mon-fri 09:00-17:00`, `sat-sun` or `22:00-07:00`"),
        ("zone: Berlin", "layers.0.zone", "`Berlin` is no time zone",
         "write an IANA name, such as `Europe/Berlin` or `UTC`"),
    ],
)  # fmt: skip
def test_a_wrong_layer_is_refused_with_a_cure(keys, place, message, cure):
    assert complaint("schedules", f"layers: [{{rotate: [ana, bo], {keys}}}]") == (place, message, cure)


@pytest.mark.parametrize(
    ("keys", "place", "message"),
    [
        ("layers: []", "", "the schedule has no layers"),
        ("layers: [{rotate: []}]", "layers.0", "nobody takes turns"),
        (
            "layers: [{rotate: a}], overrides: [{replace: a, from: 2026-01-01, until: 2026-01-02}]",
            "overrides.0",
            "`replace` and `with` belong together",
        ),
        (
            "layers: [{rotate: a}], overrides: [{add: a, cover: b, from: 2026-01-01, until: 2026-01-02}]",
            "overrides.0",
            "the change is given 2 times: `add`, `cover`",
        ),
        (
            "layers: [{rotate: a}], absences: [{person: a, from: 2026-01-02, until: 2026-01-02}]",
            "absences.0",
            "`until` is not after `from`",
        ),
    ],
)
def test_a_wrong_schedule_is_refused(keys, place, message):
    assert complaint("schedules", f"{{{keys}}}")[:2] == (place, message)


def test_a_person_has_ways_in_order_and_quiet_hours():
    person = load(
        "people",
        """
        name: Ana
        phone: "+351 123 456 789"
        accounts: {slack: U0123}
        reach: [push, {by: phone, after: 2m}, channel:ops]
        contact: {P4: email}
        quiet: 22:00-07:00
        """,
    )
    assert [(way.by, way.channel) for way in person.reach] == [
        ("push", None),
        ("phone", None),
        ("channel", "ops"),
    ]
    assert person.reach[1].after == timedelta(minutes=2)
    assert person.phone == "+351123456789"
    assert (person.quiet.hours, person.quiet.wake) == ("mon-sun 22:00-07:00", ())
    assert person.contact["P4"][0].by == "email"


@pytest.mark.parametrize(
    ("keys", "place", "message", "cure"),
    [
        ("email: ana", "email", "`ana` is not an email address", "write it such as `ana@shop.example`"),
        ("phone: +351123456789", "phone", "`351123456789` is not a phone number",
         'write it with the country, in quotes: `"+351 123 456 789"`'),
        ("reach: [pager]", "reach.0", "`pager` is no way to reach somebody",
         "write one of push, phone, sms, email, chat, or `channel:NAME`"),
        ("reach: [{by: channel}]", "reach.0", "`by: channel` and the channel's name belong together",
         "write `channel:NAME`"),
        ("timezone: CET-ish", "timezone", "`CET-ish` is no time zone",
         "write an IANA name, such as `Europe/Berlin` or `UTC`"),
    ],
)  # fmt: skip
def test_a_wrong_person_is_refused_with_a_cure(keys, place, message, cure):
    assert complaint("people", f"{{name: Ana, {keys}}}") == (place, message, cure)


def test_a_team_has_a_room():
    team = load("teams", '{members: [ana], chat: "slack:#payments", page: pager, hours: mon-fri 09:00-17:00}')
    assert (team.chat.kind, team.chat.room) == ("slack", "#payments")
    assert complaint("teams", "{chat: payments}") == (
        "chat",
        "`payments` is not a chat room",
        "write `slack:#payments` or `channel:ops-chat`",
    )


def test_an_escalation_has_own_steps():
    ladder = load(
        "escalations",
        """
        primary: pay-1
        lead: bo
        steps:
          - primary 5m
          - {page: [lead, person:ana, "channel:ops"], hold: 10m, only: mon-fri 09:00-17:00, priorities: [P1]}
        repeats: 3
        unanswered: 30m
        """,
    )
    assert [step.hold for step in ladder.steps] == [timedelta(minutes=5), timedelta(minutes=10)]
    assert [target.role or target.person or target.channel for target in ladder.steps[1].page] == ["lead", "ana", "ops"]


@pytest.mark.parametrize(
    ("keys", "place", "message", "cure"),
    [
        ("profile: four-steps, primary: p, steps: [primary 5m]", "", "the escalation has a profile and steps",
         "keep one: a profile of the policy, or your own steps"),
        ("steps: [secondary 5m]", "", "a step pages `secondary`, which is not named",
         "write `secondary:` beside `steps:`"),
        ("steps: [primary]", "steps.0", "`primary` is not a step", "write `primary 5m` or `person:ana 10m`"),
        ("steps: [ana 5m]", "steps.0.page.0", "`ana` does not say whom to page",
         f"write {NAMED}, or one of primary, secondary, lead, management, executive"),
    ],
)  # fmt: skip
def test_a_wrong_escalation_is_refused_with_a_cure(keys, place, message, cure):
    assert complaint("escalations", f"{{{keys}}}") == (place, message, cure)


def test_holidays_and_last_resort():
    days = load("holidays", "{days: {2026-12-25: Christmas}}").days
    assert days == {date(2026, 12, 25): "Christmas"}
    assert load("holidays", "{days: [2026-12-25]}").days == {date(2026, 12, 25): ""}
    assert complaint("holidays", "{yearly: {13-01: none}}")[1] == "`13-01` is not a day of the year"
    assert load("last_resort", "ana").people == ("ana",)
    assert complaint("last_resort", "{}") == (
        "",
        "the last resort names nobody",
        "write `last_resort: {people: [ana]}`",
    )
