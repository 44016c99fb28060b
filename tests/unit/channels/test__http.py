"""What an answer means."""

from datetime import timedelta

import pytest

from surefoot.channels import Receipt
from surefoot.channels._http import by_status, decoded, post, retry_after, said
from surefoot.ports.carrier import HttpResponse


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize(
    ("status", "result"),
    [
        *((status, "accepted") for status in (200, 201, 202, 204)),
        *((status, "refused") for status in (301, 307, 400, 401, 403, 404, 408, 410, 413, 422, 429, 503)),
        *((status, "unknown") for status in (500, 502, 504, 520)),
    ],
)
def test_a_status_tells_whether_it_has_left(status: int, result: str):
    assert by_status(HttpResponse(status)).result == result


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "Mon, 05 Jan 2026 03:02:00 GMT", "date": "Mon, 05 Jan 2026 03:00:00 GMT"}, 120),
        ({"retry-after": "Mon, 05 Jan 2026 02:00:00 GMT", "date": "Mon, 05 Jan 2026 03:00:00 GMT"}, 0),
        ({"retry-after": "99999999999999999999"}, 86_400),
        ({"retry-after": "Mon, 05 Jan 2026 03:02:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: int | None):
    wait = retry_after(HttpResponse(429, headers=headers))
    assert wait == (None if seconds is None else timedelta(seconds=seconds))
    assert by_status(HttpResponse(429, headers=headers)).retry_after == wait
    assert by_status(HttpResponse(400, headers=headers)).retry_after is None


def test_what_is_no_object_says_nothing():
    for body in (b"", b"ok", b"[1]", b"\xff", b'{"id": 1'):
        assert decoded(HttpResponse(200, body)) == {}


def test_an_answer_is_repeated_in_a_short_line():
    assert said(HttpResponse(400, b"no\r\n\x1b[31mway" + b"!" * 9999)).startswith("no [31mway!!!")
    assert len(said(HttpResponse(400, b"x" * 9999))) == 200
    assert said(HttpResponse(400)) == "no more said"


@pytest.mark.parametrize("url", ["", "ftp://a.example", "xoxb-secret", "https://user:word@a.example"])
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str):
    found = post(url, {})
    assert isinstance(found, Receipt)
    assert found.reason == "the channel's address is not http(s)://host/...: look at the setting or its variable"


def test_a_secret_with_a_line_break_is_no_further_header():
    found = post("https://a.example", {}, {"Authorization": "Bearer a\r\nX-Admin: 1"})
    assert isinstance(found, Receipt)
    assert "line break" in found.reason
    assert "X-Admin" not in found.reason
