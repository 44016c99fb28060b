"""The card of Teams and its answers."""

from dataclasses import replace

import pytest

from surefoot.channels.teams import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, channel, request, value

HOOK = Settings("https://prod.logic.example/workflows/1?sig=s3cr3t")


@pytest.mark.req("ALR-4")
def test_a_page_is_a_card_that_reads_no_markdown():
    headline = "[P1] checkout: Errors & <!channel> Bcc: all@shop.example"
    bold = {"weight": "Bolder", "size": "Medium", "color": "Attention"}
    body = "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone"
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": headline, **bold}]},
            {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": body}]},
        ],
        "actions": [
            {
                "type": "Action.OpenUrl",
                "title": "Acknowledge",
                "url": "https://sure.shop.example/a/s3cr3t?x=1&y=2",
            },
            {"type": "Action.OpenUrl", "title": "Incident", "url": "https://sure.shop.example/i/7"},
            {"type": "Action.OpenUrl", "title": "Dashboard", "url": "https://graf.shop.example/d/1"},
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    assert value(request(HOOK, "teams")) == {
        "type": "message",
        "attachments": [{"contentType": kind, "contentUrl": None, "content": card}],
    }


def test_the_longest_card_is_below_28_kilobytes():
    link = "https://a.example/" + "x" * 1900
    links = replace(PAGE.links, incident=link, acknowledge=link, runbook=link, dashboard=link)
    assert len(request(HOOK, "teams", replace(PAGE, title="🔥" * 9000, body="🔥" * 9000, links=links)).body) < 28 << 10


def test_an_old_connector_says_200_to_a_failure():
    answer = HttpResponse(200, b"Webhook message delivery failed with error: 429")
    assert channel("teams").receipt(answer).result == "refused"
    assert channel("teams").receipt(HttpResponse(202)).result == "accepted"
