"""The HTTP of the endpoints, the same below ASGI and WSGI."""

from dataclasses import dataclass

from surefoot.health.aggregate import Endpoint
from surefoot.health.status import JSON, Report, media_type

METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: status code, headers, body."""

    code: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def route(method: str, path: str) -> Endpoint | Answer:
    """Find the endpoint of a path below the mount, such as ``/ready``; else the answer that there is none."""
    endpoint = next((each for each in Endpoint if path.rstrip("/") == f"/{each}"), None)
    if endpoint is None:
        return _answer(404, b'{"error": "there are /live, /ready and /deep"}', JSON)
    if method not in METHODS:
        return _answer(405, b'{"error": "GET and HEAD are answered"}', JSON, ("Allow", ", ".join(METHODS)))
    return endpoint


def answer(report: Report, method: str, accept: str) -> Answer:
    """Write a report; HEAD gets the headers alone."""
    media = media_type(accept)
    whole = _answer(report.code, report.body(media), media, ("Vary", "Accept"))
    return whole if method != "HEAD" else Answer(whole.code, whole.headers, b"")


def _answer(code: int, body: bytes, media: str, *more: tuple[str, str]) -> Answer:
    length = ("Content-Length", str(len(body)))
    return Answer(code, (("Content-Type", media), length, ("Cache-Control", "no-store"), *more), body)
