"""The first lines of everything that is built: from what, and how to change it."""

from surefoot.spec.system import System


def header(system: System, comment: str = "#") -> str:
    """Write the header; the digest is that of the spec's content."""
    return f"{comment} Built by Surefoot from the spec {system.digest[:16]}; change the spec, not this file.\n"
