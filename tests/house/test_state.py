"""Nothing at module level changes after import, and nothing swallows an error it does not know."""

import ast
from collections.abc import Iterator

from tests.house.source import trees

MUTABLE_LITERALS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTABLE_TYPES = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
MUTATORS = {
    *("append", "extend", "insert", "remove", "pop", "popitem", "clear", "sort", "reverse"),
    *("add", "discard", "update", "setdefault", "appendleft", "popleft"),
}
# The boundaries that turn a surprise into a message; four at most, each with its reason.
MAY_CATCH_EVERYTHING: tuple[str, ...] = (
    "src/surefoot/audit/logging.py",  # whatever goes wrong, logging must not fail: `handleError` is told
    "src/surefoot/cli/__init__.py",  # a bug is told in a sentence
    "src/surefoot/edge/outcome.py",  # the error of one work goes to whoever waits for it, not to the thread of all
    "src/surefoot/health/flight.py",  # whatever a check of the user's raises is its answer
    "src/surefoot/resilience/steps.py",  # whatever fails in one source, the next one is asked
    "src/surefoot/resilience/guarding.py",  # an error of the thread is raised where its answer is awaited
    "src/surefoot/resilience/race.py",  # whatever ends the first call, the second decides
    "src/surefoot/integrations/trio.py",  # the classification of the user's errors decides
    "src/surefoot/resilience/replay.py",  # what the user's function raises decides what becomes of its entry
    "src/surefoot/resilience/events.py",  # a listener's fault is not the caller's
)


def _defined(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.If() | ast.Try() | ast.With():
            for child in ast.iter_child_nodes(statement):
                if isinstance(child, ast.stmt):
                    yield from _defined(child)
        case _:
            pass


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _last_name(value)
        case _:
            return ""


def _is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return _last_name(value.func) in MUTABLE_TYPES
    return isinstance(value, MUTABLE_LITERALS)


def _mutated(tree: ast.AST) -> Iterator[str]:
    """Name what code changes in place: items set or deleted, a mutating method called, ``+=``."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                yield _last_name(value)
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in MUTATORS:
                yield _last_name(value)
            case ast.AugAssign(target=target):
                yield _last_name(target)
            case _:
                pass


def mutable_state(sources: dict[str, ast.Module]) -> list[str]:
    """List what breaks the rule: a collection at module level is a constant, and no module changes it."""
    mutated = {name for tree in sources.values() for name in _mutated(tree)}
    broken = []
    for path, tree in sources.items():
        for statement in tree.body:
            for name, value in _defined(statement):
                constant = name.isupper() and name not in mutated
                if _is_mutable(value) and name != "__all__" and not constant:
                    broken.append(f"{path}:{statement.lineno}: {name}")
        broken += [
            f"{path}:{node.lineno}: global {', '.join(node.names)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Global)
        ]
    return broken


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler ends by raising what it caught: it cleans up, and swallows nothing."""
    end = handler.body[-1]
    return isinstance(end, ast.Raise) and end.exc is None


def broad_handlers(tree: ast.AST) -> list[int]:
    """List the lines with a bare ``except`` or one for (Base)Exception, alone or in a tuple, that do not raise on."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and not _passes_on(node):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or _last_name(kind) in {"Exception", "BaseException"} for kind in caught):
                lines.append(node.lineno)
    return lines


def test_no_module_keeps_mutable_state():
    broken = mutable_state(trees())
    assert not broken, "pass it as an argument, or make it an UPPER_CASE constant that nothing changes:\n" + "\n".join(
        broken
    )


def test_only_named_boundaries_catch_every_exception():
    # they run what their users wrote
    libraries = ("src/surefoot/resilience/", "src/surefoot/health/", "src/surefoot/integrations/")
    assert len([path for path in MAY_CATCH_EVERYTHING if not path.startswith(libraries)]) <= 4, "four are enough"
    found = [
        f"{path}:{line}"
        for path, tree in trees().items()
        if path not in MAY_CATCH_EVERYTHING
        for line in broad_handlers(tree)
    ]
    assert not found, f"catch what is expected here, or name the boundary in {__name__}: {found}"


def test_the_guard_sees_state_and_lets_constants_pass():
    source = "A = {1: 2}\nB = []\ncache = dict()\n__all__ = ['f']\nC = (1,)\nD: list[int] = []\n"
    other = "from a import B, D\ndef f():\n    B.append(1)\n    D[0] = 1\n    global x\n"
    broken = mutable_state({"a.py": ast.parse(source), "b.py": ast.parse(other)})
    assert broken == ["a.py:2: B", "a.py:3: cache", "a.py:6: D", "b.py:5: global x"]


def test_the_guard_sees_every_spelling_of_catch_all():
    caught = ["(OSError, Exception)", "", "BaseException", "OSError", "re.error"]
    source = "".join(f"try: pass\nexcept {kind}: pass\n" for kind in caught)
    source += "try: pass\nexcept BaseException:\n    pass\n    raise\n"  # cleans up
    assert broad_handlers(ast.parse(source)) == [2, 4, 6]
