"""Prometheus rule files, read as Prometheus reads them: nothing unknown, every expression parsed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches

from surefoot.finding import Finding, Role, Severity, Span
from surefoot.promql.duration import parse_duration
from surefoot.promql.error import PromqlError
from surefoot.promql.parse import parse
from surefoot.spec.embedded import inside
from surefoot.spec.rulefile import Rule, RuleFile, RuleGroup
from surefoot.spec.source import Document, Origin, Value

# What stands beside `groups` in a server's own configuration; whoever writes it there is told by L19.
SERVER_KEYS = frozenset({"global", "scrape_configs", "rule_files", "alerting", "remote_write", "remote_read"})

_FILE_KEYS = ("groups", "namespace")
# The last four are those of Thanos, Mimir and Prometheus 3.
_GROUP_KEYS = (
    "name", "rules", "interval", "limit", "labels", "query_offset", "partial_response_strategy",
    "source_tenants", "evaluation_delay",
)  # fmt: skip
_RULE_KEYS = ("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations")
_RECORD_FORBIDS = ("for", "keep_firing_for", "annotations")
_WHY_KEY = "Prometheus refuses a rule file with a key it does not know, and keeps none of its rules"
_WHY_VALUE = "Prometheus refuses the whole file, and none of its rules runs"


def is_rules(value: Value) -> bool:
    """Tell whether a document holds Prometheus rules: a rule file, or a Kubernetes ``PrometheusRule``."""
    if not isinstance(value, dict):
        return False
    if value.get("kind") == "PrometheusRule":
        spec = value.get("spec")
        return isinstance(spec, dict) and "groups" in spec
    return isinstance(value.get("groups"), list)


def read_rules(documents: Sequence[Document]) -> tuple[list[RuleFile], list[Finding]]:
    """Read documents of which `is_rules` is true.

    Rules that cannot be read are left out; one whose PromQL does not parse is kept, so that the other
    rules that refer to it are still judged.

    Returns:
        A file for each document, and what is wrong in them: S05 (unknown key), S06 (wrong type), S09 (PromQL).
    """
    reader = _Reader()
    return [reader.file(document) for document in documents], reader.findings


class _Reader:
    """Reads documents and collects what is wrong."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def file(self, document: Document) -> RuleFile:
        origin, value = Origin(document, ()), document.value
        assert isinstance(value, dict)
        if value.get("kind") == "PrometheusRule":
            origin, spec = Origin(document, ("spec",)), value["spec"]
            assert isinstance(spec, dict)
            self._known(origin, spec, ("groups",))
            value = spec
        elif not SERVER_KEYS & value.keys():
            self._known(origin, value, _FILE_KEYS)
        groups = self._list(origin, value, "groups")
        return RuleFile(
            document.file,
            tuple(g for i, item in enumerate(groups) if (g := self._group(_below(origin, "groups", i), item))),
        )

    def _group(self, origin: Origin, value: Value) -> RuleGroup | None:
        if not isinstance(value, dict):
            self._wrong(origin.span(), "a group must be a mapping", "write `name:` and `rules:`")
            return None
        self._known(origin, value, _GROUP_KEYS)
        name = self._text(origin, value, "name")
        if not name:
            self._missing(origin, "name", "write `name: ...`, unique in its file")
        rules = self._list(origin, value, "rules")
        return RuleGroup(
            name=name,
            rules=tuple(r for i, item in enumerate(rules) if (r := self._rule(_below(origin, "rules", i), item))),
            interval=self._duration(origin, value, "interval"),
            origin=origin,
        )

    def _rule(self, origin: Origin, value: Value) -> Rule | None:
        if not isinstance(value, dict):
            self._wrong(origin.span(), "a rule must be a mapping", "write `record:` or `alert:`, and `expr:`")
            return None
        self._known(origin, value, _RULE_KEYS)
        if ("record" in value) == ("alert" in value):
            found = "both `record` and `alert`" if "record" in value else "neither `record` nor `alert`"
            self._wrong(origin.span(), f"a rule has {found}", "write one of the two")
            return None
        kind = "record" if "record" in value else "alert"
        for key in _RECORD_FORBIDS if kind == "record" else ():
            if key in value:
                self._wrong(
                    origin.span(key, key=True),
                    f"a recording rule has no `{key}`",
                    "remove it, or move it to an alert",
                )
        name, expr = self._text(origin, value, kind), self._text(origin, value, "expr")
        if not expr.strip():
            self._missing(origin, "expr", "write `expr:` with a PromQL expression")
            return None
        self._parse(origin, expr)
        return Rule(
            kind="record" if kind == "record" else "alert",
            name=name,
            expr=expr,
            labels=self._texts(origin, value, "labels"),
            annotations=self._texts(origin, value, "annotations"),
            lasting=self._duration(origin, value, "for"),
            keep_firing_for=self._duration(origin, value, "keep_firing_for"),
            origin=origin,
        )

    def _parse(self, origin: Origin, expr: str) -> None:
        try:
            parse(expr)
        except PromqlError as error:
            place = inside(origin.document, (*origin.path, "expr"), (error.start, error.end))
            self._report(
                "S09",
                place,
                f"PromQL: {error.message}",
                _WHY_VALUE,
                "mend the expression at the marked place",
            )

    def _known(self, origin: Origin, value: Mapping[str, Value], keys: Sequence[str]) -> None:
        for key in value:
            if key not in keys:
                close = get_close_matches(key, keys, 1, 0.6)
                cure = f"did you mean `{close[0]}`?" if close else f"remove it; known here: {', '.join(keys)}"
                self._report("S05", origin.span(key, key=True), f"unknown key `{key}`", _WHY_KEY, cure)

    def _list(self, origin: Origin, value: Mapping[str, Value], key: str) -> Sequence[Value]:
        found = value.get(key)
        if isinstance(found, list):
            return found
        if found is not None:
            self._wrong(origin.span(key), f"`{key}` must be a list", f"write `{key}:` and `- ...` below it")
        return ()

    def _text(self, origin: Origin, value: Mapping[str, Value], key: str) -> str:
        found = value.get(key)
        if found is None or isinstance(found, list | dict):
            if key in value:
                self._wrong(origin.span(key), f"`{key}` must be text", "put it into quotes")
            return ""
        return _scalar(found)

    def _texts(self, origin: Origin, value: Mapping[str, Value], key: str) -> dict[str, str]:
        found = value.get(key)
        if not isinstance(found, dict):
            if found is not None:
                self._wrong(origin.span(key), f"`{key}` must be a mapping", "write `key: value` pairs below it")
            return {}
        for name, item in found.items():
            if isinstance(item, list | dict):
                self._wrong(origin.span(key, name), f"`{name}` must be text", "put it into quotes")
        return {name: _scalar(item) for name, item in found.items() if not isinstance(item, list | dict)}

    def _duration(self, origin: Origin, value: Mapping[str, Value], key: str) -> timedelta | None:
        found = value.get(key)
        if found is None:
            return None
        try:
            return parse_duration(_scalar(found) if not isinstance(found, list | dict) else "")
        except ValueError as error:
            unit = f", such as `{found}s`" if isinstance(found, int) else ", such as `5m`"
            self._wrong(origin.span(key), str(error), f"write a number and a unit{unit}")
            return None

    def _missing(self, origin: Origin, key: str, cure: str) -> None:
        self._wrong(origin.span(), f"`{key}` is missing", cure)

    def _wrong(self, span: Span, message: str, cure: str) -> None:
        self._report("S06", span, message, _WHY_VALUE, cure)

    def _report(self, rule: str, span: Span, message: str, why: str, cure: str) -> None:
        self.findings.append(Finding(rule, Severity.ERROR, span, message, why, cure, Role.PLATFORM))


def _below(origin: Origin, key: str, index: int) -> Origin:
    return Origin(origin.document, (*origin.path, key, index))


def _scalar(value: Value) -> str:
    """Write a plain scalar as the text that Prometheus reads in its place."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
