"""How full a disk is."""

import shutil
from pathlib import Path
from typing import Unpack

from surefoot.health.check import Check, Options, check
from surefoot.health.status import Result, Status

WARN = 0.8


def disk(path: str | Path, *, warn: float = WARN, fail: float = 1.0, **options: Unpack[Options]) -> Check:
    """Measure the file system that holds a path.

    Args:
        path: Shown nowhere.
        warn: Share in use from which it is degraded, as ``df`` counts: what is kept for root is in use.
        fail: Share in use from which it is unhealthy.

    Raises:
        ValueError: The shares are not in order.
    """
    if not 0 < warn <= fail <= 1:
        raise ValueError(f"warn={warn} and fail={fail} are no shares in order: write such as warn=0.8, fail=0.95")

    def measure() -> Result:
        usage = shutil.disk_usage(path)
        share = usage.used / max(1, usage.used + usage.free)
        status = Status.UNHEALTHY if share >= fail else Status.DEGRADED if share >= warn else Status.HEALTHY
        reason = "" if status is Status.HEALTHY else f"{share:.0%} in use"
        return Result(status, reason, {"used_share": round(share, 4), "free_bytes": usage.free})

    return check(measure, **options)
