"""What the server says while it runs: one JSON object a line, on standard error, without secrets."""

import logging
import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from surefoot.domain.access.tokens import PATTERN

_SECRET_NAMES = re.compile(r"password|secret|token|cookie|authorization|csrf|private|api_?key", re.IGNORECASE)
_SECRET_VALUES = re.compile(
    rf"{PATTERN}|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?i:(?<=bearer )|(?<=genie[kK]ey ))\S+", re.ASCII
)
_HIDDEN = "[hidden]"

Event = MutableMapping[str, Any]  # structlog's own type of an event


class Log(Protocol):
    """Takes what happens."""

    def info(self, event: str, **fields: object) -> None:
        """Say what happened."""

    def warning(self, event: str, **fields: object) -> None:
        """Say what should not happen, and what to do about it."""

    def error(self, event: str, **fields: object) -> None:
        """Say what went wrong; `exc_info` is the exception."""


def json_log(stream: TextIO) -> Log:
    """Return a log that writes to a stream."""
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(stream), processors=[*_shared(), structlog.processors.JSONRenderer(sort_keys=False)]
    )
    return log


def library_logging() -> dict[str, Any]:
    """Return the configuration that sends what libraries log the same way."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [structlog.stdlib.add_logger_name, *_shared()],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "filters": {"news": {"()": _News}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["news"],
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {"uvicorn": {"level": "WARNING", "handlers": ["stderr"], "propagate": False}},
    }


class _News(logging.Filter):
    """Drops what the server itself has said, with the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is kept."""
        return not record.msg.startswith("Exception in ASGI")


def hide(value: object) -> object:
    """Replace secrets: what stands under a telling name, and what looks like one."""
    if isinstance(value, Mapping):
        return {key: _HIDDEN if _SECRET_NAMES.search(str(key)) else hide(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [hide(item) for item in value]
    return _SECRET_VALUES.sub(_HIDDEN, value) if isinstance(value, str) else value


def _hide(_: object, __: str, event: Event) -> Event:
    return {key: hide(item) if key in {"event", "level"} else hide({key: item})[key] for key, item in event.items()}  # type: ignore[index]


def _shared() -> list[Any]:
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),  # locals hold secrets
        _hide,
    ]
