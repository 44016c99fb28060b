"""Who depends on whom: callers, what a failure reaches, and cycles.

Nodes are names of services; a name that nobody describes is a node without dependencies of its own.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from surefoot.spec.system import System

Edges: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Graph:
    """The dependencies of a workspace, in the order in which they are written.

    Attributes:
        hard: Service to the services that it cannot work without.
        soft: Service to the services that it works without, degraded.
    """

    hard: Edges
    soft: Edges


def graph(system: System) -> Graph:
    """Draw the dependencies between services; stores promise nothing themselves and are left out."""
    hard, soft = {}, {}
    for name, service in system.services.items():
        needs = [(each.service, each.hard) for each in service.model.depends_on if each.service]
        hard[name] = tuple(dict.fromkeys(target for target, is_hard in needs if is_hard))
        soft[name] = tuple(dict.fromkeys(target for target, is_hard in needs if not is_hard))
    return Graph(hard, soft)


def callers(edges: Edges) -> Edges:
    """Turn the edges around: from what is called to who calls it, sorted."""
    result: dict[str, list[str]] = {}
    for name, targets in edges.items():
        for target in targets:
            result.setdefault(target, []).append(name)
    return {target: tuple(sorted(names)) for target, names in result.items()}


def reachable(edges: Edges, start: Iterable[str]) -> frozenset[str]:
    """Follow the edges from the given nodes; these count only where an edge leads back to them.

    Along `callers` of hard edges that is the blast radius of a failure, along the edges themselves
    everything that a service needs.
    """
    seen: set[str] = set()
    waiting = [target for name in start for target in edges.get(name, ())]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += edges.get(name, ())
    return frozenset(seen)


def cycles(edges: Edges) -> list[tuple[str, ...]]:
    """Find services that need each other: one shortest cycle for each tangle.

    Returns:
        For each strongly connected component with a cycle, the names along the shortest one through
        its alphabetically first member, which stands first and is not repeated; sorted.
    """
    result = []
    for component in _components(edges):
        first = min(component)
        if len(component) > 1 or first in edges.get(first, ()):
            result.append(_round_trip(edges, first, component))
    return sorted(result)


def _round_trip(edges: Edges, first: str, within: frozenset[str]) -> tuple[str, ...]:
    """Search breadth-first for the shortest way back to a node of a strongly connected component."""
    came_from: dict[str, str] = {}
    waiting = deque([first])
    while first not in came_from:
        name = waiting.popleft()
        for target in edges.get(name, ()):
            if target in within and target not in came_from:
                came_from[target] = name
                waiting.append(target)
    path = [came_from[first]]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def _components(edges: Edges) -> list[frozenset[str]]:
    """List the strongly connected components (Tarjan 1972), without recursion: chains may be long."""
    search = _Search(edges)
    for name in sorted(edges):
        if name not in search.index:
            search.run(name)
    return search.found


@dataclass(slots=True)
class _Search:
    """The state of Tarjan's search.

    Attributes:
        index: Node to its number, in the order of discovery.
        low: Node to the lowest number known to be reachable from it within the stack.
        stack: Nodes whose component is not closed yet.
    """

    edges: Edges
    index: dict[str, int] = field(default_factory=dict)
    low: dict[str, int] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    found: list[frozenset[str]] = field(default_factory=list)

    def run(self, root: str) -> None:
        path: list[tuple[str, Iterator[str]]] = [self._enter(root)]
        while path:
            name, targets = path[-1]
            target = next(targets, None)
            if target is None:
                path.pop()
                self._leave(name)
                if path:
                    caller = path[-1][0]
                    self.low[caller] = min(self.low[caller], self.low[name])
            elif target not in self.index:
                path.append(self._enter(target))
            elif target in self.waiting:
                self.low[name] = min(self.low[name], self.index[target])

    def _enter(self, name: str) -> tuple[str, Iterator[str]]:
        self.index[name] = self.low[name] = len(self.index)
        self.stack.append(name)
        self.waiting.add(name)
        return name, iter(self.edges.get(name, ()))

    def _leave(self, name: str) -> None:
        if self.low[name] != self.index[name]:
            return
        component: list[str] = []
        while not component or component[-1] != name:
            component.append(self.stack.pop())
        self.waiting.difference_update(component)
        self.found.append(frozenset(component))
