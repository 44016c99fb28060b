"""Shared state in Redis 7 or newer (extra `redis`); see `surefoot.resilience.shared`."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Self, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from surefoot.resilience.breaker import Phase
from surefoot.resilience.shared import Circuit
from surefoot.resilience.shared_limiter import StoreError

# Each script is one round trip and atomic; the time is the server's. The arguments of TAKE: step, slack.
_NOW = "local t = redis.call('TIME'); local now = t[1] + t[2] / 1000000\n"
_TAKE = (
    _NOW
    + """
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = full - now - ARGV[2]
if wait > 0.000001 then return tostring(wait) end
full = full + ARGV[1]
redis.call('SET', KEYS[1], string.format('%.17g', full), 'PX', math.ceil((full - now) * 1000) + 1000)
return '0'
"""
)
_CIRCUIT = """
local function circuit(key)
  local v = redis.call('HMGET', key, 'phase', 'generation', 'until', 'length', 'owner')
  if not v[1] then return false end
  return {v[1], v[2], tostring(math.max(0, v[3] - now)), v[4], v[5]}
end
"""
_READ = (
    _NOW
    + _CIRCUIT
    + """
local found = {}
for i, key in ipairs(KEYS) do found[i] = circuit(key) end
return found
"""
)
_MOVE = (
    _NOW
    + _CIRCUIT
    + """
local there = redis.call('HGET', KEYS[1], 'generation')
if not there or tonumber(there) == tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'phase', ARGV[2], 'generation', ARGV[3],
             'until', string.format('%.17g', now + ARGV[4]), 'length', ARGV[5], 'owner', ARGV[6])
  redis.call('EXPIRE', KEYS[1], 604800)
end
return circuit(KEYS[1])
"""
)


class RedisStore:
    """State in Redis.

    Args:
        client: Synchronous, answering in bytes, without retries and with short time-outs; see `from_url`. Async
            callers use it in a thread, so one store serves any number of event loops.
        prefix: Of all keys; its braces keep them on one node of a cluster.
    """

    kind = "redis"

    def __init__(self, client: redis.Redis, prefix: str = "{surefoot}") -> None:
        self._client = client
        self._prefix = prefix
        self._take = client.register_script(_TAKE)
        self._read = client.register_script(_READ)
        self._move = client.register_script(_MOVE)

    @classmethod
    def from_url(cls, url: str, prefix: str = "{surefoot}", timeout: float = 0.25) -> Self:
        """Connect when first used; a request is given up after so many seconds, and not repeated."""
        client = redis.Redis.from_url(
            url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=Retry(NoBackoff(), 0)
        )
        return cls(client, prefix)

    def take(self, name: str, step: float, slack: float) -> float:
        """Take a token; see `Takes`."""
        return float(cast("bytes", _ask(self._take, [f"{self._prefix}:rate:{name}"], step, slack)))

    async def take_async(self, name: str, step: float, slack: float) -> float:
        """Take a token, in a thread."""
        return await asyncio.to_thread(self.take, name, step, slack)

    def read(self, names: Sequence[str]) -> Mapping[str, Circuit]:
        """Read circuits; see `Store`."""
        found = cast("list[list[bytes] | None]", _ask(self._read, [self._key(name) for name in names]))
        return {name: _circuit(row) for name, row in zip(names, found, strict=False) if row}

    def move(self, name: str, expected: int, to: Circuit) -> Circuit:
        """Compare and set; see `Store`."""
        row = _ask(self._move, [self._key(name)], expected, str(to.phase), to.generation, to.left, to.length, to.owner)
        return _circuit(cast("list[bytes]", row))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _key(self, name: str) -> str:
        return f"{self._prefix}:breaker:{name}"


def _ask(script: redis.commands.core.Script, keys: list[str], *arguments: str | float) -> object:
    try:
        return script(keys=keys, args=list(arguments))
    except (redis.RedisError, OSError) as error:
        raise StoreError(f"Redis: {type(error).__name__}: {error}") from error


def _circuit(row: list[bytes]) -> Circuit:
    phase, generation, left, length, owner = (value.decode() for value in row)
    return Circuit(Phase(phase), int(generation), float(left), float(length), owner)
