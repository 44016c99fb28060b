"""What comes back when nothing does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer.

    Attributes:
        sent: Whether the request may have arrived: false only if none of it left this machine, or too little to act on.
        reason: What happened, without any secret.
    """

    sent: bool
    reason: str
