"""Bring the tables of a database to the version of the code."""

from importlib.resources import files
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

from surefoot.edge.store.tables import METADATA
from surefoot.errors import StoreError
from surefoot.ports.depot import Phase, Step

_LOCK = 7_342_117_003_220_571  # any number that is ours: replicas that start together migrate one after the other


def version(connection: Connection) -> str | None:
    """Return the newest step that the database has; None if it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def pending(connection: Connection) -> list[Step]:
    """Return the steps that are still to be done, oldest first.

    Raises:
        StoreError: The database comes from a newer Surefoot.
    """
    script = _script()
    have = version(connection)
    try:
        revisions = list(script.iterate_revisions("head", have))
    except (CommandError, RevisionError):
        raise StoreError(f"the tables are of a newer Surefoot (step {have}): install that version") from None
    return [
        Step(
            revision.revision,
            "post" if "_post_" in Path(revision.path).name else "pre",
            (revision.doc or "").split("\n", 1)[0],
        )
        for revision in reversed(revisions)
    ]


def upgrade(connection: Connection, phase: Phase = "post") -> list[Step]:
    """Do the pending steps, in the transaction of the connection; return those that were done.

    Args:
        connection: In a transaction that nobody else disturbs.
        phase: With `pre`, stop before the first step that must wait for the last old replica.

    Raises:
        StoreError: As for `pending`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    steps = pending(connection)
    if phase == "pre":
        steps = steps[: next((at for at, step in enumerate(steps) if step.phase == "post"), len(steps))]
    if not steps:
        return []
    _walk(connection, steps[-1].revision)
    return steps


def build(connection: Connection, revision: str) -> None:
    """Make the tables as they were at a step; where they are so already, nothing is done.

    Raises:
        StoreError: This version has no such step.
    """
    if version(connection) == revision:
        return
    if revision not in {one.revision for one in _script().walk_revisions()}:
        raise StoreError(f"the tables are of a newer Surefoot (step {revision}): install that version")
    _walk(connection, revision)


def _walk(connection: Connection, revision: str) -> None:
    script = _script()

    def walk(have: "str | tuple[str, ...]", context: MigrationContext) -> list[RevisionStep]:  # noqa: ARG001  # given
        return script._upgrade_revs(revision, have)  # type: ignore[arg-type]  # noqa: SLF001  # as alembic's own manual does

    with EnvironmentContext(_config(), script, fn=walk) as environment:
        environment.configure(connection=connection, target_metadata=METADATA)
        environment.run_migrations()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("surefoot.edge.store") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
