"""Text to nodes: YAML 1.2 values, each with its place."""

import pytest

from surefoot.finding import Finding, Span
from surefoot.spec import source
from surefoot.spec.source import Document, Origin, Value, parse


def document(text: str) -> Document:
    documents, findings = parse("a.yaml", text.encode())
    assert not findings
    return documents[0]


def only_finding(data: bytes) -> Finding:
    _, findings = parse("a.yaml", data)
    assert len(findings) == 1, findings
    return findings[0]


def marked(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("012", 12),
        ("0o14", 12),
        ("0xff", 255),
        ("-1", -1),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("99.9%", "99.9%"),
        ("09:00", "09:00"),
        ("2026-10-01", "2026-10-01"),
        ('"1"', "1"),
        ("'true'", "true"),
        ("plain words", "plain words"),
    ],
)
def test_a_plain_scalar_means_what_yaml_1_2_says(written: str, value: Value):
    read = document(f"a: {written}").value
    assert read == {"a": value}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(value)


def test_a_folded_and_a_literal_block_are_texts():
    assert document("a: |\n  1\n  2\nb: >-\n  1\n  2\n").value == {"a": "1\n2\n", "b": "1 2"}


def test_an_alias_repeats_its_value():
    assert document("a: &x {b: 1}\nc: *x\n").value == {"a": {"b": 1}, "c": {"b": 1}}


def test_every_document_of_a_file_is_read_and_empty_ones_are_left_out():
    documents, findings = parse("a.yaml", b"a: 1\n---\n---\nb: 2\n")
    assert [found.value for found in documents] == [{"a": 1}, {"b": 2}]
    assert not findings


TEXT = """\
service: checkout
slos:
  availability: {target: 99.9%, "bad": 'errors'}
steps: [web, checkout]
text: |
  one
  two
"""


@pytest.mark.parametrize(
    ("path", "key", "shown"),
    [
        (("service",), False, "checkout"),
        (("service",), True, "service"),
        (("slos", "availability", "target"), False, "99.9%"),
        (("slos", "availability", "bad"), False, "'errors'"),
        (("slos", "availability", "bad"), True, '"bad"'),
        (("slos", "availability"), False, "{target: 99.9%, \"bad\": 'errors'}"),
        (("steps", 1), False, "checkout"),
        (("text",), False, "|"),
        (("slos", "availability", "missing"), False, "{target: 99.9%, \"bad\": 'errors'}"),
        (("slos", "availability", "missing"), True, "availability"),
        ((), False, "service: checkout"),
    ],
)
def test_a_place_is_what_was_written_there(path: tuple[str | int, ...], key: bool, shown: str):  # noqa: FBT001  # a parameter of the cases
    assert marked(TEXT, document(TEXT).span(path, key=key)) == shown


def test_a_document_about_one_service_begins_where_it_names_it():
    text = "surefoot: 1\nworkspace: shop\nservice: checkout\n"
    assert document(text).span(()) == Span("a.yaml", 3, 1, 3, 18)


def test_an_origin_points_below_itself_and_knows_what_was_written():
    origin = Origin(document(TEXT), ("slos", "availability"))
    assert marked(TEXT, origin.span("target")) == "99.9%"
    assert origin.has("target")
    assert not origin.has("total")


@pytest.mark.parametrize(
    ("text", "rule", "line", "column", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "S03", 3, 1, "the key `a` stands twice in one mapping"),
        ("a: !!python/name:os.system x\n", "S04", 1, 4, "the tag `python/name:os.system` is not supported"),
        ("a: &x 1\n<<: 2\n", "S04", 2, 1, "merge keys (`<<`) are not part of YAML 1.2"),
        ("[a, b]: 1\n", "S04", 1, 1, "a key must be a plain word"),
        ("a: &x [*x]\n", "S04", 1, 4, "an alias contains itself"),
        ("a: [1\nb: 2\n", "S02", 2, 2, "not valid YAML: expected ',' or ']' (while parsing a flow sequence)"),
        ("a:\n\tb: 1\n", "S02", 2, 1, "a tab is used for indentation"),
        ("a: *nobody\n", "S02", 1, 4, "found undefined alias"),
        ("a: 1\x00\n", "S01", 1, 5, "the character U+0000 is not allowed in YAML"),
    ],
)
def test_what_a_spec_must_not_contain_is_told_with_its_place(
    text: str, rule: str, line: int, column: int, message: str
):
    found = only_finding(text.encode())
    assert found.span is not None
    assert (found.rule, found.message) == (rule, message)
    assert (found.span.line, found.span.column) == (line, column)


def test_bytes_that_are_no_utf8_are_told_with_their_place():
    found = only_finding(b"a: 1\nb: \xff\n")
    assert (found.rule, found.message, str(found.span)) == ("S01", "byte 0xff is not UTF-8", "a.yaml:2:4")


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert parse("a.yaml", b"\xef\xbb\xbfa: 1\n")[0][0].value == {"a": 1}


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_deep_nesting_is_a_finding_and_no_crash(opening: str):
    closing = "]" if opening == "[" else "}"
    for depth in (source.MAX_DEPTH + 1, 10_000):
        _, findings = parse("a.yaml", (opening * depth + closing * depth).encode())
        assert findings
        assert "nested more than 16 levels deep" in findings[0].message


def test_aliases_of_aliases_do_not_explode(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "MAX_VALUES", 1000)
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 5)]
    _, findings = parse("a.yaml", "\n".join(lines).encode())
    assert findings
    assert {found.message for found in findings} == {"aliases expand to too many values"}


def test_a_file_that_is_too_big_is_not_parsed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "MAX_BYTES", 2**20)
    found = only_finding(b"# " + b"x" * 2**21)
    assert (found.rule, found.message) == ("S01", "the file is larger than 1 MiB")
