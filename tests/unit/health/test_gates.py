import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from surefoot.health import Gates

pytestmark = pytest.mark.req("MON-4")


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_steps_are_done_one_by_one_in_any_order():
    gates = Gates("migrations", "warm-up")
    gates.done("warm-up")
    gates.done("warm-up")
    assert gates.waiting_for == ("migrations",)
    gates.done("migrations")
    assert not gates.waiting_for


def test_an_unknown_step_and_one_named_twice_are_refused():
    with pytest.raises(ValueError, match="write one of migrations"):
        Gates("migrations").done("migration")
    with pytest.raises(ValueError, match="named twice"):
        Gates("a", "a")


def test_sigterm_drains_first_and_is_obeyed_after_the_wait():
    obeyed = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: obeyed.set())
    gates = Gates()
    gates.drain_on_sigterm("200ms")
    begin = time.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)
    assert gates.draining
    assert not obeyed.is_set()
    assert obeyed.wait(5)
    assert time.monotonic() - begin >= 0.2


def test_a_second_sigterm_is_obeyed_at_once():
    obeyed = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: obeyed.set())
    gates = Gates()
    gates.drain_on_sigterm("30s")
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGTERM)
    assert obeyed.is_set()


def test_without_a_handler_before_the_process_ends_by_the_signal_after_the_wait():
    program = (
        "import time; from surefoot.health import Gates\n"
        "Gates().drain_on_sigterm('300ms'); print('up', flush=True); time.sleep(30)"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout
    child.stdout.readline()
    begin = time.monotonic()
    child.terminate()
    assert child.wait(10) == -signal.SIGTERM
    assert time.monotonic() - begin >= 0.3
    child.stdout.close()


def test_a_handler_can_only_be_set_in_the_main_thread():
    problems: list[BaseException] = []

    def install() -> None:
        try:
            Gates().drain_on_sigterm("1s")
        except ValueError as error:
            problems.append(error)

    thread = threading.Thread(target=install)
    thread.start()
    thread.join()
    assert problems
