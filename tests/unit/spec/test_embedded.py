import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.finding import Span
from surefoot.spec.embedded import inside
from surefoot.spec.source import parse


def under(text: str, value: str, sought: str) -> str:
    (document,), _ = parse("a.yml", text.encode())
    assert isinstance(document.value, dict)
    assert document.value["k"] == value
    start = value.index(sought)
    span = inside(document, ("k",), (start, start + len(sought)))
    return document.lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("k: one two three", "one two three"),
        ("k: 'one ''two'' three'", "one 'two' three"),
        ('k: "one \\n two three"', "one \n two three"),
        ("k: |\n  one\n    two\n\n  three\n", "one\n  two\n\nthree\n"),
        ("k: >\n  one\n  two\n  three\n", "one two three\n"),
        ("k: one\n  two\n  three\n", "one two three"),
        ("k: | # note\n  one\n  two\n  three\n", "one\ntwo\nthree\n"),
        ('k: "one\n  two \\\n  three"', "one two three"),
    ],
)
def test_place_is_found_in_every_style(text: str, value: str):
    for sought in ("one", "two", "three"):
        assert under(text, value, sought) == sought


def test_stretch_over_lines_marks_its_first_line():
    (document,), _ = parse("a.yml", b"k: |\n  one two\n  three\n")
    assert inside(document, ("k",), (4, 13)) == Span("a.yml", 2, 7, 2, 10)


def test_end_of_the_text_marks_the_last_character():
    (document,), _ = parse("a.yml", b"k: one two")
    assert inside(document, ("k",), (7, 7)) == Span("a.yml", 1, 10, 1, 11)


def test_value_that_does_not_match_its_source_is_marked_whole():
    (document,), _ = parse("a.yml", b'k: "\\x41 two"')
    assert inside(document, ("k",), (2, 5)) == document.span(("k",))


def test_empty_value_is_marked_whole():
    (document,), _ = parse("a.yml", b"k: ''")
    assert inside(document, ("k",), (0, 0)) == document.span(("k",))


@given(st.lists(st.text("ab(){}[]+", min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_every_word_of_a_block_is_found(words: list[str], data: st.DataObject):
    value = "\n".join(words)
    text = "k: |-\n" + "\n".join(f"    {word}" for word in words)
    (document,), _ = parse("a.yml", text.encode())
    number = data.draw(st.integers(0, len(words) - 1))
    start = sum(len(word) + 1 for word in words[:number])
    assert isinstance(document.value, dict)
    assert document.value["k"] == value
    expected = Span("a.yml", number + 2, 5, number + 2, 5 + len(words[number]))
    assert inside(document, ("k",), (start, start + len(words[number]))) == expected
