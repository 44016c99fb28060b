"""Text of strangers is shown, and does nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.channels._text import cut, cut_bytes, cut_escaped, one_line, plain, safe_link


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\r\nb\rc\td", "a\nb\nc d"),
        ("\x1b[2J\x00gone\x7f", "[2Jgone"),
        ("pay\u202egnp.exe", "paygnp.exe"),
        ("half \ud800 a pair", "half  a pair"),
        ("👩\u200d🚒 stays", "👩\u200d🚒 stays"),
    ],
)
def test_only_what_can_be_read_is_kept(text: str, left: str):
    assert plain(text) == left


def test_a_line_has_no_breaks():
    assert one_line("a\r\nBcc: b\u2028c\n") == "a Bcc: bc"


@given(st.text(), st.integers(1, 40))
def test_what_is_cut_fits_and_begins_the_same(text: str, most: int):
    short = cut(text, most)
    assert len(short) <= most
    assert short == text or text.startswith(short[:-1])


@given(st.text("a&<", max_size=30), st.integers(8, 40))
def test_an_escape_is_never_cut_through(text: str, most: int):
    short = cut_escaped(text, most, escape)
    assert len(short) <= most
    assert short == escape(text) or escape(text).startswith(short[:-1])
    rest = short.replace("&amp;", "").replace("&lt;", "")
    assert "&" not in rest


@given(st.text(), st.integers(3, 40))
def test_bytes_are_cut_between_characters(text: str, most: int):
    text = plain(text)
    assert len(cut_bytes(text, most).encode()) <= most


@pytest.mark.parametrize("url", ["https://a.example/b?c=1#d", "http://127.0.0.1:8080/x", "https://[::1]/"])
def test_links_of_the_web_are_followed(url: str):
    assert safe_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "javascript:alert(1)", "data:text/html,x", "ftp://a.example", "https://", "//a.example", "/path"),
        *("https://bank.example@evil.example/", "https://a.example/ b", "https://a.example/\n", "https://[::1/"),
        *("https://a.example:port/", "https://a.example/" + "x" * 2000),
    ],
)
def test_other_links_are_not(url: str):
    assert safe_link(url) == ""
