"""Documents to a spec: every mistake found at once, each with its place."""

import pytest

from surefoot.finding import Finding
from surefoot.spec.decode import Decoder
from surefoot.spec.entry import Spec
from surefoot.spec.model.service import Service
from surefoot.spec.source import parse


def decoded(*texts: str) -> tuple[Spec, list[Finding]]:
    decoder = Decoder()
    for number, text in enumerate(texts):
        documents, findings = parse(f"{number}.yaml", text.encode())
        assert not findings
        for document in documents:
            decoder.add(document)
    return decoder.spec(()), decoder.findings


def told(*texts: str) -> list[tuple[str, str, str, str]]:
    return [(found.rule, str(found.span), found.message, found.cure) for found in decoded(*texts)[1]]


def test_a_service_stands_alone_or_in_its_section():
    spec, findings = decoded(
        "service: checkout\nowner: payments\ntimezone: UTC\n", "services: {web: {tier: important}}\n"
    )
    assert not findings
    services = spec.all("services", Service)
    assert {name: entry.model.tier for name, entry in services.items()} == {
        "checkout": "normal",
        "web": "important",
    }
    assert spec.one("timezone", str) == "UTC"


def test_a_named_section_may_be_spread_over_files():
    spec, findings = decoded("people: {ana: {name: Ana}}\n", "people: {bo: {name: Bo}}\n")
    assert not findings
    assert set(spec.named["people"]) == {"ana", "bo"}


def test_all_mistakes_are_found_at_once():
    found = told("service: checkout\nownr: payments\ntier: critcal\nhealth: 8080\n")
    assert [(rule, place) for rule, place, _, _ in found] == [
        ("S06", "0.yaml:3:7"),
        ("S06", "0.yaml:4:9"),
        ("S05", "0.yaml:2:1"),
    ]


@pytest.mark.parametrize(
    ("text", "rule", "place", "message", "cure"),
    [
        ("servces: {}\n", "S05", "1:1", "unknown key `servces`", "did you mean `services`?"),
        (
            "services: {a: {slos: {x: {targt: 99%}}}}\n",
            "S06",
            "1:23",
            "`target` is missing",
            "add `target`",
        ),
        (
            "services: {a: {tier: critcal}}\n",
            "S06",
            "1:22",
            "`critcal` is not one of `critical`, `important` or `normal`",
            "did you mean `critical`?",
        ),
        (
            "services: {a: {owner: 12}}\n",
            "S06",
            "1:23",
            "`owner` must be text",
            "put it into quotes",
        ),
        (
            "services: {a: {labels: [x]}}\n",
            "S06",
            "1:24",
            "`labels` must be a mapping",
            "write `key: value` pairs below it",
        ),
        (
            "services: [a]\n",
            "S06",
            "1:11",
            "`services` is not a mapping of names",
            "write `name:` and its fields below it",
        ),
        ("service: 12\n", "S06", "1:10", "a service needs a name", "write `service: checkout`"),
        ("- a\n", "S06", "1:1", "the file is not a mapping of sections", "start with `service: name` or `surefoot: 1`"),
        (
            "services: {a: {depends_on: [{service: b, breaker: 50%}]}}\n",
            "S06",
            "1:51",
            "`50%` has no window",
            "write `50% in 10s` or `50% of 100 calls`",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_cure(text: str, rule: str, place: str, message: str, cure: str):
    assert (rule, f"0.yaml:{place}", message, cure) in told(text)


def test_an_unknown_key_that_is_like_no_other_lists_what_is_known():
    (_, _, message, cure), *_ = told("services: {a: {zzz: 1}}\n")
    assert message == "unknown key `zzz`"
    assert cure.startswith("remove it; known here: alerts, baselines, ")


def test_two_truths_are_none():
    assert told("people: {ana: {name: Ana}}\n", "people: {ana: {name: Anna}}\n") == [
        ("S03", "1.yaml:1:10", "`ana` in `people` is written twice, first at 0.yaml:1:10", "keep one of the two")
    ]
    assert told("timezone: UTC\n", "timezone: UTC\n") == [
        ("S03", "1.yaml:1:1", "`timezone` is written twice, first at 0.yaml:1:1", "keep one of the two")
    ]


def test_an_entry_without_anything_is_one_with_defaults():
    spec, findings = decoded("services:\n  web:\n")
    assert not findings
    assert spec.all("services", Service)["web"].model == Service()
