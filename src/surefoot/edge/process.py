"""Programs on this machine, each run in a temporary folder."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from surefoot.errors import PortError
from surefoot.ports.process import Ended


class LocalPrograms:
    """Programs found on PATH."""

    def run(self, program: str, arguments: Sequence[str], files: Mapping[str, str], limit: timedelta) -> Ended | None:
        """Run a program in a folder of its own; None where it is not installed.

        Raises:
            PortError: It did not end in time, or could not be started.
        """
        found = shutil.which(program)
        if found is None:
            return None
        with tempfile.TemporaryDirectory(prefix="surefoot-") as room:
            for path, text in files.items():
                place = Path(room, path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, "utf-8")
            try:
                done = subprocess.run(  # noqa: S603  # a program found on PATH, and no shell
                    [found, *arguments],
                    cwd=room,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=limit.total_seconds(),
                    check=False,
                )
            except subprocess.TimeoutExpired:
                seconds = limit.total_seconds()
                raise PortError(f"{program} did not end within {seconds:g} s; try it with fewer services") from None
            except OSError as error:
                raise PortError(f"{found} cannot be started: {error.strerror or error}") from error
        return Ended(done.returncode, done.stdout.decode("utf-8", "replace"))
