"""The schema takes what the decoder takes, and not what it does not know."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from surefoot.checks._page import pages
from surefoot.spec.decode import Decoder
from surefoot.spec.model import SECTIONS
from surefoot.spec.schema import below, document
from surefoot.spec.source import Value, parse
from tests.house.source import ROOT, SOURCE

SCHEMA = Draft202012Validator(document())
PAGES = [
    pytest.param(text, id=f"{rule}-{kind}")
    for rule, page in pages().items()
    for kind, text in (("example", page.example), ("instead", page.instead))
]


def fits(value: object) -> bool:
    return not list(SCHEMA.iter_errors(value))


def understood(text: str) -> list[Value]:
    """Give the documents of a text of which the decoder finds nothing to say."""
    documents, findings = parse("spec.yaml", text.encode())
    kept = []
    for document_ in [] if findings else documents:
        decoder = Decoder()
        decoder.add(document_)
        if not decoder.findings:
            kept.append(document_.value)
    return kept


def test_the_schema_is_valid_in_its_dialect():
    Draft202012Validator.check_schema(document())


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda path: path.parent.name)
def test_every_example_fits(path: Path):
    for value in understood(path.read_text("utf-8")):
        SCHEMA.validate(value)


@pytest.mark.parametrize("text", PAGES)
def test_every_spec_on_a_rules_page_that_is_understood_fits(text: str):
    for value in understood(text):
        SCHEMA.validate(value)


@pytest.mark.parametrize("path", sorted((SOURCE / "spec" / "policy").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_numbers_fit_as_changes_of_themselves(path: Path):
    documents, _ = parse(path.name, path.read_bytes())
    numbers = documents[0].value
    assert isinstance(numbers, dict)
    SCHEMA.validate({"policy": {key: value for key, value in numbers.items() if key != "presets"}})


@pytest.mark.parametrize(
    "text",
    [
        "{policy: {slo: {window: 28d}}}",
        "{policy: {preset: operations, slo: {priorities: {page: {critical: P2}}}}}",
        "{service: shop, slos: {a: {target: 99%, sla: 98%, alerting: off, raw: errors}}}",
        "{service: shop, slos: {a: {target: 99%, sla: {target: 98%, under: 1s}, alerting: {page: off}, raw: errors}}}",
        "{service: shop, alerts: {HighCpu: off, DiskFull: {above: 90%, for: 1h}}}",
        "{metrics: embedded}",
        "{metrics: {prometheus: http://prometheus:9090}}",
        "{services: {shop: }}",
        "{compliance: gdpr, include: [teams/*.yaml], timezone: Europe/Berlin}",
    ],
)
def test_short_forms_and_mappings_fit_alike(text: str):
    (value,) = understood(text)
    SCHEMA.validate(value)


@pytest.mark.parametrize(
    "text",
    [
        "{servces: {}}",
        "{service: shop, ownr: payments}",
        "{services: {shop: {ownr: payments}}}",
        "{owner: payments}",  # a field of a service without `service:`
        "{service: shop, slos: {a: {target: 99%, totl: x}}}",
        "{service: shop, slos: {a: {target: 99, raw: x}}}",
        "{service: shop, tier: vital}",
        "{policy: {slo: {windows: 28d}}}",
        "{people: {ana: {name: Ana, mail: a@b}}}",
        "{channels: {chat: {slak: env:X}}}",
        "{launches: {}}",
        "[]",
    ],
)
def test_what_the_decoder_refuses_does_not_fit(text: str):
    documents, _ = parse("spec.yaml", text.encode())
    assert not fits(documents[0].value)


@pytest.mark.parametrize("key", SECTIONS)
def test_a_section_stands_alone_and_says_what_it_is(key: str):
    found = below(key)
    Draft202012Validator.check_schema(found)
    assert found["description"]


def test_every_model_says_what_it_is():
    assert [name for name, found in document()["$defs"].items() if not found.get("description")] == ["JsonValue"]


def test_parts_with_the_same_name_in_two_modules_are_told_apart_by_it():
    defs = document()["$defs"]
    assert {"FaultReset", "DependencyReset"} <= defs.keys()
    assert [name for name in defs if not name.isalnum() or not name[0].isupper()] == []


def test_a_field_is_described_by_its_model_or_by_the_section_that_it_names():
    fields = document()["$defs"]["Service"]["properties"]
    assert fields["owner"]["description"] == "Team that answers for it and is paged."
    assert fields["regions"]["description"] == "Names an entry of `regions`."
