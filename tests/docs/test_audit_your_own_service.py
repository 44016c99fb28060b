"""What the how-to shows is what happens."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from surefoot import audit, wiring
from surefoot.domain.audit.canonical import opened, parse
from surefoot.domain.audit.record import from_fields
from tests.house.source import ROOT

pytestmark = pytest.mark.req("AUD-1", "DOC-1")
PAGE = (ROOT / "docs/how-to/audit-your-own-service.md").read_text("utf-8")
RECORDING, SERVING, LOGGING = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    logging.getLogger("checkout").handlers.clear()


def run(text: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(text, names)  # noqa: S102  # a page of our own
    return names


def recorded() -> list[tuple[str, str, dict[str, Any]]]:
    with wiring.audit_log(wiring.Database("audit.db", Path("surefoot-keys")), None) as desk:
        rows = desk.store.read(lambda tx: tx.log.rows("main", 0, 100))
    events = [opened(row.body) for row in rows]
    return [(event.action.type, event.target.id, dict(event.detail)) for event in events]


@pytest.mark.usefixtures("here")
def test_the_first_event_gets_its_place(capsys: pytest.CaptureFixture[str]):
    run(RECORDING, {})
    assert capsys.readouterr().out == "sequenced 0\n"
    ((kind, target, detail),) = recorded()
    assert (kind, target, detail["service"]) == ("entity.update", "7", "checkout")


@pytest.mark.usefixtures("here")
def test_the_application_and_the_logger_record():
    names = run(SERVING, {"audit": audit})

    async def ask() -> str:
        transport = httpx.ASGITransport(names["app"], client=("203.0.113.7", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.get("/export")).text

    assert asyncio.run(ask()) == "done"
    run(LOGGING, names)
    names["log"].close()
    assert [kind for kind, _, _ in recorded()] == ["data.export"] * 2


def test_the_event_for_other_languages_is_one_that_the_door_takes():
    found = re.search(r"<!-- event -->\n```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    assert from_fields(parse(json.dumps(json.loads(found[1])).encode())).action.type == "data.export"
