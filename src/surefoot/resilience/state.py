"""The state page: what every policy of every pipeline does now."""

from collections.abc import Iterable, Mapping

from surefoot.resilience.pipeline import Pipeline


def page(pipelines: Iterable[Pipeline]) -> dict[str, object]:
    """Tell the state of pipelines, as JSON: `{"pipelines": [{"name": …, "policies": {"breaker": …}}]}`."""
    return {"pipelines": [pipeline.state() for pipeline in pipelines]}


def text(pipelines: Iterable[Pipeline]) -> str:
    """Write the state for people, a line for each policy.

    >>> from surefoot.resilience.settings import BudgetSettings, PipelineSettings
    >>> print(text([Pipeline(PipelineSettings("payment-api", budget=BudgetSettings()))]), end="")
    payment-api
      budget      in_flight=0 repeating=0 refused=0
    """
    lines = []
    for pipeline in pipelines:
        lines.append(pipeline.name)
        for kind, policy in pipeline.policies.items():
            lines.append(f"  {kind:<11} {_flat(policy.state())}")
    return "".join(f"{line}\n" for line in lines)


def _flat(state: Mapping[str, object], prefix: str = "") -> str:
    parts = []
    for name, value in state.items():
        if isinstance(value, Mapping):
            parts.append(_flat(value, f"{prefix}{name}."))
        elif value is not None:
            shown = f"{value:.4g}" if isinstance(value, float) else str(value)
            parts.append(f"{prefix}{name}={shown}")
    return " ".join(parts)
