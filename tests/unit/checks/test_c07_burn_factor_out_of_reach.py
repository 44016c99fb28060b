"""Legs that no outage can reach are told, with what stands in their place."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = "service: shop\nslos: {{availability: {{target: {target}, bad: e, total: t{more}}}}}\n"


@pytest.mark.req("INT-6", "SLO-3")
def test_replacement_is_named(tmp_path: Path):
    (finding,) = of("C07", SPEC.format(target="90%", more=""), tmp_path)
    assert finding.message == "at 90 % an outage burns 10 times too fast at most, below 14.4 over 1h (6 instead)"


def test_sloths_profile_keeps_what_never_fires(tmp_path: Path):
    text = SPEC.format(target="90%", more="") + "policy: {slo: {profile: sloth}}\n"
    (finding,) = of("C07", text, tmp_path)
    assert "kept as Sloth does, and never fires" in finding.message


def test_leg_without_a_lower_factor_is_left_out(tmp_path: Path):
    policy = "policy: {slo: {burn: fast, burn_policies: {fast: [{tier: page, long: 1h, short: 5m, factor: 14}]}}}\n"
    (finding,) = of("C07", SPEC.format(target="90%", more="") + policy, tmp_path)
    assert finding.message.endswith("below 14 over 1h (left out)")


@pytest.mark.parametrize(("target", "more"), [("94%", ""), ("90%", ", alerting: off")])
def test_reachable_or_silent_objective_is_fine(target: str, more: str, tmp_path: Path):
    assert of("C07", SPEC.format(target=target, more=more), tmp_path) == []
