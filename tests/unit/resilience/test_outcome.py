import asyncio

import pytest

from surefoot.resilience.errors import AttemptTimeout, BreakerOpen, DeadlineExceeded
from surefoot.resilience.outcome import classifier

pytestmark = pytest.mark.req("RES-2")


@pytest.mark.parametrize("error", [ValueError(), ConnectionError(), AttemptTimeout()])
def test_every_error_counts_by_default(error):
    assert classifier()(error)


@pytest.mark.parametrize(
    "error", [BreakerOpen("x"), DeadlineExceeded(), asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()]
)
def test_our_own_refusals_and_the_ends_of_the_caller_never_count(error):
    assert not classifier(BaseException)(error)
    assert not classifier(lambda _: True)(error)


def test_what_is_neither_chosen_nor_ignored_is_neutral():
    counted = classifier(on=(ConnectionError, KeyError), ignore=ConnectionResetError)
    assert counted(KeyError())
    assert not counted(ConnectionResetError())
    assert not counted(ValueError())


def test_the_declared_time_limit_counts_unless_ignored():
    assert classifier(on=KeyError)(AttemptTimeout())
    assert not classifier(on=KeyError, ignore=TimeoutError)(AttemptTimeout())


def test_a_function_may_choose():
    counted = classifier(on=lambda error: "5" in str(error), ignore=lambda error: "503" in str(error))
    assert counted(OSError("500"))
    assert not counted(OSError("503"))
    assert not counted(OSError("404"))


@pytest.mark.parametrize("errors", [5, (5,), "OSError"])
def test_what_chooses_no_errors_is_refused_at_decoration(errors):
    with pytest.raises(TypeError):
        classifier(errors)
