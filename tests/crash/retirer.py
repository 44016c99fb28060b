"""A process that retires records until it is killed.

``python -m tests.crash.retirer DATABASE KEYS ARCHIVE WHAT POINT COUNT``: WHAT is ``retain`` or ``erase``; it ends
itself with SIGKILL when it reaches POINT for the COUNT-th time.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from surefoot.edge.archive import FileArchive
from surefoot.edge.erasures import ErasureFile
from surefoot.ports.erasures import Erased
from surefoot.run.audit.agenda import agenda
from surefoot.run.audit.desk import Desk
from surefoot.run.audit.erasing import Erasing
from surefoot.run.audit.keeping import retention
from surefoot.run.audit.retiring import Retiring
from tests.crash.writer import Killing
from tests.desks import DAY, NOW, Site, system

WRITTEN, DELETED = "archive.written", "archive.deleted"
LISTED, DESTROYED = "erasure.listed", "key.destroyed"
RULES = "{retention: {all: {min: 200d, hot: 100d}, fields: {ip_address: {min: 30d, max: 120d}}}}"


def main(site: Site, what: str, killing: Killing) -> None:
    class Archive(FileArchive):
        def write(self, path: str, bodies: Iterable[bytes]) -> int:
            size = super().write(path, bodies)
            killing.reach(WRITTEN)
            return size

        def delete(self, path: str) -> None:
            super().delete(path)
            killing.reach(DELETED)

    class List(ErasureFile):
        def add(self, erased: Erased) -> None:
            super().add(erased)
            killing.reach(LISTED)

    with site.desk(killing, Archive) as desk:
        if what == "erase":
            erase(desk, List(site.keys / "erasures.jsonl"), killing)
        else:
            kept = retention(system(site.keys / "spec", RULES))
            desk.catch_up()
            Retiring(desk, tables=False, told=lambda _: None).carry_out(
                agenda(desk, kept.plans, kept.segment, NOW + 10 * DAY)
            )


def erase(desk: Desk, listed: ErasureFile, killing: Killing) -> None:
    erasing = Erasing(desk, listed, list)
    known = desk.subjects.find("user/ana")
    text = "ana" if known else listed.all()[0].subject
    destroy = desk.subjects.destroy

    def destroyed(subject: str) -> bool:
        done = destroy(subject)
        killing.reach(DESTROYED)
        return done

    desk.subjects.destroy = destroyed  # type: ignore[method-assign]
    sys.stdout.write(erasing.erase(erasing.prospect(text, "request"), "request").text)


if __name__ == "__main__":
    _, database, keys, archive, what, point, count = sys.argv
    main(Site(database, Path(keys), Path(archive)), what, Killing(point, int(count)))
