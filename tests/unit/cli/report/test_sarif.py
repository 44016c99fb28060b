import json as standard_json

import pytest

from surefoot.checks import all_checks
from surefoot.cli.report import sarif
from surefoot.finding import Finding, Span
from tests.unit.cli.report.reported import ERROR, INFO, LINES, QUESTION


@pytest.mark.req("INT-4")
def test_sarif_log_refers_to_its_rules_and_places():
    log = standard_json.loads(sarif.render([ERROR, QUESTION, INFO], LINES, version="1.2.3"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("Surefoot", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == ["I01", "L02", "L14"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "rules.yml"},
        "region": {
            "startLine": 2,
            "startColumn": 12,
            "endLine": 2,
            "endColumn": 16,
            "snippet": {"text": LINES["rules.yml"][1]},
        },
    }
    assert "locations" not in run["results"][1]


def test_sarif_rule_has_the_page_of_the_rule():
    (run,) = standard_json.loads(sarif.render([ERROR], LINES, version="1"))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    check = all_checks()["L02"]
    assert rule["shortDescription"]["text"] == check.name
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert "## Use instead" in rule["help"]["markdown"]


def test_sarif_fingerprint_survives_lines_added_above():
    moved = {"rules.yml": ("", *LINES["rules.yml"])}
    below = Finding(**{f: getattr(ERROR, f) for f in Finding.__slots__} | {"span": Span("rules.yml", 3, 12, 3, 16)})
    prints = [
        standard_json.loads(sarif.render([finding], lines, version="1"))["runs"][0]["results"][0]["partialFingerprints"]
        for finding, lines in ((ERROR, LINES), (below, moved))
    ]
    assert prints[0] == prints[1]
