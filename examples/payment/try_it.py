"""Breaks the bank in every way and shows what the shop's users get: `python examples/payment/try_it.py`.

It builds the spec, starts both programs on free ports of this machine, and ends by itself; 1 when an expectation fails.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from socket import create_server
from typing import Any

import httpx

HERE = Path(__file__).parent
ACCEPTED = "order accepted; the confirmation comes by email"
OLDER = "prices may be some minutes old"
PATIENCE = 8.0  # seconds that anything may take
LONGEST = 2.5  # seconds that a user may wait: the deadline is 2 s

failures: list[str] = []


def expect(ok: object, what: str) -> None:
    """Print an expectation, and keep it when it fails."""
    print(f"   {'ok  ' if ok else 'FAIL'} {what}", flush=True)
    if not ok:
        failures.append(what)


async def until(what: str, met: Callable[[], Awaitable[bool]]) -> float:
    """Wait until something is so; returns the seconds it took."""
    begin = time.monotonic()
    while not await met():
        if time.monotonic() - begin > PATIENCE:
            expect(ok=False, what=f"{what} within {PATIENCE:g} s")
            break
        await asyncio.sleep(0.02)
    return time.monotonic() - begin


def free_port() -> int:
    """Find a port that nobody uses."""
    with create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Play:
    """The two programs and what their users do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bank_port, self.shop_port = free_port(), free_port()
        self.bank = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.bank_port}", timeout=5)
        self.shop = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.shop_port}", timeout=5)
        self.started: dict[str, subprocess.Popen[bytes]] = {}
        self.promised: set[str] = set()  # orders that users were told are, or will be, paid
        self.queued: set[str] = set()
        self.number = 0

    async def start(self, program: str) -> None:
        """Start `bank` or `shop`, and wait until it answers."""
        bank = (str(self.bank_port), self.folder / "ledger")
        policies, queue = self.folder / "build/resilience.json", self.folder / "queue.db"
        shop = (str(self.shop_port), str(self.bank.base_url), policies, queue)
        command = (sys.executable, HERE / f"{program}.py", *(bank if program == "bank" else shop))
        self.started[program] = subprocess.Popen(command)
        client, path = (self.bank, "/") if program == "bank" else (self.shop, "/health/live")

        async def answers() -> bool:
            try:
                return (await client.get(path)).is_success
            except httpx.TransportError:
                return False

        await until(f"the {program} answers", answers)

    def kill(self, program: str) -> None:
        """Kill a program, as a crash does."""
        self.started[program].kill()
        self.started[program].wait()

    async def break_bank(self, mode: str) -> None:
        """Let the bank misbehave; `well` lets it work again, after a kill too."""
        if mode == "killed":
            self.kill("bank")
            return
        if self.started["bank"].poll() is not None:
            await self.start("bank")
        (await self.bank.put("/", content=mode)).raise_for_status()

    async def order(self, card: str = "good") -> tuple[int, str, float]:
        """Place an order; returns the status, what the user reads, and the seconds it took."""
        self.number += 1
        key, begin = f"order-{self.number}", time.monotonic()
        answer = await self.shop.post(f"/orders/{key}", params={"card": card})
        took = time.monotonic() - begin
        if answer.status_code in (200, 202):
            self.promised.add(key)
        if answer.status_code == 202:
            self.queued.add(key)
        body = answer.json() if answer.is_success or answer.status_code == 402 else {"message": answer.text}
        return answer.status_code, body["message"], took

    async def crowd(self, count: int, pause: float = 0.03) -> list[tuple[int, str, float]]:
        """Let many users order, one shortly after the other; none waits for the one before."""
        tasks = []
        for _ in range(count):
            tasks.append(asyncio.create_task(self.order()))
            await asyncio.sleep(pause)
        answers = await asyncio.gather(*tasks)
        for (status, message), number in Counter((answer[0], answer[1]) for answer in answers).items():
            print(f"   {number:3} users got {status}: {message}")
        print(f"       the slowest answer took {max(answer[2] for answer in answers) * 1000:.0f} ms")
        return answers

    async def breaker(self) -> dict[str, Any]:
        """Read the breaker from the state page."""
        page = (await self.shop.get("/resilience")).json()
        found: dict[str, Any] = next(one for one in page["pipelines"] if one["name"] == "payment-api")
        state: dict[str, Any] = found["policies"]["breaker"]
        return state

    async def metrics(self) -> list[str]:
        """Scrape what is above 0 of the payment's breaker and retries, and the orders."""
        lines = (await self.shop.get("/metrics")).text.splitlines()
        shown = ("resilience4j_circuitbreaker_", "resilience4j_retry_", "orders_total")
        ours = [line for line in lines if line.startswith(shown) and "rates-api" not in line]
        return [line for line in ours if float(line.rsplit(" ", 1)[1]) > 0]

    async def state_in_metrics(self) -> str:
        """Read from the metrics which state is 1."""
        states = [line for line in await self.metrics() if line.startswith("resilience4j_circuitbreaker_state{")]
        return states[0].split('state="')[1].split('"')[0] if len(states) == 1 else f"not one: {states}"

    async def health(self, endpoint: str) -> dict[str, Any]:
        """Ask a health endpoint."""
        answer = await self.shop.get(f"/health/{endpoint}")
        return {"code": answer.status_code, **answer.json()}

    async def history(self, kind: str) -> list[dict[str, Any]]:
        """Read what happened so far."""
        return [event for event in (await self.shop.get("/history")).json() if event["kind"] == kind]

    def stop(self) -> None:
        """End both programs."""
        for program in self.started.values():
            program.kill()
            program.wait()


