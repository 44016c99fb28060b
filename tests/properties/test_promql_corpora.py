import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from surefoot.promql.normal import normalise
from surefoot.promql.parse import parse

CORPORA = os.environ.get("SUREFOOT_CORPORA", "")
needs_corpora = pytest.mark.skipif(not CORPORA, reason="set SUREFOOT_CORPORA to the folder of public test data")
EVALUATION = re.compile(r"eval(?:_fail|_ordered)? (?:instant(?: at \S+)?|range from \S+ to \S+ step \S+)\s+(.+)")


def promqltest_expressions() -> Iterator[str]:
    for path in sorted(Path(CORPORA, "promql-2.42").glob("*.test")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("eval"):
                match = EVALUATION.fullmatch(line.strip())
                assert match, line
                yield match[1]


def rule_expressions() -> Iterator[str]:
    for path in sorted(Path(CORPORA, "rules").rglob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        groups = content.get("groups", []) if isinstance(content, dict) else content
        for group in groups or []:
            yield from (str(rule["expr"]) for rule in group["rules"])


@needs_corpora
@pytest.mark.req("INT-6")
def test_every_evaluation_of_the_public_prometheus_tests_parses():
    expressions = [*promqltest_expressions()]
    assert len(expressions) == 566
    for expression in expressions:
        parse(expression)


@needs_corpora
@pytest.mark.req("INT-6")
def test_every_expression_of_the_public_rules_parses():
    expressions = [*rule_expressions()]
    assert len(expressions) > 100
    for expression in expressions:
        parse(expression)


@needs_corpora
def test_normal_form_of_public_expressions_is_stable():
    for expression in (*promqltest_expressions(), *rule_expressions()):
        form = normalise(expression)
        assert normalise(form) == form
