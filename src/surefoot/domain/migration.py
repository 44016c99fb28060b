"""From a foreign format to Surefoot's own: the files, and the proof that the same rules follow from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from surefoot.domain.rules.groups import groups
from surefoot.finding import Finding
from surefoot.promql.normal import normalise
from surefoot.spec.decode import Decoder
from surefoot.spec.entry import Entry
from surefoot.spec.formats import Foreign, Format
from surefoot.spec.model.service import Service
from surefoot.spec.resolve import resolve
from surefoot.spec.rulefile import Rule
from surefoot.spec.source import Document, Value, parse
from surefoot.spec.system import Slo, System
from surefoot.spec.write import service_yaml
from surefoot.spec.yaml_text import write_yaml

_ABOUT_THE_GENERATOR = "sloth_slo_info"  # says which program wrote the rules, and fires nothing


@dataclass(frozen=True, slots=True)
class Proof:
    """How the rules before compare with those after, by the meaning of their expressions.

    Attributes:
        profile: In which profile both were compiled.
        rules: How many rules there were.
        different: The names of those that differ, sorted; empty if firing is unchanged.
    """

    profile: str
    rules: int
    different: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Migration:
    """What was carried over.

    Attributes:
        services: Name of a service to the text of its file.
        policy: Changes of the policy that belong to them.
        slos: The objectives, sorted by their subject.
        findings: What could not be carried over, or means something else now.
        proof: That the same rules follow.
        added: Alerts that the default profile adds to those of the profile of the proof, sorted.
        system: The services as they are now, resolved.
    """

    services: Mapping[str, str]
    policy: Mapping[str, Value]
    slos: tuple[Slo, ...]
    findings: tuple[Finding, ...]
    proof: Proof
    added: tuple[str, ...]
    system: System

    def workspace(self, name: str, include: Sequence[str]) -> str:
        """Write the first file of a workspace that holds the policy."""
        said: dict[str, Value] = {"surefoot": 1, "workspace": name}
        if self.policy:
            said["policy"] = dict(self.policy)
        if include:
            said["include"] = list(include)
        return write_yaml([said])


def migrate(found: Format, documents: Sequence[Document], *, owner: str | None = None) -> Migration:
    """Carry the services and objectives of foreign documents over.

    Args:
        found: Their format.
        documents: All of that format, as they may refer to each other.
        owner: The team of services that name none.
    """
    read = found.read(documents)
    entries = {entry.name: _own(entry, owner) for entry in read.services}
    services = {name: service_yaml(entry) for name, entry in sorted(entries.items())}
    profile = "sloth" if found.name == "sloth" else "accurate"
    before = _resolved(read, documents, profile)
    after = _reread(services, read.policy, profile)
    default = _reread(services, read.policy, "accurate")
    return Migration(
        services=services,
        policy=read.policy,
        slos=tuple(slo for service in default.services.values() for slo in service.slos.values()),
        findings=read.findings,
        proof=_prove(profile, before, after),
        added=tuple(sorted(_alerts(default) - _alerts(after))),
        system=default,
    )


def _own(entry: Entry[Service], owner: str | None) -> Entry[Service]:
    """Say what Surefoot's own format would otherwise assume: that the series have ``job="<service>"``."""
    model = entry.model
    changes = {"selector": model.selector or {}, "owner": model.owner or owner}
    return Entry(entry.name, model.model_copy(update=changes), entry.origin)


def _resolved(read: Foreign, documents: Sequence[Document], profile: str) -> System:
    decoder = Decoder()
    decoder.take(documents, read.services)
    return resolve(decoder.spec(()), read.policy, _profile(profile))[0]


def _reread(services: Mapping[str, str], policy: Mapping[str, Value], profile: str) -> System:
    """Read what was written, as a check will."""
    decoder = Decoder()
    for name, text in services.items():
        for document in parse(f"services/{name}.yaml", text.encode())[0]:
            decoder.add(document)
    return resolve(decoder.spec(()), policy, _profile(profile))[0]


def _profile(name: str) -> dict[str, Value]:
    return {"slo": {"profile": name}}


def _prove(profile: str, before: System, after: System) -> Proof:
    left, right = (set(_meanings(system)) for system in (before, after))
    return Proof(profile, len(left), tuple(sorted({name for name, _ in left ^ right})))


def _meanings(system: System) -> Iterator[tuple[str, object]]:
    for service in system.services.values():
        for group in groups(service, system):
            for rule in group.rules:
                if rule.name != _ABOUT_THE_GENERATOR:
                    yield rule.name, (group.name, group.interval, _meaning(rule))


def _meaning(rule: Rule) -> object:
    labels, annotations = (tuple(sorted(said.items())) for said in (rule.labels, rule.annotations))
    return rule.kind, normalise(rule.expr), labels, annotations, rule.lasting, rule.keep_firing_for


def _alerts(system: System) -> set[str]:
    return {
        rule.name
        for service in system.services.values()
        for group in groups(service, system)
        for rule in group.rules
        if rule.kind == "alert"
    }
