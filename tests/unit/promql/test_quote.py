import pytest

from surefoot.promql.quote import quote


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
