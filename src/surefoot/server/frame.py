"""What surrounds every request: an id, security headers, a line in the log, and figures."""

from collections.abc import Mapping
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from surefoot.server.house import House
from surefoot.server.problems import answer
from surefoot.server.settings import is_loopback

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS = "max-age=31536000"
_STATIC = "/static/"
_OPEN = ("/health/",)  # asked by machines that speak no TLS
_ID_BYTES = 8
_ELSEWHERE = "(none)"


class Frame:
    """The outermost application."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app = app
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begin = perf_counter()
        scope["surefoot.request"] = self.house.services.random(_ID_BYTES).hex()
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            if self._in_the_clear(scope):
                detail = "come over TLS; the proxy in front has to send X-Forwarded-Proto"
                await answer(403, detail, scope["surefoot.request"])(scope, receive, told)
            else:
                await self.app(scope, receive, told)
        finally:
            self._count(scope, status, perf_counter() - begin)

    def _in_the_clear(self, scope: Scope) -> bool:
        """Tell whether a request came without TLS although everybody should have it."""
        client = (scope.get("client") or ("", 0))[0]
        expected = self.house.services.settings.secure and not scope["path"].startswith(_OPEN)
        return expected and scope["scheme"] != "https" and not is_loopback(client)

    def _add_headers(self, headers: MutableHeaders, scope: Scope) -> None:
        headers.update(HEADERS)
        headers["X-Request-Id"] = scope["surefoot.request"]
        headers.setdefault("Cache-Control", "max-age=3600" if scope["path"].startswith(_STATIC) else "no-store")
        if self.house.services.settings.secure:
            headers["Strict-Transport-Security"] = _HSTS

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request by its route, never by its path: that anybody may make up."""
        route = route_of(scope)
        self.house.metrics.requests.labels(_method(scope["method"]), route, status).inc()
        self.house.metrics.latency.labels(route).observe(seconds)
        self.house.services.log.info(
            "request",
            request=scope["surefoot.request"],
            method=_method(scope["method"]),
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=(scope.get("client") or ("", 0))[0],
            actor=scope.get("surefoot.actor", ""),
        )


def route_of(scope: Scope) -> str:
    """Name the route that took a request."""
    if scope["path"].startswith(_STATIC):
        return _STATIC
    return str(getattr(scope.get("route"), "path", _ELSEWHERE))


def _method(text: str) -> str:
    return text if text in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
