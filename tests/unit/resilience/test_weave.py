import pytest

from surefoot.resilience.weave import Fragments, Site, function, wrap

pytestmark = pytest.mark.req("RES-5")


def test_empty_parts_emit_nothing():
    assert wrap(Fragments(), ("call",), judged=True) == ("call",)
    assert wrap(Fragments(before=("a",), good=("b",)), ("call",), judged=False) == ("a", "call", "b")


def test_all_parts_stand_in_their_places():
    parts = Fragments(before=("in",), good=("good",), failed=("failed",), neutral=("neutral",), always=("out",))
    assert "\n".join(wrap(parts, ("call",), judged=True)) == (
        "in\n"
        "try:\n"
        "    try:\n"
        "        call\n"
        "    except BaseException as _error:\n"
        "        if _counted(_error):\n"
        "            failed\n"
        "        else:\n"
        "            neutral\n"
        "        raise\n"
        "    if _bad:\n"
        "        _error = None\n"
        "        failed\n"
        "    else:\n"
        "        good\n"
        "finally:\n"
        "    out"
    )


def test_only_what_is_neutral_is_asked_for_where_failures_are_of_no_interest():
    assert wrap(Fragments(neutral=("n",)), ("call",), judged=False) == (
        *("try:", "    call", "except BaseException as _error:"),
        *("    if not _counted(_error):", "        n", "    raise"),
    )
    assert wrap(Fragments(good=("g",)), ("call",), judged=True) == ("call", "if not _bad:", "    g")


def test_lines_become_a_function():
    assert function("f", ("call",), Site("_p1_")) == ("def f():", "    call", "    return _result")
    assert function("f", (), Site("_p1_", asynchronous=True))[0] == "async def f():"
