"""Whatever is written, a section takes it or says what is wrong: it never breaks."""

import contextlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from surefoot.spec.model import SECTIONS
from surefoot.spec.model.dependency import Dependency

WORDS = st.sampled_from(
    [
        "50%",
        "in",
        "10s",
        "of",
        "calls",
        "100",
        "consecutive",
        "5",
        "3,",
        "100ms..2s",
        "x2",
        "x.",
        "full",
        "adaptive",
        "5..200",
        "queue",
        "burst",
        "per",
        "1m",
        "sliding",
        "shared",
        "redis",
        "after",
        "p95",
        "stale",
        "value",
        "[[",
        "NaN",
        "over",
        "wait",
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=5).map(" ".join))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
FORMS = sorted(set(Dependency.model_fields) - {"service", "store"})


@given(key=st.sampled_from(FORMS), value=VALUES)
def test_a_dependency_takes_or_refuses_any_value(key, value):
    with contextlib.suppress(ValidationError):
        Dependency.model_validate({"service": "payment-api", key: value})


@cache
def keys(section):
    return sorted(SECTIONS[section].adapter.json_schema().get("properties", {"any": {}}))


@pytest.mark.parametrize("section", SECTIONS)
@given(data=st.data())
def test_a_section_takes_or_refuses_any_value(section, data):
    value = data.draw(st.dictionaries(st.sampled_from(keys(section)), VALUES, max_size=3) | VALUES)
    with contextlib.suppress(ValidationError):
        SECTIONS[section].adapter.validate_python(value)
