"""Explain a rule: what it finds, why that matters, and what to write instead.

RULE is an id such as `L01`, in any case; without one, all rules are listed.
"""

import json
from collections.abc import Iterable

import click

from surefoot.checks import Check, all_checks
from surefoot.checks._page import Page, pages
from surefoot.cli import _choice, _options


@click.command(help=__doc__)
@click.argument("rule", required=False)
@_options.as_json
def explain(rule: str | None, form: str) -> None:
    rules = all_checks()
    if rule is None:
        shown = _listed(rules.values()) if form == "text" else _json([_facts(check) for check in rules.values()])
    else:
        check = rules.get(rule.upper())
        if check is None:
            raise _choice.unknown("rule", rule.upper(), rules, "`surefoot explain` lists all rules")
        page = pages().get(check.id)
        shown = _page(check, page) if form == "text" else _json(_facts(check) | _written(page))
    click.echo(shown)


def _page(check: Check, page: Page | None) -> str:
    lines = [f"{check.id}: {check.name}", f"{check.severity}; ask: {check.ask}"]
    if check.needs:
        lines.append(f"not decided in full: {check.needs}")
    if page:
        lines += ["", page.text.partition("\n")[2].strip()]
    return "\n".join(lines)


def _listed(rules: Iterable[Check]) -> str:
    return "\n".join(f"{check.id:<5}{check.severity:<10}{check.name}" for check in rules)


def _facts(check: Check) -> dict[str, str]:
    return {
        "id": check.id,
        "name": check.name,
        "severity": check.severity,
        "why": check.why,
        "ask": check.ask,
        "needs": check.needs,
    }


def _written(page: Page | None) -> dict[str, str]:
    return {"text": page.text, "example": page.example, "instead": page.instead} if page else {}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


COMMAND = explain