async def well(play: Play) -> None:
    """Show the shop while all is well."""
    print("1. All is well")
    await play.start("bank")
    await play.start("shop")
    answers = await play.crowd(20)
    expect(all(answer[:2] == (200, "paid") for answer in answers), "every order is paid")
    declined = [await play.order("declined") for _ in range(12)]
    expect(all(answer[0] == 402 for answer in declined), "a declined card is declined at once, not queued")
    expect((await play.breaker())["state"] == "closed", "declined cards do not open the breaker")
    price = (await play.shop.get("/price")).json()
    expect(price == {"price": 21.59, "message": "", "fallback": ""}, f"a price is {price['price']}")
    expect((await play.health("ready"))["status"] == "healthy", "ready is healthy")
    expect((await play.health("deep"))["status"] == "healthy", "deep is healthy")


async def broken(play: Play, mode: str, title: str, *, ready_while_open: list[str]) -> None:
    """Break the bank in one way, look at everything, and let it recover."""
    print(f"\n{title}")
    begun = len(await play.history("state_change"))
    began = time.monotonic()
    await play.break_bank(mode)
    answers = await play.crowd(40)
    expect(all(answer[:2] == (202, ACCEPTED) for answer in answers), f"every user reads `{ACCEPTED}`")
    expect(max(answer[2] for answer in answers) < LONGEST, f"nobody waits longer than {LONGEST:g} s")
    price = (await play.shop.get("/price")).json()
    expect((price["fallback"], price["message"]) == ("stale", OLDER), f"the price says `{OLDER}`")
    await look(play, ready_while_open)

    await play.break_bank("well")
    print(f"   after {time.monotonic() - began:.1f} s the bank is well again, and nobody touches the shop")
    took = await until("the breaker closes", lambda: _closed(play))
    print(f"   after {took:.1f} s more the breaker is closed")
    took = await until("the queue is empty", lambda: _replayed(play))
    print(f"   after {took:.1f} s more every queued order is replayed")
    changes = [one for one in (await play.history("state_change"))[begun:] if one["name"] == "payment-api"]
    for change in changes:
        print(f"       {change['at'] - changes[0]['at']:5.2f} s  {change['from']} -> {change['to']}")
    status, message, _ = await play.order()
    expect((status, message) == (200, "paid"), "the next order is paid at once")
    expect(await play.state_in_metrics() == "closed", "the metrics say closed")


