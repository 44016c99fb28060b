"""From the spec to plans: regimes in force, periods of the spec, what is kept by choice."""

from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.domain.audit.regimes import in_force, plans
from surefoot.domain.audit.retention import Plans
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-4")

YEAR = timedelta(days=365)
DAY = timedelta(days=1)


def solved(folder: Path, compliance: str, audit: str = "{}", regimes: str = "{}") -> Plans:
    text = f"service: shop\ncompliance: [{compliance}]\naudit: {audit}\nregimes: {regimes}\n"
    return plans(resolved(folder, text))


@pytest.mark.parametrize(
    ("compliance", "least", "hot", "kept"),
    [
        ("gdpr", timedelta(), 2 * YEAR, 7 * YEAR),
        ("hipaa", 6 * YEAR, 6 * YEAR, 7 * YEAR),
        ("soc2", YEAR, YEAR, 2 * YEAR),
        ("pci-dss", YEAR, YEAR, 3 * YEAR),
        ("soc2, pci-dss, hipaa", 6 * YEAR, 6 * YEAR, 7 * YEAR),
        ("none", timedelta(), YEAR, 2 * YEAR),
    ],
)
def test_each_regime_is_kept_as_promised_and_the_strictest_of_several(
    compliance: str, least: timedelta, hot: timedelta, kept: timedelta, tmp_path: Path
):
    plan = solved(tmp_path, compliance).records
    assert (plan.min, plan.hot, plan.keep) == (least, hot, kept)


def test_a_regime_of_the_spec_counts_like_a_built_in_one(tmp_path: Path):
    plan = solved(tmp_path, "soc2, own", regimes="{own: {keep_at_least: 3y, keep_at_most: 4y, basis: Law}}").records
    assert (plan.min, plan.max, plan.keep) == (3 * YEAR, 4 * YEAR, 3 * YEAR)
    assert "own: Law" in plan.basis


def test_a_period_of_the_spec_replaces_the_choice_but_no_demand(tmp_path: Path):
    assert solved(tmp_path, "gdpr", "{retention: 1y}").records.keep == YEAR
    assert solved(tmp_path, "pci-dss", "{retention: 30d}").records.keep == YEAR


def test_a_category_changes_what_all_records_say_bound_by_bound(tmp_path: Path):
    found = solved(
        tmp_path,
        "none",
        "{retention: {all: {min: 5y, max: 9y}, categories: {debug: {min: 30d, basis: Own}, data: {hot: 1y}}}}",
    )
    assert (found.records.min, found.records.max) == (5 * YEAR, 9 * YEAR)
    assert (found.of("debug").min, found.of("debug").max) == (30 * DAY, 9 * YEAR)
    assert (found.of("data").min, found.of("data").hot) == (5 * YEAR, YEAR)
    assert found.of("authentication") == found.records


def test_a_hold_over_all_records_holds_every_category(tmp_path: Path):
    found = solved(tmp_path, "none", "{retention: {all: {legal_hold: true}, categories: {data: {max: 1y}}}}")
    assert found.of("data").hold
    assert found.of("data").max is None


def test_a_field_has_a_plan_of_its_own(tmp_path: Path):
    found = solved(tmp_path, "none", "{retention: {fields: {device: {max: 90d}}}}")
    assert found.fields["device"].max == 90 * DAY
    assert found.records.max is None


def test_regimes_of_the_log_join_those_of_the_workspace(tmp_path: Path):
    system = resolved(tmp_path, "service: shop\ncompliance: [gdpr]\naudit: {regimes: [soc2, gdpr]}\n")
    assert in_force(system) == ("gdpr", "soc2")


def test_the_policy_may_be_changed(tmp_path: Path):
    text = """
        service: shop
        compliance: [soc2]
        audit: {}
        policy: {audit: {regimes: {soc2: {archive: 3y}}}}
    """
    assert plans(resolved(tmp_path, text)).records.keep == 4 * YEAR
