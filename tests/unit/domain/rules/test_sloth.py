"""Profile ``sloth`` against the rules that Sloth itself wrote for the same specs."""

from datetime import date
from pathlib import Path

import pytest

from surefoot import api
from surefoot.domain.rules.groups import groups
from surefoot.promql.normal import equal
from surefoot.spec.rulefile import Rule, RuleGroup
from surefoot.spec.rules import read_rules
from surefoot.spec.source import parse

EXAMPLES = (
    "getting-started",
    "home-wifi",
    "kubernetes-apiserver",
    "multifile",
    "no-alerts",
    "openslo-getting-started",
)
# Labels that name the generator (`cmd` is an extra label of the script that made the examples).
GENERATOR = frozenset({"cmd", "sloth_version"})


def ours(path: Path) -> list[RuleGroup]:
    system = api.load([path], today=date(2026, 1, 1), policy={"slo": {"profile": "sloth"}})
    found = [group for service in system.services.values() for group in groups(service, system)]
    return [group for group in found if group.name.startswith("sloth-slo-")]


def theirs(path: Path) -> list[RuleGroup]:
    documents, problems = parse(path.name, path.read_bytes())
    assert not problems
    files, problems = read_rules(documents)
    assert not problems
    return [group for file in files for group in file.groups]


def labels(rule: Rule) -> dict[str, str]:
    return {name: value for name, value in rule.labels.items() if name not in GENERATOR}


def spoken(annotations: dict[str, str]) -> dict[str, str]:
    """Set aside how a long line was folded."""
    return {name: " ".join(value.split()) for name, value in annotations.items()}


@pytest.mark.req("SLO-9", "PLT-4")
@pytest.mark.parametrize("example", EXAMPLES)
def test_rules_mean_what_sloths_own_mean(corpora: Path, example: str):
    folder = corpora / "sloth-examples"
    made = {group.name: group for group in ours(folder / f"{example}.yml")}
    expected = {group.name: group for group in theirs(folder / "expected" / f"{example}.yml")}
    assert expected
    assert sorted(made) == sorted(expected)
    for name, group in expected.items():
        assert [(rule.kind, rule.name) for rule in made[name].rules] == [
            (rule.kind, rule.name) for rule in group.rules
        ], name
        for mine, other in zip(made[name].rules, group.rules, strict=True):
            where = f"{name}: {other.name}"
            assert equal(mine.expr, other.expr), f"{where}\n{mine.expr}\n{other.expr}"
            assert labels(mine) == labels(other), where
            assert spoken(dict(mine.annotations)) == spoken(dict(other.annotations)), where
            assert mine.lasting == other.lasting, where
