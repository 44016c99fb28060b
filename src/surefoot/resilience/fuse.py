"""Compiles policies and target into one function with the target's own signature.

Saved by it: a `*args, **kwargs` for each policy, a frame for each wrapper, and a lock where lines alone suffice. The
source stands in `linecache`, so tracebacks show it. Changed settings swap the code: running calls finish in the old.
"""

import builtins
import functools
import inspect
import keyword
import linecache
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import CodeType, FunctionType

from surefoot.resilience.weave import Callee, Lines, Site, indent

_OURS = re.compile(r"_(clock|result|error|bad|counted|judge|call|now|began|ended|seconds|stream|item|p\d+_\w*)$")

_ANY = "*_args, **_kwargs"

Plan = Callable[[Site, Lines], tuple[Lines, Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A function without its policies.

    Attributes:
        name: Of the function.
        parameters: Source of its parameters, without defaults.
        inside: What the policies protect; sets `_result`.
        site: Its site but for the prefix.
        ending: What gives the result.
        names: What `inside` reads.
    """

    name: str
    parameters: str
    inside: Lines
    site: Site
    ending: Lines = ("return _result",)
    names: tuple[tuple[str, object], ...] = ()


def skeleton(target: Callee, site: Site) -> Skeleton:
    """Draw the skeleton of a function that calls the target; `site` tells what the decoration asks."""
    asynchronous = is_async(target)
    parameters, arguments = _signature(target)
    kind = _generator(target)
    site = replace(site, asynchronous=asynchronous, arguments=arguments, shape="generator" if kind else site.shape)
    call = f"_call({arguments})"
    ending: Lines = ("return _result",)
    if kind == "async":
        inside: Lines = (
            f"_stream = {call}",
            "try:",
            "    async for _item in _stream:",
            "        yield _item",
            "finally:",
            "    await _stream.aclose()",
            "_result = None",
        )
        ending = ()
    elif kind == "sync":
        inside = (f"_result = yield from {call}",)
    else:
        inside = (f"_result = {'await ' if asynchronous else ''}{call}",)
    if site.judged:
        inside = (*inside, "_bad = _judge(_result)")
    name = getattr(target, "__name__", "")
    name = name if name.isidentifier() and not keyword.iskeyword(name) else "protected"
    return Skeleton(name, parameters, inside, site, ending, (("_call", target),))


def is_async(target: Callee) -> bool:
    """Tell whether calling gives a coroutine or an async generator."""
    return any(
        inspect.iscoroutinefunction(made) or inspect.isasyncgenfunction(made)
        for made in (target, None if isinstance(target, type) else getattr(target, "__call__", None))  # noqa: B004
    )


def _generator(target: Callee) -> str:
    if inspect.isasyncgenfunction(target):
        return "async"
    return "sync" if inspect.isgeneratorfunction(target) else ""


def _signature(target: Callee) -> tuple[str, str]:
    """Give the source of the parameters and of the arguments that pass them on."""
    try:
        parameters = inspect.signature(target, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):  # a builtin that does not tell
        return _ANY, _ANY
    if any(_OURS.match(one.name) or one.name == "BaseException" for one in parameters):
        return _ANY, _ANY
    heads: list[str] = []
    arguments: list[str] = []
    kinds = [one.kind for one in parameters]
    starred = False
    for index, one in enumerate(parameters):
        if one.kind is one.VAR_POSITIONAL:
            starred = True
            heads.append("*" + one.name)
            arguments.append("*" + one.name)
        elif one.kind is one.VAR_KEYWORD:
            heads.append("**" + one.name)
            arguments.append("**" + one.name)
        elif one.kind is one.KEYWORD_ONLY:
            if not starred:
                heads.append("*")
                starred = True
            heads.append(one.name)
            arguments.append(f"{one.name}={one.name}")
        else:
            heads.append(one.name)
            arguments.append(one.name)
            if one.kind is one.POSITIONAL_ONLY and one.POSITIONAL_ONLY not in kinds[index + 1 :]:
                heads.append("/")
    return ", ".join(heads), ", ".join(arguments)


def write(plan: Plan, bones: Skeleton) -> tuple[str, dict[str, object]]:
    """Write the source of a protected function, and what its names mean."""
    lines, names = plan(bones.site, bones.inside)
    head = f"{'async ' if bones.site.asynchronous else ''}def {bones.name}({bones.parameters}):"
    return "\n".join((head, *indent((*lines, *bones.ending)), "")), {**names, **dict(bones.names)}


def _code(source: str, label: str) -> CodeType:
    filename = f"<surefoot {label} {zlib.crc32(source.encode()):08x}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    module = compile(source, filename, "exec", dont_inherit=True)
    return next(code for code in module.co_consts if isinstance(code, CodeType))


def build(plan: Plan, bones: Skeleton, label: str) -> FunctionType:
    """Compile a protected function."""
    source, names = write(plan, bones)
    return FunctionType(_code(source, label), {"__builtins__": builtins, **names}, bones.name)


def fuse(plan: Plan, target: Callee, bones: Skeleton, label: str) -> FunctionType:
    """Compile a protected function that looks like its target."""
    function = build(plan, bones, label)
    if bones.parameters != _ANY:
        parameters = inspect.signature(target, follow_wrapped=False).parameters.values()
        given = {one.name: one.default for one in parameters if one.default is not one.empty}
        by_name = {one.name for one in parameters if one.kind is one.KEYWORD_ONLY}
        function.__defaults__ = tuple(value for name, value in given.items() if name not in by_name) or None
        function.__kwdefaults__ = {name: value for name, value in given.items() if name in by_name} or None
    function.__globals__["__name__"] = getattr(target, "__module__", __name__)
    functools.update_wrapper(function, target)
    return function


def swap(plan: Plan, function: FunctionType, bones: Skeleton, label: str) -> None:
    """Give a protected function new policies."""
    source, names = write(plan, bones)
    function.__globals__.update(names)
    function.__code__ = _code(source, label)
