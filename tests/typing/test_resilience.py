"""Protected functions keep their types: a type checker sees parameters and results as they were."""

import re
import textwrap

import pytest
from mypy import api

pytestmark = pytest.mark.req("RES-5")

HEAD = """
from collections.abc import AsyncIterator, Iterator
from surefoot import resilience

payments = resilience.protect("payment-api", breaker=resilience.BreakerSettings())
"""
BODY = """
@payments(on=ConnectionError, ignore=(KeyError, OSError), bad=lambda reply: reply.status >= 500)
def plain(order: str, *, count: int = 1) -> float:
    return 1.0

@payments
async def later(order: str) -> bytes:
    return b""

@payments()
def numbers(upto: int) -> Iterator[int]:
    yield upto

@payments(idempotent=True)
async def stream(upto: int) -> AsyncIterator[int]:
    yield upto

@plain.replay(key=lambda order: order.upper())
def plain_later(order: str, *, count: int = 1) -> None:
    pass

class Bank:
    @payments(on=lambda error: "5" in str(error))
    async def capture(self, order: str) -> int:
        return 1

async def main(bank: Bank) -> None:
    reveal_type(plain("a", count=2))
    reveal_type(await later("a"))
    reveal_type(next(numbers(3)))
    reveal_type([one async for one in stream(3)])
    reveal_type(await bank.capture("a"))
    reveal_type(payments.call(plain, "a", count=1))
    reveal_type(await payments.call(later, "a"))
    async with payments.attempt() as attempt:
        reveal_type(attempt.result(5))
    reveal_type(resilience.remaining())
    reveal_type(plain.__name__)
    reveal_type(plain_later("a"))
"""
REVEALED = ["float", "bytes", "int", "list[int]", "int", "float", "bytes", "int", "float | None", "str", "None"]
WRONG = [
    "plain(5)",
    "plain('a', count='b')",
    "plain('a', colour=1)",
    "payments.call(plain, 5)",
    "Bank().capture(5)",
    "payments(on=5)",
    "payments(bad=5)",
    "resilience.protect('x', retry=5)",
]


def checked(source: str, folder, monkeypatch) -> list[str]:
    """Check a text and give the lines of the answer."""
    monkeypatch.setenv("MYPYPATH", "src")
    path = folder / "snippet.py"
    path.write_text(source)
    options = ["--strict", "--config-file=", "--no-error-summary", "--follow-imports=silent"]
    answer, trouble, _ = api.run([*options, f"--cache-dir={folder / 'cache'}", str(path)])
    assert not trouble
    return answer.splitlines()


def test_results_keep_their_types_and_wrong_arguments_are_found(tmp_path, monkeypatch):
    lines = checked(HEAD + BODY + "\n".join(WRONG) + "\n", tmp_path, monkeypatch)
    revealed = [match[1].replace("builtins.", "") for line in lines if (match := re.search(r'type is "(.*)"', line))]
    assert [re.sub(r"Union\[(.*), None\]", r"\1 | None", one) for one in revealed] == REVEALED
    first = (HEAD + BODY).count("\n") + 1
    errors = {int(line.split(":")[1]) for line in lines if ": error:" in line}
    assert errors == set(range(first, first + len(WRONG))), textwrap.shorten("\n".join(lines), 2000)
