"""Audit log without data classification.

## What it does

Where an `audit` log is used, reports a workspace without `data`, and each kind of data that says neither
its `classification` nor whether it is `personal` or what of it is `sensitive`.

## Why it matters

What enters an audit log stays there. Personal values that nobody declared cannot be erased when a person
asks for it; secrets that nobody declared can be read by every auditor.

## Example

```yaml
service: checkout
audit: {retention: strictest}
```

## Use instead

```yaml
service: checkout
audit: {retention: strictest}
data:
  orders: {class: important, rpo: 1h, rto: 4h, classification: confidential, personal: true, sensitive: [card_last4]}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.model.recovery import DataClass
from surefoot.spec.system import System

_ANSWERS = {"classification", "personal", "sensitive"}
_CURE = "write `classification: confidential`, `personal: true`, or the fields: `sensitive: [card_last4]`"


def _system(system: System) -> Iterator[Finding]:
    audit = system.spec.single.get("audit")
    if audit is None:
        return
    data = system.spec.all("data", DataClass)
    if not data:
        message = "there is an audit log, but no data is classified"
        yield CHECK.finding(audit.origin.span(key=True), message, f"describe it under `data:`; {_CURE}")
    for name, entry in data.items():
        if not _ANSWERS & entry.model.model_fields_set:
            message = f"`{name}` is not classified, but there is an audit log"
            yield CHECK.finding(entry.origin.span(key=True), message, _CURE, subject=name)


CHECK = Check(
    id="I13",
    name="audit log without data classification",
    severity=Severity.ERROR,
    why="what enters an audit log undeclared can neither be hidden nor erased",
    ask=Role.DATA,
    system=_system,
)
