import ast
import inspect

import pytest

from surefoot import resilience

pytestmark = pytest.mark.req("RES-5")


@pytest.mark.parametrize("name", resilience.__all__)
def test_every_public_name_is_there(name):
    assert getattr(resilience, name) is not None


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(AttributeError, match=r"'surefoot\.resilience' has no attribute 'retries'"):
        resilience.retries  # noqa: B018


def test_the_type_checker_sees_the_same_names():
    tree = ast.parse(inspect.getsource(resilience))
    seen = {
        alias.asname
        for block in tree.body
        if isinstance(block, ast.If)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == set(resilience.__all__)


def test_a_deadline_may_stand_around_a_block():
    with resilience.within(5):
        left = resilience.remaining()
    assert left is not None
    assert 0 < left <= 5
    assert resilience.remaining() is None
