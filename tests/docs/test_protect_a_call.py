"""The code of the how-to runs in the order of the page, against the spec that the page shows."""

import asyncio
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from surefoot import api, resilience
from tests.house.source import ROOT

PAGE = (ROOT / "docs/how-to/protect-a-call.md").read_text("utf-8")


class Bank:
    """What the page calls a bank; `answer` is what it says now, or raises."""

    def __init__(self) -> None:
        self.answer: Any = {"status": 200}
        self.charged: list[str] = []

    async def post(self, path: str, order: dict[str, Any], **options: float) -> Any:
        assert path == "/charges"
        assert 0 < options["timeout"] <= 2
        answer = self._say()
        self.charged.append(order["id"])
        return answer

    async def get(self, path: str) -> Any:
        assert path == "/balance"
        return self._say()

    def rate(self, currency: str) -> float:
        self._say()
        return {"USD": 1.08}[currency]

    def _say(self) -> Any:
        if isinstance(self.answer, type):
            raise self.answer
        return self.answer


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    spec = re.search(r"^```yaml surefoot\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert spec
    (tmp_path / "surefoot.yaml").write_text(spec[1].replace("100ms..2s", "1ms..2ms"), "utf-8")
    built = {artifact.path: artifact.text for artifact in api.build(api.load([tmp_path], today=date(2026, 1, 1)))}
    (tmp_path / "build").mkdir()
    (tmp_path / "build/resilience.json").write_text(built["resilience.json"], "utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"bank": Bank()}
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        exec(block, names)  # noqa: S102  # a page of our own
    return names


@pytest.mark.req("RES-5", "DOC-1")
def test_calls_succeed_while_the_bank_is_well(names: dict[str, Any]):
    assert asyncio.run(names["place"]({"id": "order-1"})) == (200, "paid")
    assert asyncio.run(names["balance"]()) == {"status": 200}
    assert names["report"]() == 1.08


@pytest.mark.req("RES-4", "DOC-1")
def test_users_are_told_what_the_spec_says_and_the_order_is_charged_once_later(names: dict[str, Any]):
    bank = names["bank"]
    names["report"]()
    bank.answer = ConnectionError
    assert asyncio.run(names["place"]({"id": "order-1"})) == (202, "the confirmation comes by email")
    assert names["report"]() == 1.08, "the last good rate"
    assert bank.charged == []
    bank.answer = {"status": 200}
    assert names["replayer"].step()
    assert not names["replayer"].step()
    assert bank.charged == ["order-1"]


def test_the_code_without_a_spec_answers_from_the_other_source(names: dict[str, Any]):
    assert names["find"]("rain") == ["umbrella"]


@pytest.mark.req("RES-5")
def test_state_and_metrics_are_shown_as_the_page_says(names: dict[str, Any]):
    shown = [pipeline["name"] for pipeline in names["page"]["pipelines"]]
    assert shown == ["payment-api", "rates-api"]
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(names["metrics"]({"type": "http"}, None, send))
    state = rb'^resilience4j_circuitbreaker_state\{name="payment-api",service="shop",state="(\w+)"\} 1(?:\.0)?$'
    assert re.findall(state, sent[1]["body"], re.MULTILINE) == [b"closed"]


def test_the_tests_of_the_page_pass(names: dict[str, Any]):
    shown = [test for name, test in names.items() if name.startswith("test_")]
    assert len(shown) == 2
    for test in shown:
        test()


def test_the_page_names_what_exists():
    refusals = ("AttemptTimeout", "DeadlineExceeded", "BreakerOpen", "RateLimited", "BulkheadFull", "Shed", "Queued")
    assert all(f"`{name}`" in PAGE for name in refusals)
    for name in re.findall(
        r"resilience\.([A-Za-z]+)", PAGE.replace("resilience.json", "").replace("resilience.md", "")
    ):
        assert hasattr(resilience, name) or name in {"queue", "replay", "testing"}, name
