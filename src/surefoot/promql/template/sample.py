"""One sample of a query, as templates see it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """A label set, the metric's name under ``__name__``, and a value."""

    labels: Mapping[str, str]
    value: float
