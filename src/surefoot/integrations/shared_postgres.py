"""Shared state in PostgreSQL 13 or newer (extra `postgres`); see `surefoot.resilience.shared`."""

import asyncio
import select
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Wait

from surefoot.resilience.breaker import Phase
from surefoot.resilience.clock import SYSTEM
from surefoot.resilience.shared import Circuit
from surefoot.resilience.shared_limiter import StoreError

Row = tuple[object, ...]
T = TypeVar("T")

_MASKS = ((Wait.R, select.POLLIN), (Wait.W, select.POLLOUT))
_BROKEN = select.POLLERR | select.POLLHUP  # libpq reads on, and finds out
_LOCK = 0x5F007  # of those who make the tables at a time
# What a crash of the server may lose: who lost tokens starts with a full bucket.
_TABLES = """
CREATE UNLOGGED TABLE IF NOT EXISTS surefoot_rates (name text PRIMARY KEY, full_at float8 NOT NULL);
CREATE TABLE IF NOT EXISTS surefoot_breakers (
    name text PRIMARY KEY, generation bigint NOT NULL, phase text NOT NULL,
    until float8 NOT NULL, length float8 NOT NULL, owner text NOT NULL)
"""
_NOW = "(SELECT extract(epoch FROM clock_timestamp())::float8 AS now)"
# Who finds the row locked waits, and then compares with the row that is there: no token is given twice.
_TAKE = f"""
WITH moment AS MATERIALIZED {_NOW},
taken AS (
    INSERT INTO surefoot_rates AS rate (name, full_at)
    SELECT %(name)s, now + %(step)s FROM moment
    ON CONFLICT (name) DO UPDATE SET full_at = greatest(rate.full_at, (SELECT now FROM moment)) + %(step)s
    WHERE rate.full_at - (SELECT now FROM moment) - %(slack)s <= 0.000001
    RETURNING 1)
SELECT CASE WHEN EXISTS (SELECT FROM taken) THEN 0 ELSE greatest(
    0.000001, coalesce((SELECT full_at FROM surefoot_rates WHERE name = %(name)s), now) - now - %(slack)s) END
FROM moment
"""  # noqa: S608  # parts of ours
_COLUMNS = "phase, generation, greatest(0, until - extract(epoch FROM clock_timestamp())::float8), length, owner"
_READ = f"SELECT name, {_COLUMNS} FROM surefoot_breakers WHERE name = ANY(%(names)s)"  # noqa: S608  # as above
_MOVE = f"""
WITH moment AS {_NOW}
INSERT INTO surefoot_breakers AS breaker (name, generation, phase, until, length, owner)
SELECT %(name)s, %(generation)s, %(phase)s, now + %(left)s, %(length)s, %(owner)s FROM moment
ON CONFLICT (name) DO UPDATE SET generation = EXCLUDED.generation, phase = EXCLUDED.phase, until = EXCLUDED.until,
    length = EXCLUDED.length, owner = EXCLUDED.owner
WHERE breaker.generation = %(expected)s
RETURNING {_COLUMNS}
"""  # noqa: S608  # as above


class _Impatient(psycopg.Connection[Row]):
    """A connection that waits for an answer no longer than its patience, even if the server hangs."""

    patience = 2.0

    def wait(self, gen: PQGen[T], interval: float = 0.0, timeout: float | None = None) -> T:
        """Drive what psycopg waits for; the patience stands in for both of its times."""
        until = SYSTEM.now() + min(self.patience, self.patience + interval if timeout is None else timeout)
        poll = select.poll()
        poll.register(self.fileno(), 0)
        try:
            wanted = next(gen)
            while True:
                poll.modify(self.fileno(), sum(mask for kind, mask in _MASKS if wanted & kind))
                found = poll.poll(max(0.0, until - SYSTEM.now()) * 1000)
                if not found:
                    raise psycopg.OperationalError(f"no answer within {self.patience:g} s")
                happened = found[0][1]
                wanted = gen.send(sum(kind for kind, mask in _MASKS if happened & (mask | _BROKEN)))
        except StopIteration as end:
            answer: T = end.value
            return answer


class PostgresStore:
    """State in two small tables, `surefoot_rates` and `surefoot_breakers`, which are made when missing.

    Args:
        conninfo: As libpq takes it, such as `postgresql://user@host/database`.
        timeout: Seconds of a statement; a new connection may take two.
        idle: Connections that are kept.
    """

    kind = "postgres"

    def __init__(self, conninfo: str, timeout: float = 0.25, idle: int = 8) -> None:
        self._conninfo = conninfo
        self._timeout = timeout
        self._idle: deque[_Impatient] = deque()
        self._most = idle
        self._made = False

    def take(self, name: str, step: float, slack: float) -> float:
        """Take a token; see `Takes`."""
        rows = self._ask(_TAKE, {"name": name, "step": step, "slack": slack})
        return float(str(rows[0][0]))

    async def take_async(self, name: str, step: float, slack: float) -> float:
        """Take a token, in a thread."""
        return await asyncio.to_thread(self.take, name, step, slack)

    def read(self, names: Sequence[str]) -> Mapping[str, Circuit]:
        """Read circuits; see `Store`."""
        rows = self._ask(_READ, {"names": list(names)})
        return {str(name): _circuit(row) for name, *row in rows}

    def move(self, name: str, expected: int, to: Circuit) -> Circuit:
        """Compare and set; see `Store`. A second round trip reads what stood in the way."""
        rows = self._ask(
            _MOVE,
            {
                "name": name,
                "expected": expected,
                "generation": to.generation,
                "phase": str(to.phase),
                "left": to.left,
                "length": to.length,
                "owner": to.owner,
            },
        )
        return _circuit(rows[0]) if rows else self.read([name])[name]

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def _ask(self, statement: str, values: Mapping[str, object]) -> list[Row]:
        try:
            connection = self._idle.pop() if self._idle else self._connect()
        except IndexError:  # another thread took the last one
            return self._ask(statement, values)
        except (psycopg.Error, OSError) as error:
            raise _lost(error) from error
        try:
            rows = connection.execute(statement.encode(), values).fetchall()
        except (psycopg.Error, OSError) as error:
            connection.close()
            raise _lost(error) from error
        if len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            connection.close()
        return rows

    def _connect(self) -> _Impatient:
        connection = _Impatient.connect(self._conninfo, autocommit=True, connect_timeout=2)
        try:
            self._make_tables(connection)
            connection.patience = self._timeout
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_tables(self, connection: _Impatient) -> None:
        if self._made:
            return
        row = connection.execute("SELECT to_regclass('surefoot_rates'), to_regclass('surefoot_breakers')").fetchone()
        if row is not None and None in row:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
                connection.execute(_TABLES)
        self._made = True


def _lost(error: Exception) -> StoreError:
    return StoreError(f"PostgreSQL: {type(error).__name__}: {error}")


def _circuit(row: Sequence[object]) -> Circuit:
    phase, generation, left, length, owner = (str(value) for value in row)
    return Circuit(Phase(phase), int(generation), float(left), float(length), owner)
