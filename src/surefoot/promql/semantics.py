"""What differs between versions of Prometheus: independent switches, chosen by the target version."""

from dataclasses import dataclass

_LEFT_OPEN_SINCE = (3, 0)
_CLAMP_AFTER_SINCE = (2, 53)
_KAHAN_SINCE = (2, 55)


@dataclass(frozen=True, slots=True)
class Semantics:
    """How a version evaluates.

    Attributes:
        left_open: Ranges and the lookback exclude their oldest instant (3.0.0).
        clamp_after: A counter's extrapolation to zero is limited after the 1.1 test (2.53.0).
        kahan: ``sum`` and ``avg`` compensate rounding (2.55.1).
    """

    left_open: bool = False
    clamp_after: bool = False
    kahan: bool = False

    @classmethod
    def of(cls, version: str) -> "Semantics":
        """Return the semantics of a version such as ``2.42``.

        Raises:
            ValueError: The text is no version.
        """
        try:
            major, minor = (int(part) for part in version.split(".")[:2])
        except ValueError:
            raise ValueError(f"{version!r} is no version of Prometheus: write it such as 2.42") from None
        at = (major, minor)
        return cls(at >= _LEFT_OPEN_SINCE, at >= _CLAMP_AFTER_SINCE, at >= _KAHAN_SINCE)
