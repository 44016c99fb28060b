"""The adapter over psycopg and a real PostgreSQL."""

from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from surefoot.integrations.sqlalchemy import protect
from surefoot.resilience import BreakerSettings, Pipeline, PipelineSettings
from tests.postgres import Cluster

pytestmark = [pytest.mark.real, pytest.mark.req("RES-5")]

SETTINGS = PipelineSettings("orders-db", breaker=BreakerSettings(consecutive=1, reset=60))
MISSING = text("SELECT * FROM missing")


def _url(postgres: Cluster) -> str:
    return postgres.url().replace("postgresql://", "postgresql+psycopg://")


def _calls(pipeline: Pipeline) -> dict[str, int]:
    policies: Any = pipeline.state()["policies"]
    return policies["breaker"]["calls"]


def test_a_wrong_statement_is_not_the_servers_fault_and_a_cut_connection_is(postgres: Cluster):
    pipeline = Pipeline(SETTINGS)
    engine = create_engine(_url(postgres))
    protect(engine, pipeline)
    with engine.connect() as connection:
        with pytest.raises(ProgrammingError):
            connection.execute(MISSING)
        connection.rollback()
        assert _calls(pipeline)["failed"] == 0
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        other = create_engine(_url(postgres))
        with other.begin() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        other.dispose()
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    assert pipeline.breaker is not None
    assert pipeline.breaker.shown == "open"
    engine.dispose()
