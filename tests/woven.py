"""One policy woven into one function, as a pipeline does it, for tests of the policy alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from surefoot.resilience.fuse import fuse, skeleton
from surefoot.resilience.outcome import classifier
from surefoot.resilience.weave import Lines, Policy, Site, wrap


def woven(
    policy: Policy,
    target: Callable[..., Any],
    *,
    bad: Callable[[Any], bool] | None = None,
    ignore: Any = (),
    **site: Any,
) -> Callable[..., Any]:
    """Protect a function by one policy; `site` as in `Site`."""
    bones = skeleton(target, Site("", judged=bad is not None, **site))
    names = (*bones.names, ("_counted", classifier(ignore=ignore)), ("_judge", bad))

    def plan(at: Site, inside: Lines) -> tuple[Lines, dict[str, object]]:
        fragments = policy.weave(replace(at, prefix="_p1_"))
        lines = wrap(fragments, inside, judged=at.judged)
        return ("_now = _clock()", *lines), {**fragments.names, "_clock": at.clock.now}

    return fuse(plan, target, replace(bones, names=names), "test")