async def look(play: Play, ready_while_open: list[str]) -> None:
    """See that the open breaker is told everywhere, and that readiness does not follow it."""

    async def opened() -> bool:
        return (await play.breaker())["state"] == "open"

    async def open_in_metrics() -> bool:
        return await play.state_in_metrics() == "open"

    async def degraded() -> bool:
        return (await play.health("deep"))["checks"]["payment-api"].get("reason") == "breaker open"

    await until("the state page shows the open breaker", opened)
    html = (await play.shop.get("/resilience", headers={"Accept": "text/html"})).text
    expect("payment-api" in html and "breaker" in html, "the page for people shows it too")
    await until("the metrics show the open breaker", open_in_metrics)
    await until("deep says `breaker open`", degraded)
    expect(ok=True, what="state page, metrics and deep health show the open breaker")
    told = ("resilience4j_circuitbreaker_state", "resilience4j_circuitbreaker_not_permitted_calls_total")
    print("\n".join(f"       {line}" for line in await play.metrics() if line.startswith(told)))
    ready, deep = await play.health("ready"), await play.health("deep")
    ready_while_open.append(ready["status"])
    expect((ready["code"], ready["status"]) == (200, "healthy"), "ready is healthy all the same")
    expect((deep["code"], deep["status"]) == (200, "degraded"), f"deep is degraded: {_reasons(deep)}")


def _reasons(report: dict[str, Any]) -> str:
    found = {name: check["reason"] for name, check in report["checks"].items() if "reason" in check}
    return ", ".join(f"{name}: {reason}" for name, reason in found.items())


async def _closed(play: Play) -> bool:
    return str((await play.breaker())["state"]) == "closed"


async def _replayed(play: Play) -> bool:
    done = [event["key"] for event in await play.history("store") if event.get("change") == "replayed"]
    return set(done) >= play.queued


async def settle(play: Play) -> None:
    """Compare what the shop promised with what the bank did."""
    print("\n6. The books")
    ledger = (await play.bank.get("/charges")).json()
    charged = {key for key, entry in ledger.items() if entry["charged"]}
    twice = [key for key, entry in ledger.items() if entry["charged"] > 1]
    again = sum(1 for entry in ledger.values() if entry["asked"] > 1)
    replays = Counter(event["key"] for event in await play.history("store") if event.get("change") == "replayed")
    print(f"   {len(play.promised)} orders promised, {len(play.queued)} of them by email; the bank was asked for")
    print(f"   {again} of them more than once, and knew them by their keys")
    print("\n".join(f"       {line}" for line in await play.metrics()))
    expect(charged == play.promised, "every order that a user was promised is charged, and no other")
    expect(not twice, "no card is charged twice")
    expect(set(replays) == play.queued, "every queued order is replayed, and no other")
    expect(set(replays.values()) <= {1}, "each once")


async def main(folder: Path) -> int:
    """Play all of it."""
    build = ("-m", "surefoot", "build", str(HERE), "--output", str(folder / "build"))
    subprocess.run((sys.executable, *build), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    play = Play(folder)
    ready: list[str] = []
    try:
        await well(play)
        await broken(play, "killed", "2. The bank is killed", ready_while_open=ready)
        await broken(play, "slow", "3. The bank takes 3 s (and charges nevertheless)", ready_while_open=ready)
        await broken(play, "errors", "4. The bank answers 500", ready_while_open=ready)
        await broken(play, "nonsense", "5. The bank answers 200 with nonsense", ready_while_open=ready)
        await settle(play)
    finally:
        play.stop()
    print(f"\n{'Everything was as expected.' if not failures else f'{len(failures)} expectations failed.'}")
    return 1 if failures else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(asyncio.run(main(Path(temporary))))
