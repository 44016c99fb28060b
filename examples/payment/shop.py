"""A shop with two calls to a bank, protected as its spec says: `python shop.py PORT BANK RESILIENCE_JSON QUEUE`."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest

from surefoot import health, resilience
from surefoot.integrations.prometheus import Collector
from surefoot.resilience.queue import RetryQueue
from surefoot.resilience.replay import Replayer

PORT, BANK, POLICIES, QUEUE = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]

BEGIN = time.monotonic()
history: list[dict[str, Any]] = []
hooks = resilience.Hooks()
queue = RetryQueue(QUEUE, hooks=hooks)
pipelines = resilience.load(POLICIES, hooks=hooks, queue=queue)
payments, rates = pipelines("payment-api"), pipelines("rates-api")
replayer = Replayer(
    queue,
    pipelines.values(),
    idle=0.1,
    backoff=resilience.RetrySettings(base=0.1, cap=0.5),  # seconds; usually minutes
)

registry = CollectorRegistry()
registry.register(Collector(pipelines))
orders = Counter("orders", "Orders by what became of them.", ["outcome"], registry=registry)

client = httpx.AsyncClient(base_url=BANK)


class CardDeclined(Exception):
    """The bank's proper answer: no fault of the bank, so no reason to open a breaker or to try again."""


def remember(event: resilience.Event) -> None:
    """Keep what `try_it.py` wants to show."""
    if event.kind in ("state_change", "store"):
        at = round(event.at - BEGIN, 3)
        history.append({"at": at, "kind": event.kind, "name": event.name, **dict(event.detail)})


hooks.add(remember)


@payments(
    on=(httpx.HTTPError, ValueError),
    ignore=CardDeclined,
    bad=lambda answer: "receipt" not in answer,
)
async def charge(order: str, cents: int, card: str) -> dict[str, Any]:
    """Charge a card; the same order is the same charge, however often it is sent."""
    reply = await client.post(
        "/charges",
        json={"cents": cents, "card": card},
        headers={"Idempotency-Key": order},
        timeout=resilience.remaining(),
    )
    if reply.status_code == httpx.codes.PAYMENT_REQUIRED:
        raise CardDeclined(order)
    answer: dict[str, Any] = reply.raise_for_status().json()
    return answer


@charge.replay(key=lambda order, *_: order)
async def charge_later(order: str, cents: int, card: str) -> None:
    """Charge when the bank is well again: through the same policies, so that it is not run over."""
    with suppress(CardDeclined):  # the customer would get an email about that, too
        await charge(order, cents, card)


@rates(on=(httpx.HTTPError, LookupError, ValueError))
async def rate() -> float:
    """Ask for the exchange rate."""
    reply = await client.get("/rate", timeout=resilience.remaining())
    return float(reply.raise_for_status().json()["rate"])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Replay queued calls in the background."""
    task = asyncio.create_task(replayer.run())
    yield
    task.cancel()
    await client.aclose()


app = FastAPI(lifespan=lifespan)
app.mount(
    "/health",
    health.asgi(
        payments,
        rates,
        health.Settings(version="1.0.0"),
        shop=health.check(lambda: None, ready=True),
        queue=health.queue_age(queue.oldest, warn="5s", fail="60s", cache="100ms"),
    ),
)


@app.post("/orders/{order}")
async def place(order: str, cents: int = 1999, card: str = "good") -> JSONResponse:
    """Place an order: 200 paid, 202 accepted and paid later, 402 declined."""
    with resilience.degradations() as marks:
        try:
            answer = await charge(order, cents, card)
        except CardDeclined:
            orders.labels("declined").inc()
            return JSONResponse({"paid": False, "message": "card declined"}, 402)
        except resilience.Queued:
            orders.labels("queued").inc()
            return JSONResponse({"paid": False, "message": marks[-1].user_sees}, 202)
    orders.labels("paid").inc()
    return JSONResponse({"paid": True, "message": "paid", "receipt": answer["receipt"]})


@app.get("/price")
async def price() -> dict[str, Any]:
    """Convert a price, by an older rate if need be."""
    with resilience.degradations() as marks:
        euros = round(19.99 * await rate(), 2)
    mark = marks[-1] if marks else None
    return {"price": euros, "message": mark.user_sees if mark else "", "fallback": mark.kind if mark else ""}


@app.get("/metrics")
def metrics() -> Response:
    """Show the figures."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@app.get("/resilience")
def page(request: Request) -> Response:
    """Show what every policy does now: a page for browsers, JSON for programs."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(f"<title>resilience</title><pre>{resilience.text(pipelines.values())}</pre>")
    return JSONResponse(resilience.page(pipelines.values()))


@app.get("/history")
def told() -> list[dict[str, Any]]:
    """Show what happened so far."""
    return history


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
