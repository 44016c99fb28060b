"""The server, put together."""

import sys
from contextlib import closing
from functools import partial
from importlib import metadata

from surefoot.domain.audit.granting import grant
from surefoot.edge.repeating import Repeating
from surefoot.errors import PortError
from surefoot.server.settings import Settings
from surefoot.spec.system import System
from surefoot.wiring import Database
from surefoot.wiring.records import accounts, audit_log, blank, operations


def serve(settings: Settings, place: Database, system: System | None) -> None:
    """Serve until a signal comes.

    Raises:
        StoreError: The database does not open.
        PortError: It cannot be listened at the place, or a library is not installed.
    """
    try:
        from surefoot.server import app, following, serving  # noqa: PLC0415  # an extra
        from surefoot.server.house import Services  # noqa: PLC0415  # as above
        from surefoot.server.logs import json_log  # noqa: PLC0415  # as above
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("surefoot"):
            raise
        raise PortError(f"the server needs {error.name}: pip install 'surefoot[server]'") from error

    whole = system or blank()
    with accounts(place, system) as opened, audit_log(place, system) as desk:
        services = Services(
            store=opened.store,
            desk=desk,
            grant=partial(grant, whole),
            passwords=opened.passwords,
            recording=opened.by.recording,
            random=opened.random,
            numbers=opened.numbers,
            settings=settings,
            log=json_log(sys.stderr),
            version=metadata.version("surefoot"),
        )
        frame, every = app.create(services), operations(whole).audit.checkpoint.total_seconds()
        behind = following.Following(frame.house)
        with closing(Repeating(behind.round, every, behind.failed, "surefoot-follow")):
            serving.serve(frame)
