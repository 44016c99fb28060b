"""The webhook's body, its signature and its headers."""

from dataclasses import replace

import pytest

from surefoot.channels._signing import webhook_headers
from surefoot.channels.webhook import Settings
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import PAGE, channel, request, value

URL = "https://hooks.shop.example/page"


@pytest.mark.req("ALR-4")
def test_a_page_is_json():
    assert value(request(Settings(URL), "webhook")) == {
        "version": 1,
        "key": "INC-7/1/0/1/ana",
        "kind": "page",
        "incident": "INC-7",
        "priority": "P1",
        "service": "checkout",
        "title": "Errors & <!channel> Bcc: all@shop.example",
        "body": "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone",
        "to": "",
        "repeat": False,
        "links": {
            "acknowledge": "https://sure.shop.example/a/s3cr3t?x=1&y=2",
            "incident": "https://sure.shop.example/i/7",
            "dashboard": "https://graf.shop.example/d/1",
        },
    }


def test_the_body_is_signed_as_it_is_sent():
    found = request(Settings(URL, "", "s3cr3t"), "webhook")
    expected = webhook_headers("s3cr3t", found.headers["Webhook-Id"], 1767582000, found.body)
    assert expected.items() <= found.headers.items()


def test_every_try_of_a_message_has_one_id_and_every_message_its_own():
    ids = [
        request(Settings(URL), "webhook", message).headers["Webhook-Id"]
        for message in (PAGE, replace(PAGE, repeat=True, at=PAGE.at.replace(minute=1)), replace(PAGE, key="other"))
    ]
    assert ids[0] == ids[1] != ids[2]


def test_headers_of_the_user_do_not_replace_ours():
    settings = Settings(URL, "t0ken", headers=("content-TYPE=text/plain", "X-Team=a=b"))
    headers = request(settings, "webhook").headers
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["X-Team"] == "a=b"
    assert [name for name in headers if name.lower() == "content-type"] == ["Content-Type"]


def test_the_receivers_id_is_kept():
    assert channel("webhook").receipt(HttpResponse(200, b'{"id": "n-1"}')).provider_id == "n-1"
