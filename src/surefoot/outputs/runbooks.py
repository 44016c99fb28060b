"""Runbooks for the alerts that nobody wrote one for, and an index page for each kind of trouble (INC-9)."""

from collections.abc import Iterator, Mapping

from surefoot.artifact import Artifact
from surefoot.domain.rules.links import RUNBOOKS, fill
from surefoot.domain.rules.sources import exporters, latency, probed, requests
from surefoot.outputs import Output
from surefoot.outputs._catalog import Alert, alerts
from surefoot.outputs._escalation import Duty, duty
from surefoot.outputs._markdown import bullets, code, fence, page, table, under
from surefoot.outputs._runbook_texts import Step, Texts, all_texts, filled
from surefoot.outputs.prometheus_config import address_of
from surefoot.promql.duration import format_duration
from surefoot.promql.selector import Selector
from surefoot.spec.system import Service, System

Facts = Mapping[str, str]

_CONFIRM = "**This changes the system: get a confirmation, then run one line at a time.**"
_HTTPS = "https://"


def _render(system: System) -> Iterator[Artifact]:
    pages: dict[str, list[Alert]] = {}
    texts, on_duty = all_texts(), duty(system)
    for service in system.services.values():
        facts = _facts(service, system)
        books: dict[str, list[Alert]] = {}
        for alert in alerts(service, system):
            if "runbook_url" in alert.rule.annotations:
                pages.setdefault(texts[alert.kind].page, []).append(alert)
            if alert.runbook:
                books.setdefault(alert.runbook, []).append(alert)
        for path, tiers in books.items():
            blocks = _blocks(tiers, texts[tiers[0].kind], facts, on_duty)
            yield Artifact(path, page(system, tiers[0].rule.name, blocks))
    written = {book.path for book in system.runbooks.values()}
    for name in sorted(pages):
        path = f"{RUNBOOKS}/{name}.md"
        if not any(other.endswith(path) for other in written):
            yield Artifact(path, _index(name, pages[name], system))


def _blocks(tiers: list[Alert], texts: Texts, facts: Facts, on_duty: Duty) -> Iterator[str]:
    """Write the runbook of one alert, whose tiers differ in priority and windows."""
    yield f"{texts.title}. {filled(texts.means, facts)}"
    yield _metadata(tiers, texts, on_duty)
    yield "## Symptoms"
    yield bullets(text for symptom in texts.symptoms if (text := filled(symptom, facts)))
    yield "## Diagnosis"
    yield _diagnosis(tiers[0], texts, facts)
    yield "## Common causes"
    yield table(("Cause", "How to check", "Fix"), texts.causes)
    yield "## Resolution"
    yield from _resolution(texts, facts)
    yield "## Verification"
    yield "\n".join(f"- [ ] {text}" for check in texts.verify if (text := filled(check, facts)))
    yield "## Escalation"
    yield from _escalation(tiers[0].service, on_duty)


def _metadata(tiers: list[Alert], texts: Texts, on_duty: Duty) -> str:
    rule, service = tiers[0].rule, tiers[0].service
    priorities = sorted({alert.priority for alert in tiers if alert.priority})
    severities = dict.fromkeys(alert.rule.labels.get("severity", "") for alert in tiers)
    rows = [
        ("Alert", code(rule.name)),
        ("Service", service.name),
        ("Team", service.owner or "none"),
        ("Priority", "; ".join(f"{each}, answer {on_duty.respond(each)}" for each in priorities)),
        ("Severity", ", ".join(severities)),
        ("Kind", f"[{texts.page}](../{texts.page}.md)"),
    ]
    for key, title in (("dashboard_url", "Dashboard"), ("logs_url", "Logs"), ("traces_url", "Traces")):
        if key in rule.annotations:
            rows.append((title, f"<{rule.annotations[key]}>"))
    return table(("", ""), rows)


def _diagnosis(first: Alert, texts: Texts, facts: Facts) -> str:
    lasting = f" for {format_duration(first.rule.lasting)}" if first.rule.lasting else ""
    sees = f"See what the alert sees; it fires when this returns something{lasting}."
    found = [(sees, fence("promql", first.rule.expr))]
    found += [(step.say, block) for step in texts.steps if (block := _step(step, facts))]
    return "\n\n".join(f"{number}. {say}\n\n{under(block)}" for number, (say, block) in enumerate(found, 1))


def _step(step: Step, facts: Facts) -> str | None:
    text = filled(step.code, facts)
    if text is None:
        return None
    return f"<{text}>" if step.language == "link" else fence(step.language, text)


def _resolution(texts: Texts, facts: Facts) -> Iterator[str]:
    for way in texts.ways:
        text = filled(way.code, facts)
        if text:
            yield f"### {way.title}"
            yield way.when
            yield _CONFIRM
            yield fence("sh", text)


def _escalation(service: Service, on_duty: Duty) -> Iterator[str]:
    rungs = on_duty.ladder(service)
    if rungs:
        rows = [(rung.after, rung.who, rung.priorities) for rung in rungs]
        yield table(("After", "Whom", "Priorities"), rows)
        return
    yield f"No escalation is declared for {service.name}: add `escalation:` to the spec."
    known = on_duty.people(service)
    if known:
        yield bullets(known)


def _index(name: str, found: list[Alert], system: System) -> str:
    texts = next(texts for texts in all_texts().values() if texts.page == name)
    rows = dict.fromkeys((alert.service.name, code(alert.rule.name), alert.priority, _link(alert)) for alert in found)
    kinds = dict.fromkeys(all_texts()[alert.kind].title for alert in found)
    title = texts.title if len(kinds) == 1 else "; ".join(kinds)
    return page(system, name, [f"{title}.", table(("Service", "Alert", "Priority", "Runbook"), rows)])


def _link(alert: Alert) -> str:
    if alert.runbook:
        path = alert.runbook.removeprefix(f"{RUNBOOKS}/")
        return f"[{path}]({path})"
    return code(alert.rule.annotations.get("runbook_url", ""))


def _facts(service: Service, system: System) -> Facts:
    """Collect what the spec knows about a service, for the gaps of the texts."""
    model, names = service.model, system.policy.metrics
    facts = {"service": service.name, "metrics_path": model.metrics_path}
    if service.matchers:
        facts["up"] = Selector("up", service.matchers).render()
    if model.targets:
        facts["target"] = address_of(model.targets[0])
    counted, histogram = requests(service, names), latency(service, names)
    if counted:
        facts["total"] = counted.total.render()
        if counted.bad:
            facts["bad"] = counted.part.render()
    if histogram and not histogram.native:
        base = histogram.selector.metric.removesuffix("_bucket").removesuffix("_count")
        facts["bucket"] = Selector(f"{base}_bucket", histogram.selector.without("le").matchers).render()
    facts.update(_addresses(service))
    for kind in ("node", "cadvisor", "postgres"):
        for exporter in exporters(service, kind)[:1]:
            facts[kind] = ",".join(matcher.render() for matcher in exporter.matchers)
    for key, template in (("logs", system.links.logs), ("traces", system.links.traces)):
        if template:
            facts[key] = fill(template, service.name)
    return facts


def _addresses(service: Service) -> Iterator[tuple[str, str]]:
    addresses = probed(service)
    if addresses:
        yield "health", addresses[-1]
    secure = next((address for address in addresses if address.startswith(_HTTPS)), None)
    if secure:
        host = address_of(secure)
        yield "hostname", host.partition(":")[0]
        yield "host", host if ":" in host else f"{host}:443"


OUTPUT = Output(
    "runbooks",
    "A runbook for each alert that has none written by hand, and an index for each kind of trouble.",
    _render,
)
