import json as standard_json

import pytest

from surefoot.cli.report import json
from tests.unit.cli.report.reported import ERROR, LINES, QUESTION


@pytest.mark.req("INT-4")
def test_json_has_stable_keys():
    content = standard_json.loads(json.render([ERROR, QUESTION], LINES, ignored=1))
    assert list(content) == ["decision", "counts", "findings"]
    assert content["decision"] == "BLOCK"
    assert content["counts"] == {"error": 1, "question": 1, "warning": 0, "info": 0, "ignored": 1}
    assert content["findings"][0] == {
        "rule": "L02",
        "severity": "error",
        "file": "rules.yml",
        "line": 2,
        "column": 12,
        "end_line": 2,
        "end_column": 16,
        "message": "θ = 1.44",
        "why": "it is dead",
        "cure": "write `6`",
        "ask": "platform team",
        "default": "",
        "subject": "shop/api",
    }
    assert content["findings"][1]["file"] is None
    assert content["findings"][1]["default"] == "nobody"
