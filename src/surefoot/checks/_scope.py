"""What the intake looks at: services described in Surefoot's own format, and where a workspace begins.

Files of foreign formats (Sloth, OpenSLO) hold objectives alone; to ask for their owners, baselines or
health endpoints would be to ask for what they have no place for.
"""

from collections.abc import Iterator

from surefoot.finding import Span
from surefoot.spec.source import Origin
from surefoot.spec.system import Service, System

_OWN = "surefoot/"
_BEGINNINGS = ("workspace", "surefoot")


def described(system: System) -> Iterator[Service]:
    """Yield the services that are described in Surefoot's own format."""
    entries = system.spec.named.get("services", {})
    return (service for name, service in system.services.items() if entries[name].format.startswith(_OWN))


def beginning(system: System) -> Span | None:
    """Locate the workspace as a whole: its name, or the first line of what was read."""
    for section in _BEGINNINGS:
        if section in system.spec.single:
            return system.spec.single[section].origin.span(key=True)
    documents = system.spec.documents
    return Origin(documents[0], ()).span() if documents else None
