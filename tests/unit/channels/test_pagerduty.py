"""Events of PagerDuty."""

from dataclasses import replace

import pytest

from surefoot.channels.pagerduty import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, RESOLVED, channel, request, value

KEY = Settings("R0UT1NG")


@pytest.mark.req("ALR-4")
def test_a_page_triggers():
    found = request(KEY, "pagerduty")
    assert found.url == "https://events.pagerduty.com/v2/enqueue"
    assert value(found) == {
        "routing_key": "R0UT1NG",
        "event_action": "trigger",
        "dedup_key": "INC-7",
        "client": "Surefoot",
        "links": [
            {"href": "https://sure.shop.example/a/s3cr3t?x=1&y=2", "text": "Acknowledge"},
            {"href": "https://sure.shop.example/i/7", "text": "Incident"},
            {"href": "https://graf.shop.example/d/1", "text": "Dashboard"},
        ],
        "payload": {
            "summary": "[P1] checkout: Errors & <!channel> Bcc: all@shop.example",
            "source": "checkout",
            "severity": "critical",
            "timestamp": "2026-01-05T03:00:00+00:00",
            "class": "page",
            "component": "checkout",
            "custom_details": {
                "body": "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone",
                "key": "INC-7/1/0/1/ana",
            },
        },
    }


def test_the_end_resolves_the_same_alert():
    assert value(request(KEY, "pagerduty", RESOLVED)) == {
        "routing_key": "R0UT1NG",
        "event_action": "resolve",
        "dedup_key": "INC-7",
    }


def test_lengths_are_those_that_pagerduty_takes():
    document = value(request(KEY, "pagerduty", replace(PAGE, title="x" * 5000, incident="i" * 300)))
    assert isinstance(document, dict)
    assert len(document["payload"]["summary"]) == 1024
    assert len(document["dedup_key"]) == 64


@pytest.mark.parametrize("url", ["https://events.eu.pagerduty.com", "https://events.eu.pagerduty.com/v2/enqueue"])
def test_the_address_may_have_the_path_or_not(url: str):
    assert request(Settings("k", url), "pagerduty").url == "https://events.eu.pagerduty.com/v2/enqueue"


def test_the_key_that_it_answers_with_is_kept():
    answer = HttpResponse(202, b'{"status":"success","dedup_key":"INC-7"}')
    assert channel("pagerduty").receipt(answer).provider_id == "INC-7"
