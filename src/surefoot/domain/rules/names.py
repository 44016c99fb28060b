"""Names and labels that the rules of one objective share, compatible with Sloth's."""

from datetime import timedelta
from functools import cache
from importlib.metadata import version

from surefoot.promql.duration import format_duration
from surefoot.promql.quote import quote
from surefoot.spec.system import Slo

ERRORS = "slo:sli_error:rate"
TOTAL = "slo:sli_total:rate"
RATIO = "slo:sli_error:ratio_rate"
SLICE_ERRORS = "slo:sli_error:slice"
SLICE_TOTAL = "slo:sli_total:slice"
IDS = ("sloth_id", "sloth_service", "sloth_slo")


def identity(slo: Slo) -> dict[str, str]:
    """Return the labels that identify an objective."""
    return {"sloth_id": slo.id, "sloth_service": slo.service, "sloth_slo": slo.name}


def labels(slo: Slo, window: timedelta | None = None) -> dict[str, str]:
    """Return the labels of a record, sorted; with a window, also which."""
    result = {**slo.labels, **identity(slo)}
    if window is not None:
        result["sloth_window"] = format_duration(window)
    return dict(sorted(result.items()))


def match(slo: Slo) -> str:
    """Return the matchers that select an objective's records, as Sloth spells them."""
    return "{" + ", ".join(f"{label}={quote(value)}" for label, value in identity(slo).items()) + "}"


def camel(*words: str) -> str:
    """Join words to the name of an alert: ``camel("place-order", "down")`` is ``PlaceOrderDown``."""
    parts = (part for word in words for part in word.replace("_", "-").replace(".", "-").split("-"))
    return "".join(part[:1].upper() + part[1:] for part in parts)


@cache
def surefoot_version() -> str:
    """Return the version that is installed."""
    return version("surefoot")
