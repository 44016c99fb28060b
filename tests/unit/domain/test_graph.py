"""The graph of dependencies: directions, reach, and cycles however long."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot import api
from surefoot.domain.graph import callers, cycles, graph, reachable
from tests.unit.checks.examine import TODAY

NAMES = st.sampled_from("abcdef")
EDGES = st.dictionaries(NAMES, st.lists(NAMES, max_size=3, unique=True).map(tuple), max_size=6)


def test_hard_and_soft_edges_are_told_apart(tmp_path: Path):
    file = tmp_path / "surefoot.yaml"
    file.write_text(
        """
services:
  shop:
    depends_on: [{service: stock}, {service: search, hard: false}, {store: db}, {service: bank}, {service: stock}]
  stock: {}
""",
        encoding="utf-8",
    )
    system = api.check([file], today=TODAY).system
    assert system is not None
    drawn = graph(system)
    assert drawn.hard == {"shop": ("stock", "bank"), "stock": ()}
    assert drawn.soft == {"shop": ("search",), "stock": ()}


@pytest.mark.req("INC-5")
def test_blast_radius_follows_callers_of_callers():
    edges = {"web": ("shop",), "shop": ("bank",), "admin": ("shop", "stock"), "stock": ()}
    assert callers(edges) == {"shop": ("admin", "web"), "bank": ("shop",), "stock": ("admin",)}
    assert reachable(callers(edges), ["bank"]) == {"shop", "web", "admin"}
    assert reachable(edges, ["stock"]) == frozenset()


def test_start_counts_only_on_a_way_back():
    edges = {"a": ("b",), "b": ("a",), "c": ("a",)}
    assert reachable(edges, ["a"]) == {"a", "b"}
    assert reachable(edges, ["c"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({}, []),
        ({"a": ("b",), "b": ("c", "d"), "c": ("d",)}, []),
        ({"a": ("a",)}, [("a",)]),
        ({"c": ("a",), "a": ("b",), "b": ("c",)}, [("a", "b", "c")]),
        ({"a": ("b", "c"), "b": ("c",), "c": ("a",)}, [("a", "c")]),
        ({"a": ("b",), "b": ("a", "c"), "c": ("d",), "d": ("c",)}, [("a", "b"), ("c", "d")]),
        ({"a": ("unknown",)}, []),
    ],
)
def test_each_tangle_is_named_by_its_shortest_cycle(edges, expected):
    assert cycles(edges) == expected


def test_a_chain_of_thousands_needs_no_recursion():
    size = 20_000
    edges = {str(i): (str((i + 1) % size),) for i in range(size)}
    (cycle,) = cycles(edges)
    assert len(cycle) == size


@given(EDGES)
def test_cycles_are_real_and_none_is_missed(edges):
    found = cycles(edges)
    for cycle in found:
        assert all(after in edges[name] for name, after in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert cycle[0] == min(cycle)
    tangled = {name for name in edges if name in reachable(edges, [name])}
    reached = reachable(edges, {cycle[0] for cycle in found}) & reachable(callers(edges), {c[0] for c in found})
    assert bool(tangled) == bool(found)
    assert tangled <= reached
