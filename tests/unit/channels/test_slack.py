"""Slack's blocks and its answers."""

from dataclasses import replace

import pytest

from surefoot.channels.slack import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, channel, refusal, request, value

BOT = Settings("", "xoxb-1", "#ops")


def button(words: str, url: str, **more: str) -> object:
    return {"type": "button", "text": {"type": "plain_text", "text": words, "emoji": False}, "url": url, **more}


@pytest.mark.req("ALR-4")
def test_a_page_is_blocks():
    found = request(BOT, "slack")
    assert found.url == "https://slack.com/api/chat.postMessage"
    assert found.headers["Authorization"] == "Bearer xoxb-1"
    headline = "[P1] checkout: Errors & <!channel> Bcc: all@shop.example"
    body = "5 % of &lt;b&gt;requests&lt;/b&gt; fail.[31m\n*since* 02:55 @everyone"
    assert value(found) == {
        "channel": "#ops",
        "text": "[P1] checkout: Errors &amp; &lt;!channel&gt; Bcc: all@shop.example",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": headline, "emoji": False}},
            {"type": "section", "text": {"type": "mrkdwn", "text": body, "verbatim": True}},
            {
                "type": "actions",
                "elements": [
                    button("Acknowledge", "https://sure.shop.example/a/s3cr3t?x=1&y=2", style="primary"),
                    button("Incident", "https://sure.shop.example/i/7"),
                    button("Dashboard", "https://graf.shop.example/d/1"),
                ],
            },
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_a_webhook_names_no_room():
    found = request(Settings(url="https://hooks.slack.com/services/T/B/x"), "slack", replace(PAGE, to="#other"))
    assert "channel" not in str(value(found)).replace("!channel", "")


def test_lengths_are_those_that_slack_takes():
    long = replace(PAGE, title="<" * 500, body="&" * 9000)
    document = value(request(BOT, "slack", long))
    assert isinstance(document, dict)
    header, section, _ = document["blocks"]
    assert len(header["text"]["text"]) == 150
    assert 2990 < len(section["text"]["text"]) <= 3000
    assert len(document["text"]) <= 3000


def test_a_bot_without_a_room_is_refused():
    assert refusal(Settings("", "xoxb-1"), "slack") == "Slack needs `url`, or `token` and `room`"
    assert request(Settings("", "xoxb-1"), "slack", replace(PAGE, to="U123")).body


@pytest.mark.parametrize(
    ("status", "body", "result", "reason"),
    [
        (200, b"ok", "accepted", ""),
        (200, b'{"ok":true,"ts":"1.2"}', "accepted", ""),
        (200, b'{"ok":false,"error":"channel_not_found"}', "refused", "Slack says: channel_not_found"),
        (200, b'{"ok":false,"error":"internal_error"}', "unknown", "Slack says: internal_error"),
        (404, b"no_service", "refused", "404: no_service"),
        (500, b"", "unknown", "500: no more said"),
    ],
)
def test_an_answer_of_200_may_refuse(status: int, body: bytes, result: str, reason: str):
    receipt = channel("slack").receipt(HttpResponse(status, body))
    assert (receipt.result, receipt.reason) == (result, reason)


def test_the_timestamp_names_the_message():
    assert channel("slack").receipt(HttpResponse(200, b'{"ok":true,"ts":"1.2"}')).provider_id == "1.2"
