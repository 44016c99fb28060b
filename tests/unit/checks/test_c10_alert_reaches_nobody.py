"""A team that alerts cannot reach is told before the night in which they should."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of

SPEC = """
service: shop
owner: web
people: {{ana: {{name: Ana}}}}
teams:
  web: {{name: Web{team}}}
{more}
"""
PAGER = "links: {surefoot: http://surefoot:8000}"


@pytest.mark.parametrize(
    ("team", "more"),
    [
        (', chat: "slack:#web"', ""),
        (", email: web@shop.example", ""),
        ("", "channels: {ops: {slack: env:SLACK}}"),
        ("", '  ops: {chat: "slack:#ops", default: true}'),
        (', members: [ana], chat: "slack:#web"', PAGER),
        (', chat: "slack:#web"', f"{PAGER}\nlast_resort: ana"),
    ],
)
def test_team_with_a_way_is_fine(team: str, more: str, tmp_path: Path):
    assert of("C10", SPEC.format(team=team, more=more), tmp_path) == []


@pytest.mark.req("ALR-1")
@pytest.mark.parametrize(
    ("team", "more", "message", "cure"),
    [
        ("", "", "alerts of `shop` reach nobody of the team `web`", "give it a way"),
        ("", '  ops: {chat: "slack:#ops"}', "alerts of `shop` reach nobody of the team `web`", "give it a way"),
        (
            ', chat: "slack:#web"',
            PAGER,
            "pages of `shop` reach nobody of the team `web`",
            "give it `members: [ana]`",
        ),
    ],
)
def test_team_without_a_way_is_reported(team: str, more: str, message: str, cure: str, tmp_path: Path):
    (finding,) = of("C10", SPEC.format(team=team, more=more), tmp_path)
    assert finding.message == message
    assert finding.cure.startswith(cure)
