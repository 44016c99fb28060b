"""Swap of a turn that is not there.

## What it does

Reports a swap that names no layer of its schedule, or a turn outside the layer's `from` and `until`, or gives back
a turn that is not the other person's. `surefoot oncall next` shows the numbers of turns.

## Why it matters

A swap follows its turn when a schedule is moved. When the turn is gone, two people believe in an agreement that
nothing keeps.

## Example

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{name: week, rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00, from: 2026-11-30 09:00}]
    swaps: [{layer: week, turn: -2, to: bo}]
```

## Use instead

```yaml
people:
  ana: {name: Ana Example, email: ana@shop.example}
  bo: {name: Bo Example, email: bo@shop.example}
schedules:
  shop-primary:
    layers: [{name: week, rotate: [ana, bo], every: 1w, start: 2026-11-30 09:00, from: 2026-11-30 09:00}]
    swaps: [{layer: week, turn: 2, to: bo, back: 3}]
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.domain.oncall.plan import Plan, Swap
from surefoot.domain.oncall.reading import version_of
from surefoot.domain.oncall.rota import Rota
from surefoot.domain.oncall.timeline import giver
from surefoot.finding import Finding, Severity
from surefoot.spec.system import System


def _system(system: System) -> Iterator[Finding]:
    for plan in version_of(system).plans.values():
        layers = {layer.name: layer for layer in plan.layers}
        for index, swap in enumerate(plan.swaps):
            layer = layers.get(swap.layer)
            problem = _problem(plan, index, layer) if layer else _no_layer(swap, layers)
            if problem:
                message, cure = problem
                span = swap.origin.span() if swap.origin else None
                yield CHECK.finding(span, message, cure, subject=plan.name)


def _no_layer(swap: Swap, layers: dict[str, Rota]) -> tuple[str, str]:
    return f"there is no layer `{swap.layer}` to swap in", f"write `layer:` with one of: {', '.join(layers)}"


def _problem(plan: Plan, index: int, layer: Rota) -> tuple[str, str] | None:
    swap = plan.swaps[index]
    for turn in (swap.turn, swap.back):
        if turn is not None and not layer.spans(turn):
            return (
                f"turn {turn} of the layer `{layer.name}` of `{plan.name}` is swapped, and not there any more",
                "take the swap out, or let it name another turn: `surefoot oncall next` shows their numbers",
            )
    owner = None if swap.back is None else giver(layer, plan.swaps[:index], swap.back)
    if owner is not None and owner != swap.to:
        return (
            f"turn {swap.back} of `{layer.name}`, given back for turn {swap.turn}, is `{owner}`'s, not `{swap.to}`'s",
            f"let `back:` name a turn of `{swap.to}`: `surefoot oncall next` shows them",
        )
    return None


CHECK = Check(
    id="C24",
    name="swap of a turn that is not there",
    severity=Severity.ERROR,
    why="two people believe in an agreement that nothing keeps",
    system=_system,
)
