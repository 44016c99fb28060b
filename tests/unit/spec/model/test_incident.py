from datetime import time

import pytest

from tests.unit.spec.model.complaint import complaint, load


def test_a_component_of_the_status_page_stands_for_a_service_or_a_journey():
    page = load("status_page", "{title: Shop, components: {Checkout: checkout, Orders: {journey: place-order}}}")
    assert (page.components["Checkout"].service, page.components["Orders"].journey) == ("checkout", "place-order")


@pytest.mark.parametrize(
    ("text", "every", "day", "at"),
    [
        ("weekly mon 09:30", "weekly", "mon", time(9, 30)),
        ("monthly", "monthly", None, None),
        ("quarterly 10:00", "quarterly", None, time(10)),
    ],
)
def test_a_cadence_has_parts(text, every, day, at):
    cadence = load("reviews", f"{{subject: targets, every: {text}}}").every
    assert (cadence.every, cadence.day, cadence.at) == (every, day, at)


@pytest.mark.parametrize(
    ("section", "text", "message", "cure"),
    [
        ("maintenance", "{reason: upgrade, weekly: sun 02:00-04:00}", "the maintenance would silence everything",
         "name `services`, `environments`, `regions` or `labels`"),
        ("maintenance", "{reason: upgrade, services: db, from: 2026-11-01}", "the maintenance has no end",
         "write `from` and `until`, or `weekly: sun 02:00-04:00`"),
        ("maintenance", "{reason: upgrade, services: db, from: 2026-11-02, until: 2026-11-01}",
         "`until` is not after `from`", "write the earlier moment at `from`; `until` is excluded"),
        ("reviews", "{subject: targets, every: 2w}", "`2w` is not a cadence",
         "write `weekly mon 09:30` or `monthly` or `quarterly`"),
        ("status_page", "{title: Shop, components: {A: {description: x}}}", "what the component stands for is missing",
         "write `service: checkout`"),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_with_a_cure(section, text, message, cure):
    assert complaint(section, text)[1:] == (message, cure)


def test_a_once_only_maintenance_has_both_ends():
    load(
        "maintenance", "{reason: move, regions: eu, from: 2026-11-01 22:00, until: 2026-11-02 02:00, status_page: true}"
    )


def test_incidents_choose_among_the_policy():
    entry = load(
        "incidents",
        """
        audiences: {staff: {channels: ops, severities: [SEV1]}}
        severities: {normal: {P1: SEV2}}
        group_by: cluster
        """,
    )
    assert entry.severities == {"normal": {"P1": "SEV2"}}
    assert entry.audiences["staff"].channels == ("ops",)
