"""Listening, and stopping gracefully."""

import signal
import socket

import uvicorn

from surefoot.errors import PortError
from surefoot.server.frame import Frame
from surefoot.server.logs import library_logging
from surefoot.server.settings import Settings

_WAITING = 2048  # connections that the system keeps until they are taken
_IDLE = 15  # seconds that a connection may stay open without a request
_HEAD = 32 * 1024  # bytes of a request's head


class _Server(uvicorn.Server):
    """Takes note at once when it is told to stop."""

    def __init__(self, config: uvicorn.Config, frame: Frame) -> None:
        super().__init__(config)
        self._frame = frame

    def handle_exit(self, sig: int, frame: object) -> None:
        """Begin to stop."""
        self._frame.house.gates.drain()
        super().handle_exit(sig, None)
        del frame


def serve(app: Frame) -> None:
    """Serve until a signal (SIGINT, SIGTERM) comes; what runs then may end, as long as the policy's `drain`.

    Raises:
        PortError: The place is taken, or may not be listened at.
    """
    services = app.house.services
    settings, numbers = services.settings, services.numbers
    listening = _listen(settings)
    config = uvicorn.Config(
        app,
        log_config=library_logging(),
        access_log=False,
        lifespan="on",
        ws="none",
        http="h11",
        loop="asyncio",
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        limit_concurrency=numbers.connections,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=int(numbers.drain.total_seconds()),
        h11_max_incomplete_event_size=_HEAD,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises it again once it has stopped: that is no failure
    services.log.info("listening", url=_url(settings, listening), store=services.store.place)
    _Server(config, app).run(sockets=[listening])
    services.log.info("stopped")


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_WAITING)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        reason = (error.strerror or str(error)).partition(" (")[0]  # Python repeats the place in brackets
        raise PortError(f"{place} cannot be listened at: {reason}; name another place with --bind") from error


def _url(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.certificate else 'http'}://{host}:{listening.getsockname()[1]}"
