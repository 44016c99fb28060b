"""How noisy alerts are."""

from datetime import UTC, datetime

import pytest

from surefoot.domain.alerts.noise import Paged, noise

T = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.req("ALR-5")
def test_the_alert_with_most_pages_for_nothing_comes_first():
    pages = (
        [Paged("disk", T, acted=False)] * 3
        + [Paged("down", T, acted=True)] * 4
        + [Paged("disk", T, acted=True, flapping=True)]
    )
    first, second = noise(pages, 2)
    assert (first.alert, first.pages, first.acted, first.flapping, first.per_shift, first.share) == (
        "disk", 4, 1, 1, 2.0, 0.25,
    )  # fmt: skip
    assert (second.alert, second.share) == ("down", 1.0)


@pytest.mark.req("ALR-5")
def test_without_pages_there_is_no_noise():
    assert noise([], 0) == ()
