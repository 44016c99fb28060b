"""Pushes of ntfy."""

from dataclasses import replace

import pytest

from surefoot.channels.ntfy import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, RESOLVED, channel, refusal, request, value

TOPIC = Settings("ops-7f3", "https://ntfy.sh", "tk_1")


@pytest.mark.req("ALR-4")
def test_a_page_is_a_push_with_buttons():
    found = request(TOPIC, "ntfy")
    assert (found.url, found.headers["Authorization"]) == ("https://ntfy.sh", "Bearer tk_1")
    acknowledge = "https://sure.shop.example/a/s3cr3t?x=1&y=2"
    assert value(found) == {
        "topic": "ops-7f3",
        "title": "[P1] checkout: Errors & <!channel> Bcc: all@shop.example",
        "message": "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone",
        "priority": 5,
        "tags": ["rotating_light"],
        "actions": [
            {"action": "http", "label": "Acknowledge", "url": acknowledge, "method": "POST", "clear": True},
            {"action": "view", "label": "Incident", "url": "https://sure.shop.example/i/7"},
            {"action": "view", "label": "Dashboard", "url": "https://graf.shop.example/d/1"},
        ],
        "click": acknowledge,
    }
    assert channel("ntfy").acknowledges


def test_the_end_wakes_nobody():
    document = value(request(TOPIC, "ntfy", RESOLVED))
    assert isinstance(document, dict)
    assert document["priority"] == 3
    assert all(each["action"] == "view" for each in document["actions"])


def test_a_message_stays_below_the_size_of_an_attachment():
    document = value(request(TOPIC, "ntfy", replace(PAGE, title="ü" * 900, body="ü" * 9000)))
    assert isinstance(document, dict)
    assert len(document["message"].encode()) <= 4096
    assert len(document["title"].encode()) <= 250


@pytest.mark.parametrize("topic", ["", "a/b", "a b", "x" * 65])
def test_a_topic_that_is_none_is_refused_and_not_repeated(topic: str):
    reason = refusal(Settings(topic), "ntfy")
    assert reason.startswith("the topic is not")
    assert not topic or topic not in reason


def test_the_push_is_named():
    assert channel("ntfy").receipt(HttpResponse(200, b'{"id":"xE7"}')).provider_id == "xE7"
