"""Sealed records as a Parquet table: for queries alone, for what proves them is the file of their bytes."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import orjson

from surefoot.domain.audit.record import Event, fields
from surefoot.errors import ArchiveError

_TEXTS = (
    "id",
    "actor_type",
    "actor_id",
    "action_type",
    "category",
    "target_type",
    "target_id",
    "outcome",
    "reason",
    "changes",
    "detail",
)


def write_table(path: Path, events: Iterable[Event]) -> None:
    """Write a table, one row a record; `changes` and `detail` are JSON.

    Raises:
        ArchiveError: pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  # an extra
        from pyarrow import parquet  # noqa: PLC0415  # as above
    except ModuleNotFoundError as error:
        raise ArchiveError("tables beside sealed files need pyarrow: pip install 'surefoot[parquet]'") from error
    schema = pa.schema([("timestamp", pa.timestamp("us", "UTC")), *((name, pa.string()) for name in _TEXTS)])
    rows = [_row(event) for event in events]
    try:
        with path.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            parquet.write_table(pa.Table.from_pylist(rows, schema), file, compression="zstd")
    except (OSError, pa.ArrowException) as error:
        reason = str(error).split("\n", 1)[0]
        raise ArchiveError(f"{path}: cannot be written ({reason}): free some space") from error


def _row(event: Event) -> Mapping[str, object]:
    raw = fields(event)
    return {
        "id": event.id,
        "timestamp": event.timestamp,
        "actor_type": event.actor.type.value,
        "actor_id": event.actor.id,
        "action_type": event.action.type,
        "category": event.action.category,
        "target_type": event.target.type,
        "target_id": event.target.id,
        "outcome": event.outcome.status.value,
        "reason": event.outcome.reason,
        "changes": orjson.dumps(raw["changes"]).decode(),
        "detail": orjson.dumps(raw["detail"]).decode(),
    }
