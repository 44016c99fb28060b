"""The locks hold what pyproject.toml asks for, pinned and hashed."""

import re
import tomllib
from collections.abc import Iterable

from tests.house.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CURE = "run `make lock`"


def normal(requirement: str) -> str:
    """Name the distribution of a requirement as package indexes do."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def pins(lock: str) -> dict[str, str]:
    """Map each distribution of a lock to its version.

    Raises:
        AssertionError: A line that is neither a hashed pin nor one of its hashes.
    """
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        pin = re.fullmatch(r"([\w.-]+)==(\S+)(?: *;[^#]*?)?(?: +--hash=sha256:[0-9a-f]{64})+ *", line)
        assert pin, f"{lock}: not a hashed pin: {line[:80]}"
        found[normal(pin[1])] = pin[2]
    return found


def missing(wanted: Iterable[str], lock: str) -> set[str]:
    return {normal(requirement) for requirement in wanted} - pins(lock).keys()


def test_every_dependency_is_locked():
    assert not missing(PROJECT["project"]["dependencies"], "requirements.lock"), CURE


def test_every_development_tool_and_the_build_system_are_locked():
    wanted = [*PROJECT["dependency-groups"]["dev"], *PROJECT["build-system"]["requires"]]
    assert not missing(wanted, "requirements-dev.lock"), CURE


def test_development_runs_on_the_versions_that_users_get():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items(), CURE
