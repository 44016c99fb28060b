"""Events by way of the standard library's logging, for code that logs already."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime

from surefoot.audit.log import Log, failure
from surefoot.run.audit.appending import Receipt


class AuditHandler(logging.Handler):
    """Records what is logged with ``extra={"audit": {...}}``; other messages it leaves alone.

    The mapping holds `type`, and what `Log.record` takes. A call of the logger does not wait, and nothing that goes
    wrong here reaches it: `handleError` is told. What must be on disk before you go on, record with `Log.record`.

    Example::

        logger.info("exported", extra={"audit": {"type": "data.export", "target": audit.thing("report", "q3"),
                                                 "detail": {"scope": "2026", "format": "csv"}}})
    """

    def __init__(self, log: Log, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Record what was logged."""
        said = getattr(record, "audit", None)
        if said is None:
            return
        try:
            self._submit(said, record)
        except Exception:  # noqa: BLE001  # whatever it is, the application goes on
            self.handleError(record)

    def _submit(self, said: Mapping[str, object], record: logging.LogRecord) -> None:
        parts = dict(said)
        kind = parts.pop("type")
        if not isinstance(kind, str):
            raise TypeError("`type` must be the name of a type of event")
        parts.setdefault("at", datetime.fromtimestamp(record.created, UTC))
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            parts.setdefault("outcome", failure(type(error).__name__))
        future = self._log.submit(kind, **parts)  # type: ignore[arg-type]  # checked when it is recorded
        future.add_done_callback(lambda done: self._ended(done, record))

    def _ended(self, done: "Future[Receipt]", record: logging.LogRecord) -> None:
        try:
            done.result()
        except Exception:  # noqa: BLE001  # as above
            self.handleError(record)
