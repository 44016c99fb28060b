"""From a log role and the section ``access`` to what one person may read (AUD-5)."""

from surefoot.domain.audit.reading import Grant, Role, grants
from surefoot.spec.system import System


def grant(system: System, person: str, role: Role) -> Grant:
    """Tell what somebody with a log role may read.

    The role is the account's. Entries of ``access`` for this person and role narrow it to categories, and tell an
    operator's services; without one, an operator sees the services that their teams own, the others everything.
    """
    entries = [one for one in grants(system, person) if one.role == role]
    if not entries:
        return Grant(person, role, _owned(system, person) if role == "operator" else frozenset())
    unlimited = any(not one.categories for one in entries)
    return Grant(
        name=person,
        role=role,
        services=frozenset().union(*(one.services for one in entries)),
        categories=frozenset() if unlimited else frozenset().union(*(one.categories for one in entries)),
    )


def _owned(system: System, person: str) -> frozenset[str]:
    teams = {name for name, team in system.teams.items() if person in team.model.members}
    return frozenset(name for name, service in system.services.items() if service.owner in teams)
