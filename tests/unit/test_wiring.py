"""The composition root, where something is missing."""

import sys
from pathlib import Path

import pytest

from surefoot import wiring
from surefoot.errors import PortError
from surefoot.server.settings import Settings


@pytest.mark.parametrize("library", ["fastapi", "uvicorn", "structlog", "prometheus_client"])
def test_a_missing_extra_is_told_with_the_line_that_installs_it(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for module in [
        name for name in sys.modules if name.startswith("surefoot.server.") and not name.endswith("settings")
    ]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    place = wiring.Database(str(tmp_path / "surefoot.db"), tmp_path / "keys")
    with pytest.raises(PortError, match=r"pip install 'surefoot\[server\]'"):
        wiring.serve(Settings(), place, None)
    assert not list(tmp_path.iterdir())


def test_passwords_need_the_extra_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "argon2", None)
    place = wiring.Database(str(tmp_path / "surefoot.db"), tmp_path / "keys")
    with (
        pytest.raises(PortError, match=r"pip install 'surefoot\[server\]'"),
        wiring.accounts(place, None),
    ):
        pass
    assert not list(tmp_path.iterdir())
