"""What channels send through: HTTP on httpx with limits, mail, Apprise, and lines for the standard output."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Protocol, assert_never, runtime_checkable

import httpx

from surefoot.edge.longtail import notify
from surefoot.ports.carrier import HttpRequest, HttpResponse, Notice, Printed, Printing, Request, Response
from surefoot.ports.mail import Letter, Mail
from surefoot.ports.silence import Silence

_SECONDS = 10.0
_MOST = 256 << 10  # bytes of an answer; fifty short messages of Twilio's are 50 kB


class Sender:
    """Carries requests out, each on a connection of its own; may be used by several threads.

    A connection that was kept might have died unseen, and then nobody could tell whether a page has
    left. Redirects are not followed: a signature holds for one address, and a page is posted once.
    """

    def __init__(
        self,
        mail: Mail,
        write: Callable[[str], object],
        *,
        timeout: float = _SECONDS,
        most: int = _MOST,
        client: httpx.Client | None = None,
    ) -> None:
        """Prepare.

        Args:
            mail: Hands letters over.
            write: Takes the lines of the console.
            timeout: Seconds for a whole exchange, however slowly it trickles.
            most: Bytes of an answer; the rest is not read.
            client: Instead of the usual one, such as with authorities of one's own.
        """
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = client or httpx.Client(limits=limits, trust_env=False)
        self._mail, self._write, self._timeout, self._most = mail, write, timeout, most

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def carry(self, request: Request) -> Response:
        """Send a request; see `Carrier.carry`."""
        match request:
            case HttpRequest():
                return self._exchange(request)
            case Letter():
                return self._mail.post(request, timeout=self._timeout)
            case Notice():
                return notify(request)
            case Printing():
                self._write(request.text)
                return Printed()
            case _:
                assert_never(request)

    def _exchange(self, request: HttpRequest) -> HttpResponse | Silence:
        watch = _Watch()
        try:
            with watch.within(self._timeout):
                return self._ask(request, watch)
        except httpx.TimeoutException:
            return Silence(watch.written, self._late)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Silence(watch.written, self._late if watch.cut else _told(error, written=watch.written))

    def _ask(self, request: HttpRequest, watch: "_Watch") -> HttpResponse:
        with self._client.stream(
            request.method,
            request.url,
            content=request.body or None,
            headers={"User-Agent": "surefoot", **request.headers},
            timeout=self._timeout,
            follow_redirects=False,
            extensions={"trace": watch.see},
        ) as answer:
            body = b""
            # An answer that breaks off is one all the same: its status has come.
            with suppress(httpx.HTTPError):
                for part in answer.iter_bytes():
                    body += part
                    if len(body) >= self._most:
                        break
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return HttpResponse(answer.status_code, body[: self._most], headers)

    @property
    def _late(self) -> str:
        return f"no answer within {self._timeout:g} s"


@runtime_checkable
class _HasSocket(Protocol):
    """A stream of httpcore's."""

    def get_extra_info(self, info: str) -> object: ...


class _Watch:
    """Sees how far an exchange came, and ends it when its time is over.

    Attributes:
        written: Whether any byte of the request may have left.
        cut: Whether the time was over.
    """

    def __init__(self) -> None:
        self.written = False
        self.cut = False
        self._socket: socket.socket | None = None

    def see(self, event: str, info: Mapping[str, object]) -> None:
        """Take an event of httpcore's trace."""
        if event.endswith("send_request_headers.started"):
            self.written = True
        elif event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            stream = info["return_value"]
            found = stream.get_extra_info("socket") if isinstance(stream, _HasSocket) else None
            self._socket = found if isinstance(found, socket.socket) else None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End the exchange when the seconds are over."""
        limit = threading.Timer(seconds, self._end)
        limit.daemon = True
        limit.start()
        try:
            yield
        finally:
            limit.cancel()

    def _end(self) -> None:
        self.cut = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _told(error: Exception, *, written: bool) -> str:
    """Say what broke, without the address: it may be a secret."""
    if isinstance(error, httpx.ConnectError):
        return f"no connection: {_cause(error)}"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return "the request cannot be sent: look at the channel's address and headers"
    return "the connection was closed before an answer came" if written else "the connection was closed at once"


def _cause(error: BaseException) -> str:
    """Find the words of the system below those of the libraries."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, OSError) and at.strerror:
            return at.strerror
        at = at.__cause__ or at.__context__
    return "it was refused"
