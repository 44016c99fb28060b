import asyncio
import socketserver
import threading
from collections.abc import Iterator

import pytest
import redis as library
import redis.asyncio as async_library

from surefoot.health import Endpoint, Health, Status, redis
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


class Handler(socketserver.StreamRequestHandler):
    """Speaks as much of Redis' protocol as its clients need to say hello and PING."""

    def handle(self) -> None:
        while head := self.rfile.readline():
            words = []
            for _ in range(int(head[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length + 2)[:-2].upper())
            answers = {b"PING": b"+PONG\r\n", b"HELLO": b"%1\r\n$5\r\nproto\r\n:3\r\n"}
            self.wfile.write(answers.get(words[0], b"+OK\r\n"))


@pytest.fixture
def port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(5)


def test_a_client_pings(port: int):
    with library.Redis(port=port) as client:
        assert alone(redis(client))["status"] == "healthy"


def test_an_async_client_pings_in_the_loop_of_the_server(port: int):
    async def ask() -> Status:
        async with async_library.Redis(port=port) as client:
            found = redis(client)
            assert found.asynchronous
            return (await Health(cache=found).report_async(Endpoint.DEEP)).status

    assert asyncio.run(ask()) is Status.HEALTHY


def test_a_server_that_is_away_is_told_without_its_address():
    with library.Redis.from_url("redis://u:hunter2@127.0.0.1:1/0", retry=None) as client:
        assert alone(redis(client))["reason"] == "ConnectionError"


def test_what_cannot_ping_is_refused():
    with pytest.raises(TypeError, match="has no `ping`"):
        redis("redis://127.0.0.1")
