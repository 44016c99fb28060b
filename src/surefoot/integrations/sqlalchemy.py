"""The statements and connections of a SQLAlchemy engine through a pipeline.

::

    protect(engine, orders_db)                  # an AsyncEngine too

Each statement, and each new connection, is one attempt: no retry (a transaction cannot be repeated from its middle),
no hedge, no fallback; wrap the whole unit of work for these. What counts are the driver's `OperationalError` and
`InterfaceError`; a violated constraint says nothing of the database's health.
"""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Engine, event

from surefoot.resilience.outcome import Errors
from surefoot.resilience.pipeline import Pipeline

_NAMES = ("OperationalError", "InterfaceError")


class Wrapping(Protocol):
    """An AsyncEngine: importing its module would demand greenlet of everyone."""

    @property
    def sync_engine(self) -> Engine:
        """The engine inside."""
        ...


def protect(engine: Engine | Wrapping, pipeline: Pipeline, *, on: Errors | None = None) -> Callable[[], None]:
    """Send what an engine does through a pipeline from now on; the answer ends it.

    Args:
        engine: Whose statements.
        pipeline: Of the database.
        on: Errors of the driver that count.
    """
    plain = engine if isinstance(engine, Engine) else engine.sync_engine
    dialect = plain.dialect
    driver: Any = dialect.loaded_dbapi  # Any: a module
    counted: Errors = tuple(getattr(driver, name) for name in _NAMES) if on is None else on

    def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        with pipeline.attempt(on=counted):
            dialect.do_execute(cursor, statement, parameters, context)
        return True

    def execute_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        with pipeline.attempt(on=counted):
            dialect.do_executemany(cursor, statement, parameters, context)
        return True

    def execute_bare(cursor: Any, statement: str, context: Any) -> bool:
        with pipeline.attempt(on=counted):
            dialect.do_execute_no_params(cursor, statement, context)
        return True

    def connect(_: Any, __: Any, arguments: Any, named: Any) -> Any:
        with pipeline.attempt(on=counted):
            return dialect.connect(*arguments, **named)

    listeners: dict[str, Callable[..., object]] = {
        "do_execute": execute,
        "do_executemany": execute_many,
        "do_execute_no_params": execute_bare,
        "do_connect": connect,
    }
    for name, listener in listeners.items():
        event.listen(plain, name, listener)

    def end() -> None:
        for name, listener in listeners.items():
            event.remove(plain, name, listener)

    return end
