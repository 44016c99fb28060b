"""Examines groups of rules that a test writes in a few words."""

from surefoot.checks import examine_rules
from surefoot.finding import Finding
from surefoot.promql.quote import quote
from surefoot.spec.rules import is_rules, read_rules
from surefoot.spec.source import parse

RATIO = 'sum(rate(http_requests_total{{job="a",code=~"5.."}}[{w}])) / sum(rate(http_requests_total{{job="a"}}[{w}]))'
HOUR, FIVE = RATIO.format(w="1h"), RATIO.format(w="5m")


def findings(text: str) -> list[Finding]:
    """Return all findings about a rule file."""
    documents, problems = parse("r.yml", text.encode())
    files, refused = read_rules([document for document in documents if is_rules(document.value)])
    return [*problems, *refused, *examine_rules(files)]


def of(rule: str, *rules: str) -> list[str]:
    """Return the messages of one rule about a group of rules."""
    return [found.message for found in findings(group(*rules)) if found.rule == rule]


def group(*rules: str) -> str:
    """Write a rule file of one group."""
    return "groups:\n- name: g\n  rules:\n" + "".join(f"  - {rule}\n" for rule in rules)


def alert(expr: str, more: str = "", name: str = "A") -> str:
    """Write an alert in flow style."""
    return f"{{alert: {name}, expr: {quote(expr)}{more and ', ' + more}}}"


def record(name: str, expr: str, more: str = "") -> str:
    """Write a recording rule in flow style."""
    return f"{{record: {quote(name)}, expr: {quote(expr)}{more and ', ' + more}}}"
