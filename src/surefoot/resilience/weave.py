"""How a policy becomes part of the one function that protects a call: lines of source, and the names they use.

A policy gives `Fragments`; around what it protects they become (empty parts emit nothing)::

    {before}
    try:
        {inside}                        # sets _result; the next policy, and at last the call
    except BaseException as _error:
        if _counted(_error):
            {failed}                    # a failure that counts: chosen, and not ignored
        else:
            {neutral}                   # ignored error, Rejected or DeadlineExceeded from inside, cancellation
        raise
    if _bad:                            # only where the decoration has `bad=`; here _error is None
        {failed}
    else:
        {good}

all in a further `try … finally: {always}` behind `before`. So `before` may refuse by raising, after which no other
part of the same policy runs; `failed` and `neutral` may raise another error in place (`raise X from _error`);
`good` may set `_result`; `good` and `always` must not raise. No part returns: what does not fit, such as a loop,
gives `surround`, which builds the whole from the lines inside, and may turn them into a function by `function`.

Names to read: `_clock` (monotonic seconds, a function), `_result`, `_error`, `_bad`, `_counted`, `_call` (the target,
where `site.shape` is "function"); and, with `times=True`, in limiter, breaker and bulkhead, `_now` (when the attempt
asked to be let in) and in `good` and `failed` `_began` (when it had passed the bulkhead), `_ended` and
`_seconds = _ended - _began`; others call `_clock()`.

All names of a policy's own, bound or assigned, start with `site.prefix`, which is unique for each policy: the target's
parameters keep their names. Of the builtins lines use `BaseException` alone and bind others (`{prefix}len`), since a
parameter may bear the name of one. A method call costs 50 ns, a plain `{prefix}policy.counter += 1` 15: inline what
good calls need, call a method for the rest.

The same lines serve functions, coroutines, generators and `attempt()` blocks: where `site.shape` is "generator" or
"attempt", inside stands a `yield`, so that a policy which must call what it protects (retry, hedge, thread) is
not asked to weave there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from surefoot.resilience.clock import SYSTEM, Clock

Lines = tuple[str, ...]
Shape = Literal["function", "generator", "attempt"]
Callee = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a policy's lines go.

    Attributes:
        prefix: Of every name that the policy binds or assigns, such as `_p3_`.
        asynchronous: Whether lines may (and waits must) `await`.
        shape: What is protected.
        arguments: Source that passes the target's arguments on: `f"{prefix}key({arguments})"`.
        clock: The time; `_clock` in lines.
        key: What makes two calls the same, for the stale answer and the queue; same arguments as the target.
        alternatives: Other sources by the names of the settings; same arguments, async exactly if the target is.
        idempotent: Whether the call may be sent twice.
        retry_after: Seconds that an error or a bad result asks to wait.
        judged: Whether the decoration has `bad=`, so that `_bad` and `_judge` exist.
    """

    prefix: str
    asynchronous: bool = False
    shape: Shape = "function"
    arguments: str = "*_args, **_kwargs"
    clock: Clock = SYSTEM
    key: Callee | None = None
    alternatives: Mapping[str, Callee] = field(default_factory=dict)
    idempotent: bool = False
    retry_after: Callable[[object], float | None] | None = None
    judged: bool = False

    def names(self, **values: object) -> dict[str, object]:
        """Bind values below the prefix: `site.names(admit=self.admit)` gives `{"_p3_admit": …}`."""
        return {self.prefix + name: value for name, value in values.items()}

    def lines(self, text: str) -> Lines:
        """Split a text into lines, `$` standing for the prefix and `await$` for `await ` where awaiting is due.

        >>> Site("_p3_").lines("$seat = $admit(_now)")
        ('_p3_seat = _p3_admit(_now)',)
        >>> Site("_p3_", asynchronous=True).lines("await$ $wait(1)")
        ('await _p3_wait(1)',)
        """
        text = text.replace("await$ ", "await " if self.asynchronous else "").replace("$", self.prefix)
        return tuple(line for line in text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Fragments:
    """The lines of one policy; see the module. Indent deeper lines by four spaces from column 0.

    Attributes:
        names: What the lines read, by name; bound for good, so bind objects and methods, not values that change.
        surround: Builds the whole from the lines inside; the other parts are then unused.
        times: Whether lines read `_now`, `_began`, `_ended` or `_seconds`.
    """

    names: Mapping[str, object] = field(default_factory=dict)
    before: Lines = ()
    good: Lines = ()
    failed: Lines = ()
    neutral: Lines = ()
    always: Lines = ()
    surround: Callable[[Lines], Lines] | None = None
    times: bool = False


class Policy(Protocol):
    """What the pipeline asks of each policy."""

    def weave(self, site: Site) -> Fragments:
        """Give the lines for one protected function; reads the present settings."""
        ...

    def state(self) -> dict[str, object]:
        """Tell the present state, as JSON."""
        ...


def indent(lines: Lines) -> Lines:
    """Move lines one level in."""
    return tuple("    " + line for line in lines)


def function(name: str, lines: Lines, site: Site) -> Lines:
    """Define a function (a coroutine where awaiting is due) of no arguments that runs the lines and returns `_result`.

    For policies that call what is inside more than once or elsewhere: hedge, thread. Names assigned inside stay
    inside, so whoever calls it sets `_result`, and, where `site.judged`, `_bad = _judge(_result)`.
    """
    head = "async def" if site.asynchronous else "def"
    return (f"{head} {name}():", *indent((*lines, "return _result")))


def wrap(fragments: Fragments, inside: Lines, *, judged: bool) -> Lines:
    """Build the lines of a policy around those inside; `judged` as in `Site`."""
    if fragments.surround is not None:
        return fragments.surround(inside)
    body = (*_guard(fragments, inside), *_verdict(fragments, judged=judged))
    if fragments.always:
        body = ("try:", *indent(body), "finally:", *indent(fragments.always))
    return (*fragments.before, *body)


def _guard(fragments: Fragments, inside: Lines) -> Lines:
    failed, neutral = fragments.failed, fragments.neutral
    if not failed and not neutral:
        return inside
    if fragments.times and any("_seconds" in line or "_ended" in line for line in failed):
        failed = ("_ended = _clock()", "_seconds = _ended - _began", *failed)
    if not failed:
        branches: Lines = ("if not _counted(_error):", *indent(neutral))
    else:
        branches = ("if _counted(_error):", *indent(failed))
        if neutral:
            branches += ("else:", *indent(neutral))
    return ("try:", *indent(inside), "except BaseException as _error:", *indent((*branches, "raise")))


def _verdict(fragments: Fragments, *, judged: bool) -> Lines:
    if not judged or not (fragments.failed or fragments.good):
        return fragments.good
    if not fragments.failed:
        return ("if not _bad:", *indent(fragments.good))
    otherwise = ("else:", *indent(fragments.good)) if fragments.good else ()
    return ("if _bad:", "    _error = None", *indent(fragments.failed), *otherwise)
