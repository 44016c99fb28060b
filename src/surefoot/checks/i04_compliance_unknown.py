"""Compliance regimes unknown.

## What it does

Reports a workspace that does not say which compliance regimes apply, and a regime that is neither built in
(`gdpr`, `hipaa`, `soc2`, `pci-dss`, `sox`, `dora`) nor described under `regimes`. `compliance: [none]` is an
answer, too. With a service of tier `critical` it is an error: nothing is built.

## Why it matters

Regimes decide how long audit logs are kept, whether restores must be tested, and who may read what. A
retention chosen without them is either too short for the auditor or too long for the data subject.

## Example

```yaml
service: checkout
owner: payments
```

## Use instead

```yaml
service: checkout
owner: payments
compliance: [gdpr, pci-dss]
```
"""

from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches

from surefoot.checks import Check
from surefoot.checks._scope import beginning, described
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.system import System

BUILT_IN = ("gdpr", "hipaa", "soc2", "pci-dss", "sox", "dora")
_NONE = "none"


def _system(system: System) -> Iterator[Finding]:
    critical = any(service.tier == "critical" for service in system.services.values())
    for finding in _unknown(system):
        yield replace(finding, severity=Severity.ERROR, default="") if critical else finding


def _unknown(system: System) -> Iterator[Finding]:
    if "compliance" not in system.spec.single:
        if any(described(system)):
            yield CHECK.finding(
                beginning(system),
                "it is not said which compliance regimes apply",
                f"write `compliance: [gdpr]`, naming some of {', '.join(BUILT_IN)}, or `compliance: [none]`",
                default="no regime applies",
            )
        return
    known = {*BUILT_IN, _NONE, *system.spec.named.get("regimes", ())}
    origin = system.spec.single["compliance"].origin
    for index, name in enumerate(system.compliance):
        if name in known:
            continue
        close = get_close_matches(name.lower(), sorted(known), 1)
        describe = f"describe it: `regimes: {{{name}: {{keep_at_least: 1y}}}}`"
        yield CHECK.finding(
            origin.span(index),
            f"the regime `{name}` is not known",
            f"did you mean `{close[0]}`? Otherwise {describe}" if close else describe,
            default="it demands nothing",
        )


CHECK = Check(
    id="I04",
    name="compliance regimes unknown",
    severity=Severity.QUESTION,
    why="regimes decide how long records are kept and what must be tested",
    ask=Role.ANALYST,
    system=_system,
)
