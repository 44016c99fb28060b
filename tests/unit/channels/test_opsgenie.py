"""Alerts of Opsgenie."""

from dataclasses import replace

import pytest

from surefoot.channels.opsgenie import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, RESOLVED, UPDATE, channel, request, value

KEY = Settings("k3y")


@pytest.mark.req("ALR-4")
def test_a_page_opens_an_alert():
    found = request(KEY, "opsgenie")
    assert found.url == "https://api.opsgenie.com/v2/alerts"
    assert found.headers["Authorization"] == "GenieKey k3y"
    assert value(found) == {
        "message": "[P1] checkout: Errors & <!channel> Bcc: all@shop.example",
        "alias": "INC-7",
        "description": (
            "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone\n\n"
            "Acknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2\n"
            "Incident: https://sure.shop.example/i/7\n"
            "Dashboard: https://graf.shop.example/d/1"
        ),
        "priority": "P1",
        "source": "Surefoot",
        "entity": "checkout",
    }


def test_an_update_is_a_note_and_the_end_closes():
    update, end = (request(KEY, "opsgenie", replace(each, incident="a/b c")) for each in (UPDATE, RESOLVED))
    assert update.url == "https://api.opsgenie.com/v2/alerts/a%2Fb%20c/notes?identifierType=alias"
    assert end.url == "https://api.opsgenie.com/v2/alerts/a%2Fb%20c/close?identifierType=alias"
    note = value(end)
    assert isinstance(note, dict)
    assert note["note"].startswith("Resolved: [P1] checkout: Errors")


def test_lengths_are_those_that_opsgenie_takes():
    long = replace(PAGE, title="x" * 500, body="x" * 20_000, service="s" * 600, incident="i" * 600)
    document = value(request(KEY, "opsgenie", long))
    assert isinstance(document, dict)
    assert {key: len(text) for key, text in document.items()} == {
        "message": 130,
        "alias": 64,
        "description": 15_000,
        "priority": 2,
        "source": 8,
        "entity": 512,
    }


def test_the_request_is_named():
    assert channel("opsgenie").receipt(HttpResponse(202, b'{"requestId":"r-1"}')).provider_id == "r-1"
