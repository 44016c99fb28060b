"""What the embedded metrics are not meant for."""

from surefoot.finding import Finding, Role, Severity

RULE = "C12"


def too_many(series: int, most: int) -> Finding | None:
    """Report more series than one process is meant for."""
    if series <= most:
        return None
    message = f"{series} series are scraped, and embedded metrics are meant for {most}"
    why = "evaluations may come late, and alerts with them"
    cure = "run Prometheus and write `metrics: {prometheus: http://host:9090}`; the rules stay the same"
    return Finding(RULE, Severity.WARNING, None, message, why, cure, Role.PLATFORM)
