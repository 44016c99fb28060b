"""Who may read the audit log, what they see, and that every read is itself recorded (AUD-5)."""

from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.audit.reading import granted
from surefoot.outputs import Output
from surefoot.outputs._audit import COMPLIANCE, concerned
from surefoot.outputs._markdown import bullets, page, table
from surefoot.spec.model.audit import Access
from surefoot.spec.model.incident import Review
from surefoot.spec.model.oncall import Person
from surefoot.spec.system import System

_ROLES = (
    ("operator", "events of its own services", "no", "no", "no"),
    ("auditor", "every event", "no", "yes", "no"),
    ("privacy-officer", "every event", "yes, for a stated purpose", "yes", "yes"),
)


def _render(system: System) -> Iterator[Artifact]:
    if concerned(system):
        yield Artifact(f"{COMPLIANCE}/audit-access.md", page(system, "Access to the audit log", _blocks(system)))


def _blocks(system: System) -> Iterator[str]:
    yield "## Roles"
    yield table(("Role", "Sees", "Opens personal values", "Takes proofs and exports", "Erases"), _ROLES)
    yield (
        "Everybody sees pseudonyms in place of users. Nobody changes or deletes a record: the database refuses it, "
        "and the tree would show it."
    )
    yield "## Grants"
    grants = system.spec.all("access", Access)
    if grants:
        yield table(
            ("Grant", "Role", "People", "Teams", "Services", "Categories", "Tenants", "Purpose"),
            [_grant(name, entry.model, system) for name, entry in grants.items()],
        )
    else:
        yield "**Nobody may read the log**: the spec has no section `access`."
    yield from _gaps([entry.model for entry in grants.values()])
    yield "## Every read is recorded"
    yield bullets(
        (
            "Who, which filter, which range and for what purpose is recorded **before** the answer, or there is none.",
            "Opening a personal value and every export are recorded alike, one by one.",
            "An answer says up to which record the index has read, and how long the log is: what lags is seen.",
        )
    )
    yield "## Reviews"
    yield from _reviews(system)


def _grant(name: str, access: Access, system: System) -> tuple[str, ...]:
    grant = granted(name, access, system)
    services = ", ".join(sorted(grant.services)) or "**none**" if grant.role == "operator" else "all"
    return (
        name,
        access.role,
        ", ".join(_person(person, system) for person in access.people),
        ", ".join(_team(team, system) for team in access.teams),
        services,
        ", ".join(access.categories) or "all",
        ", ".join(access.tenants) or "all",
        access.purpose or "",
    )


def _person(name: str, system: System) -> str:
    found = system.spec.all("people", Person).get(name)
    return found.model.name if found else name


def _team(name: str, system: System) -> str:
    team = system.teams.get(name)
    members = ", ".join(_person(each, system) for each in team.model.members) if team else ""
    return f"{(team.model.name if team else '') or name} ({members or 'no members'})"


def _gaps(grants: list[Access]) -> Iterator[str]:
    """Say what nobody can do."""
    roles = {grant.role for grant in grants}
    missing = []
    if "auditor" not in roles:
        missing.append("Nobody is an auditor: no one outside the services checks the log.")
    if "privacy-officer" not in roles:
        missing.append("Nobody is a privacy officer: requests of data subjects cannot be answered.")
    if missing:
        yield bullets(missing)


def _reviews(system: System) -> Iterator[str]:
    found = [
        (name, entry.model)
        for name, entry in system.spec.all("reviews", Review).items()
        if entry.model.subject == "access"
    ]
    if not found:
        yield "No review of these grants is declared (`reviews: {access: {subject: access, every: quarterly}}`)."
        return
    rows = [
        (
            name,
            review.every.every,
            ", ".join(_person(person, system) for person in review.people) or review.owner or "nobody named",
            review.description,
        )
        for name, review in found
    ]
    yield table(("Review", "Every", "By", "About"), rows)


OUTPUT = Output(
    "audit-access-document",
    "Who may read the audit log, what each role sees, and how reads are recorded; "
    "where a spec has `audit`, a regime, or personal data.",
    _render,
)
