"""Who may read what of the log (AUD-5).

| role | sees |
|---|---|
| operator | events of its own services; pseudonyms |
| auditor | every event, with proofs; pseudonyms |
| privacy officer | every event; opens personal values for a purpose, and erases them |
"""

from dataclasses import dataclass
from typing import Literal

from surefoot.domain.audit import places
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.commitment import is_concealed
from surefoot.domain.audit.drafting import personal
from surefoot.domain.audit.record import Event
from surefoot.spec.model.audit import Access
from surefoot.spec.system import System

HIDDEN = "(personal)"

Role = Literal["operator", "auditor", "privacy-officer"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person may read.

    Attributes:
        name: Of the entry of ``access``.
        services: Of which an operator sees events; other roles are not limited to services.
        categories: To which it is limited; to none if empty.
        tenants: Whose logs may be read; all of them if empty.
    """

    name: str
    role: Role
    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()

    @property
    def opens(self) -> bool:
        """Tell whether it may open personal values, and erase them."""
        return self.role == "privacy-officer"

    @property
    def proofs(self) -> bool:
        """Tell whether it may take proofs and exports with it."""
        return self.role != "operator"


def grants(system: System, person: str) -> list[Grant]:
    """List what a person may read, by the section ``access``."""
    teams = {name for name, team in system.teams.items() if person in team.model.members}
    found = []
    for name, entry in system.spec.all("access", Access).items():
        if person in entry.model.people or teams & set(entry.model.teams):
            found.append(granted(name, entry.model, system))
    return found


def granted(name: str, access: Access, system: System) -> Grant:
    """Read one entry of ``access``.

    An operator's own services are those that the entry names, else those that its teams own, else those
    owned by the teams to which its people belong.
    """
    return Grant(
        name=name,
        role=access.role,
        services=frozenset(access.services or _owned(access, system)) if access.role == "operator" else frozenset(),
        categories=frozenset(access.categories),
        tenants=frozenset(access.tenants),
    )


def mask(event: Event, grant: Grant, catalogue: Catalogue) -> Event | None:
    """Show an event as the role sees it.

    Personal values stand in the log as pseudonyms already; those of events that were taken over in the
    clear are replaced for everybody but the privacy officer.

    Returns:
        The event, or None where it is not for this reader.
    """
    if grant.categories and event.action.category not in grant.categories:
        return None
    if grant.role == "operator" and service(event) not in grant.services:
        return None
    found = catalogue.types.get(event.action.type)
    if grant.opens or found is None:
        return event
    clear = [one.field for one in personal(found, event) if not is_concealed(one.value)]
    return places.replaced(event, dict.fromkeys(clear, HIDDEN))


def service(event: Event) -> str | None:
    """Name the service that an event belongs to: ``detail.service``, which the intake sets, else the target."""
    named = event.detail.get("service")
    if isinstance(named, str):
        return named
    return event.target.id if event.target.type == "service" else None


def _owned(access: Access, system: System) -> list[str]:
    teams = set(access.teams) or {
        name for name, team in system.teams.items() if set(access.people) & set(team.model.members)
    }
    return [name for name, owned in system.services.items() if owned.owner in teams]
