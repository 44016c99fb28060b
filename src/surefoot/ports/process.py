"""The port to other programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended.

    Attributes:
        status: Its exit status.
        output: What it wrote, both streams.
    """

    status: int
    output: str


class Programs(Protocol):
    """Runs programs that may or may not be installed."""

    def run(self, program: str, arguments: Sequence[str], files: Mapping[str, str], limit: timedelta) -> Ended | None:
        """Run a program in a folder of its own.

        Args:
            program: Its name, looked for on PATH.
            arguments: Without a shell.
            files: Paths in the folder, and what they hold.
            limit: The time that it may take.

        Returns:
            How it ended; None where it is not installed.

        Raises:
            PortError: It did not end in time, or could not be started.
        """
