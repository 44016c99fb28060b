import pytest

from surefoot.promql.quote import quote, unquote


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", '""'),
        ("5..", '"5.."'),
        ("é", '"é"'),
        ('a"b', r'"a\"b"'),
        (r"1(\.0)?", r'"1(\\.0)?"'),
        ("a\n\t\r", r'"a\n\t\r"'),
        ("\x00", r'"\u0000"'),
        ("\U000e0001", r'"\U000e0001"'),
    ],
)
def test_only_what_must_be_escaped_is(value, text):
    assert quote(value) == text


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('""', ""),
        ("'a\"b'", 'a"b'),
        (r"`a\n`", r"a\n"),
        (r'"\a\b\f\n\r\t\v\\\""', '\a\b\f\n\r\t\v\\"'),
        (r'"\101\x41\u0041\U00000041"', "AAAA"),
    ],
)
def test_literals_are_read(literal: str, text: str):
    assert unquote(literal) == text


@pytest.mark.parametrize("literal", ["", '"', "a", "\"a'", r'"\q"', r'"\x4"', r'"\8"'])
def test_what_is_no_literal_is_refused(literal: str):
    with pytest.raises(ValueError, match=r"no string|no escape"):
        unquote(literal)
