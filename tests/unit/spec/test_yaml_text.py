import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from surefoot.spec.source import Value, parse
from surefoot.spec.yaml_text import write_yaml

# What a document may hold: no control characters, no half surrogates, no byte order mark; numbers of 64 bits.
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), blacklist_characters="\ufeff"), max_size=20
)
LINES = st.lists(TEXTS, max_size=3).map("\n".join)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | LINES
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def read(text: str) -> list[Value]:
    documents, findings = parse("written.yaml", text.encode())
    assert findings == []
    return [document.value for document in documents]


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3))
def test_what_is_written_reads_as_it_was(value):
    assert read(write_yaml([value])) == [value]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("99.9%", "99.9%"),
        ("30d", "30d"),
        ("1h30m", "1h30m"),
        ("1000/s", "1000/s"),
        ("off", '"off"'),
        ("2", '"2"'),
        ("1e3", '"1e3"'),
        ("2026-01-01", '"2026-01-01"'),
        ('http_requests_total{code=~"5.."}', 'http_requests_total{code=~"5.."}'),
        ("", '""'),
    ],
)
def test_only_text_that_could_be_taken_for_something_else_is_quoted(text, written):
    assert write_yaml([{"key": text}]) == f"key: {written}\n"


@pytest.mark.parametrize("text", ["on", "No", "012", "1:30", "~", "0x1f", "1_000", ".5", "=", "2026-01-01", "NULL"])
def test_text_is_text_under_yaml_1_1_too(text):
    assert yaml.safe_load(write_yaml([{"key": text}])) == {"key": text}


def test_text_of_several_lines_becomes_a_block():
    assert write_yaml([{"query": "a\n  / b\n"}]) == "query: |\n  a\n    / b\n"


def test_documents_are_parted():
    assert write_yaml([{"a": 1}, {"b": [True, None]}]) == "a: 1\n---\nb:\n- true\n- null\n"
