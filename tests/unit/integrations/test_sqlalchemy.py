from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from surefoot.integrations.sqlalchemy import protect
from surefoot.resilience import BreakerOpen, BreakerSettings, Pipeline, PipelineSettings

pytestmark = pytest.mark.req("RES-5")

BREAKING = PipelineSettings("orders-db", breaker=BreakerSettings(consecutive=2, reset=60))


def counted(pipeline: Pipeline) -> dict[str, int]:
    policies: Any = pipeline.state()["policies"]
    calls: dict[str, int] = policies["breaker"]["calls"]
    return calls


def test_statements_are_counted_and_a_sick_database_opens_the_breaker(tmp_path: Path):
    pipeline = Pipeline(BREAKING)
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    protect(engine, pipeline)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO t VALUES (:id)"), [{"id": 1}, {"id": 2}])
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO t VALUES (1)"))
    assert (counted(pipeline)["ok"], counted(pipeline)["failed"], counted(pipeline)["neutral"]) == (3, 0, 1)
    with engine.connect() as connection:
        for _ in range(2):
            with pytest.raises(OperationalError):
                connection.execute(text("SELECT * FROM missing"))
        with pytest.raises(BreakerOpen):
            connection.execute(text("SELECT 1"))
    engine.dispose()


def test_connections_are_counted():
    pipeline = Pipeline(BREAKING)
    engine = create_engine("sqlite:////nowhere/at/all.db")
    protect(engine, pipeline)
    for _ in range(2):
        with pytest.raises(OperationalError):
            engine.connect()
    with pytest.raises(BreakerOpen):
        engine.connect()


def test_it_can_be_ended(tmp_path: Path):
    pipeline = Pipeline(BREAKING)
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    end = protect(engine, pipeline)
    end()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    assert counted(pipeline)["ok"] == 0
    engine.dispose()


def test_errors_may_be_chosen(tmp_path: Path):
    pipeline = Pipeline(BREAKING)
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    protect(engine, pipeline, on=lambda error: "locked" in str(error))
    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT * FROM missing"))
    assert (counted(pipeline)["failed"], counted(pipeline)["neutral"]) == (0, 1)
    engine.dispose()


def test_what_wraps_an_engine_as_an_async_one_does_is_taken_for_it(tmp_path: Path):
    class Wrapper:
        sync_engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    pipeline = Pipeline(BREAKING)
    protect(Wrapper(), pipeline)
    with Wrapper.sync_engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert counted(pipeline)["ok"] == 2
    Wrapper.sync_engine.dispose()
