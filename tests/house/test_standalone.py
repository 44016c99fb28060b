"""The libraries for services of others need the standard library alone."""

import json
import subprocess
import sys

import pytest

from tests.house.source import SOURCE

LIBRARIES = ("resilience", "health")
PROGRAM = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
for module in sys.argv[2:]:
    importlib.import_module(module)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded(*modules: str) -> set[str]:
    """Import modules in a Python without site-packages, and name all that came with them."""
    command = [sys.executable, "-S", "-I", "-c", PROGRAM, str(SOURCE.parent), *modules]
    return set(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def modules_of(library: str) -> list[str]:
    """Name all modules of a library."""
    paths = (path.relative_to(SOURCE.parent).with_suffix("") for path in sorted((SOURCE / library).rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


@pytest.mark.req("RES-5", "MON-4")
@pytest.mark.parametrize("library", LIBRARIES)
def test_they_import_the_standard_library_alone(library: str):
    own = ("surefoot", "surefoot.resilience", "surefoot.health")
    strangers = {
        name
        for name in loaded(*modules_of(library))
        if name.split(".")[0] not in sys.stdlib_module_names and not (name in own or name.startswith(own[1:]))
    }
    assert not strangers


@pytest.mark.req("RES-5")
def test_to_import_resilience_loads_nothing_before_it_is_used():
    assert not {"asyncio", "dataclasses", "inspect", "logging", "threading"} & loaded("surefoot.resilience")
