import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from surefoot.health import Endpoint, Health, Status, sql
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


def test_a_function_that_connects_is_asked_and_its_connection_closed():
    opened: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        opened.append(sqlite3.connect(":memory:", check_same_thread=False))
        return opened[-1]

    assert alone(sql(connect))["status"] == "healthy"
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


def test_a_failing_query_tells_its_class_alone():
    entry = alone(sql(partial(sqlite3.connect, ":memory:"), "SELECT hunter2"))
    assert (entry["status"], entry["reason"]) == ("unhealthy", "OperationalError")


def test_an_engine_is_asked_through_its_pool(tmp_path: Path):
    engine = create_engine("sqlite://")
    assert alone(sql(engine))["status"] == "healthy"
    engine.dispose()
    gone = create_engine(f"sqlite:///{tmp_path}/none/x.db")
    assert alone(sql(gone))["reason"] == "OperationalError"
    gone.dispose()


class AsyncEngine:
    """As SQLAlchemy's: what is asked of it, and in which thread."""

    sync_engine = object()

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["AsyncEngine"]:
        yield self

    async def exec_driver_sql(self, query: str) -> "AsyncEngine":
        self.asked.append((query, threading.get_ident()))
        return self

    def first(self) -> tuple[int]:
        return (1,)


def test_an_async_engine_is_asked_in_the_loop_of_the_server():
    engine = AsyncEngine()
    report = asyncio.run(Health(db=sql(engine)).report_async(Endpoint.DEEP))
    assert report.status is Status.HEALTHY
    assert engine.asked == [("SELECT 1", threading.get_ident())]


def test_what_is_no_way_to_a_database_is_refused():
    with pytest.raises(TypeError, match="pass an engine"):
        sql("postgresql://u:p@h/db")
