"""Whether a database answers a query."""

from collections.abc import Callable
from contextlib import closing
from typing import Any, Unpack, cast

from surefoot.health.check import Check, Options, check


def sql(source: object, query: str = "SELECT 1", **options: Unpack[Options]) -> Check:
    """Run a query and read its first row.

    Args:
        source: A function without arguments that gives a new DB-API connection, which is closed afterwards; or an
            engine of SQLAlchemy, synchronous or not, whose pool is then part of what is checked.
        query: Cheap, since every instance of the service asks it every few seconds.

    Raises:
        TypeError: `source` is neither.
    """
    engine = cast("Any", source)
    if hasattr(source, "sync_engine"):

        async def ask() -> None:
            async with engine.connect() as connection:
                (await connection.exec_driver_sql(query)).first()

        return check(ask, **options)
    if hasattr(source, "connect"):

        def select() -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql(query).first()

        return check(select, **options)
    if not callable(source):
        raise TypeError("`source` is no way to a database: pass an engine, or a function that gives a connection")
    return check(_dbapi(cast("Callable[[], Any]", source), query), **options)


def _dbapi(connect: Callable[[], Any], query: str) -> Callable[[], None]:
    def select() -> None:
        with closing(connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(query)
            cursor.fetchone()  # some drivers fail only then

    return select
