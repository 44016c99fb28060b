"""What a request may send."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from surefoot.server.limits import depth
from tests.unit.server.place import Furnish

BODY = "/api/v1/session"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (b"", 1),
        (b"1", 1),
        (b"{}", 1),
        (b'{"a": [1, {"b": 2}], "c": []}', 3),
        (b'["[[[[", "\\"[[["]', 1),
        (b'{"a": "unfinished [[', 1),
        (b"[" * 100_000, 100_000),
    ],
)
def test_depth_counts_brackets_outside_texts(text: bytes, levels: int):
    assert depth(text) == levels


@pytest.mark.req("PLT-1")
def test_a_huge_body_is_refused_by_its_length_alone(place):
    answer = place.client().ask("POST", BODY, headers={**JSON, "Content-Length": "99999999999"}, content=b"{}")
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert "1048576 bytes" in answer.json()["detail"]


def test_a_huge_body_is_refused_although_its_length_is_not_told(place):
    def stream() -> Iterator[bytes]:
        yield from (b"[" * 65536 for _ in range(17))

    async def chunks() -> AsyncIterator[bytes]:
        for piece in stream():
            yield piece

    answer = place.client().ask("POST", BODY, headers=JSON, content=chunks())
    assert answer.status_code == 413


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40])
def test_json_that_nests_too_deep_is_refused_before_it_is_parsed(place, text: bytes):
    answer = place.client().ask("POST", BODY, headers=JSON, content=text)
    assert answer.status_code == 400
    assert "32 levels" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "", "application/xml"])
def test_a_body_of_another_type_is_refused(place, kind: str):
    answer = place.client().ask("POST", BODY, headers={"Content-Type": kind}, content=b'{"name": "a"}')
    assert answer.status_code == 415


def test_a_body_that_does_not_arrive_is_not_waited_for(furnish: Furnish, numbers):
    place = furnish(body=numbers.body.model_copy(update={"wait": timedelta(milliseconds=20)}))

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    answer = place.client().ask("POST", BODY, headers=JSON, content=slow())
    assert answer.status_code == 408


def test_what_is_no_json_is_told_without_a_stack_trace(place):
    answer = place.client().ask("POST", BODY, headers=JSON, content=b'{"name": ')
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the body is no JSON"
