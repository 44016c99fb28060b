"""The service of the how-to starts, is ready, and says what the page says."""

import asyncio
import re
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from surefoot import health
from tests.house.source import ROOT

PAGE = (ROOT / "docs/how-to/add-health-endpoints.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.req("MON-4", "DOC-1")
def test_the_service_of_the_page_works():
    found = re.search(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1].replace("/var/lib/orders", "/"), names)  # noqa: S102  # a page of our own

    async def ask() -> httpx.Response:
        app = names["app"]
        async with names["lifespan"](app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                return await client.get("/health/ready")

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    assert set(answer.json()["checks"]) == {"orders", "startup"}


def test_the_page_names_what_exists():
    ready_made = re.search(r"Ready-made: (.*?)\.", PAGE)
    assert ready_made
    for name in re.findall(r"`(\w+)`", ready_made[1]):
        assert callable(getattr(health, name))
