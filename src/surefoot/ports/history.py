"""The port to earlier states of a workspace."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class History(Protocol):
    """Remembers what the files of a workspace were."""

    def at(self, revision: str, path: Path) -> AbstractContextManager[Path]:
        """Lay out a workspace folder, or a file, as it was.

        Args:
            revision: Such as ``main``, ``HEAD~1`` or ``v1.2``.
            path: Where it is now.

        Returns:
            Where it can be read, until the context is left.

        Raises:
            PortError: There is no history, no such revision, or it does not hold the path.
        """
