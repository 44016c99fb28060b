"""What comes back from the network is a value: an answer, or a silence that says whether the request has left."""

import socket
import time
from collections.abc import Iterator

import pytest

from surefoot.edge.sending import Sender
from surefoot.ports.carrier import HttpRequest, HttpResponse, Printed, Printing
from surefoot.ports.mail import Letter, Posted
from surefoot.ports.silence import Silence
from tests.providers import Asked, Provider, Reply, Say


class NoMail:
    def post(self, letter: Letter, *, timeout: float) -> Posted | Silence:
        return Posted(250, f"{letter.host} {timeout:g}")


def serve(asked: Asked) -> Reply:
    return (200, "x" * 5000) if asked.path == "/long" else (200, f"{asked.method} {asked.body.decode()}")


@pytest.fixture
def provider() -> Iterator[Provider]:
    one = Provider(serve)
    yield one
    one.close()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def sender(lines: list[str]) -> Iterator[Sender]:
    one = Sender(NoMail(), lines.append, timeout=0.5, most=1000)
    yield one
    one.close()


def test_a_request_is_answered(provider: Provider, sender: Sender):
    provider.troubles = [Say(429, {"Retry-After": "7"}, b"slow")]
    first = sender.carry(HttpRequest(provider.url, b"abc", {"X-A": "b"}))
    assert isinstance(first, HttpResponse)
    assert (first.status, first.body, first.headers["retry-after"]) == (429, b"slow", "7")
    assert sender.carry(HttpRequest(provider.url, b"abc")) == HttpResponse(
        200, b"POST abc", {**_headers(sender, provider), "content-length": "8"}
    )
    assert provider.asked[0].headers["x-a"] == "b"


def _headers(sender: Sender, provider: Provider) -> dict[str, str]:
    answer = sender.carry(HttpRequest(provider.url, b"", method="GET"))
    assert isinstance(answer, HttpResponse)
    return dict(answer.headers)


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize("trouble", ["hang", "trickle"])
def test_an_answer_that_is_late_leaves_it_open(provider: Provider, sender: Sender, trouble: str):
    provider.troubles = [trouble]  # type: ignore[list-item]
    begin = time.monotonic()
    assert sender.carry(HttpRequest(provider.url, b"abc")) == Silence(sent=True, reason="no answer within 0.5 s")
    assert time.monotonic() - begin < 2


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize("trouble", ["lose", "hang up"])
def test_a_connection_that_is_closed_leaves_it_open(provider: Provider, sender: Sender, trouble: str):
    provider.troubles = [trouble]  # type: ignore[list-item]
    silence = sender.carry(HttpRequest(provider.url, b"abc" * 100_000))
    assert silence == Silence(sent=True, reason="the connection was closed before an answer came")


@pytest.mark.req("ALR-4")
def test_nobody_there_means_that_nothing_has_left(sender: Sender):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    silence = sender.carry(HttpRequest(f"http://127.0.0.1:{port}/s3cr3t", b"abc"))
    assert silence == Silence(sent=False, reason="no connection: Connection refused")


def test_a_server_that_takes_no_connection_means_that_nothing_has_left(sender: Sender):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        places = [socket.socket() for _ in range(4)]
        for each in places:
            each.settimeout(0)
            each.connect_ex(full.getsockname())
        silence = sender.carry(HttpRequest(f"http://127.0.0.1:{full.getsockname()[1]}/", b"abc"))
        for each in places:
            each.close()
    assert silence == Silence(sent=False, reason="no answer within 0.5 s")


def test_what_is_no_request_does_not_leave(sender: Sender):
    for url in ("nowhere", "http://", "http://a\x00b/"):
        silence = sender.carry(HttpRequest(url, b""))
        assert isinstance(silence, Silence)
        assert not silence.sent
    silence = sender.carry(HttpRequest("http://127.0.0.1:9/", b"", {"X-A": "b\r\nX-B: c"}))
    assert isinstance(silence, Silence)
    assert "X-B" not in silence.reason


def test_a_long_answer_is_cut(provider: Provider, sender: Sender):
    answer = sender.carry(HttpRequest(f"{provider.url}/long", b""))
    assert isinstance(answer, HttpResponse)
    assert answer.body == b"x" * 1000


def test_redirects_are_not_followed(provider: Provider, sender: Sender):
    provider.troubles = [Say(307, {"Location": f"{provider.url}/other"})]
    answer = sender.carry(HttpRequest(provider.url, b"abc"))
    assert isinstance(answer, HttpResponse)
    assert answer.status == 307
    assert len(provider.asked) == 1


def test_a_plain_server_where_tls_is_spoken_gets_nothing(provider: Provider, sender: Sender):
    silence = sender.carry(HttpRequest(provider.url.replace("http:", "https:"), b"abc"))
    assert isinstance(silence, Silence)
    assert not silence.sent
    assert provider.asked == []


def test_letters_and_lines_go_their_ways(sender: Sender, lines: list[str]):
    letter = Letter("mail.example", 25, "none", "a@b.example", ("c@d.example",), b"")
    assert sender.carry(letter) == Posted(250, "mail.example 0.5")
    assert sender.carry(Printing("hello\n")) == Printed()
    assert lines == ["hello\n"]
