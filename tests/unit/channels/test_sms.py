"""Short messages, and how one is found again."""

from dataclasses import replace
from urllib.parse import parse_qs

import orjson
import pytest

from surefoot.channels import Receipt, ask, send
from surefoot.channels._twilio import Settings
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import HttpRequest, HttpResponse
from surefoot.ports.silence import Silence
from tests.unit.channels.sample import PAGE, Kept, line, request

TWILIO = Settings("AC1", "t0k", "+49 30 123456", to="+49301234567")
TEXT = (
    "[P1] checkout: Errors & <!channel> Bcc: all@shop.example\n"
    "Acknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2\n"
    "ref cdb89cc6be"
)


def listed(*messages: dict[str, str]) -> HttpResponse:
    return HttpResponse(200, orjson.dumps({"messages": messages}))


@pytest.mark.req("ALR-4")
def test_a_page_is_a_short_text_with_a_link():
    form = parse_qs(request(TWILIO, "sms").body.decode())
    assert form == {"To": ["+49301234567"], "From": ["+4930123456"], "Body": [TEXT]}


def test_a_long_title_leaves_the_link_and_the_reference_whole():
    (text,) = parse_qs(request(TWILIO, "sms", replace(PAGE, title="ü" * 1000)).body.decode())["Body"]
    assert len(text) == 459
    assert text.endswith("…\nAcknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2\nref cdb89cc6be")


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        (listed({"body": TEXT, "status": "sent", "sid": "SM1"}), Receipt(Result.ACCEPTED, "SM1")),
        (listed({"body": f"Trial - {TEXT}", "status": "delivered", "sid": "SM1"}), Receipt(Result.DELIVERED, "SM1")),
        (listed({"body": TEXT, "status": "failed", "sid": "SM1"}), Receipt(Result.REFUSED, "SM1")),
        (listed({"body": "another", "status": "sent", "sid": "SM2"}), Receipt(Result.ABSENT)),
        (listed(), Receipt(Result.ABSENT)),
        (HttpResponse(200, b"hello"), Receipt(Result.UNKNOWN, reason="no list of messages")),
        (HttpResponse(401, b"no"), Receipt(Result.UNKNOWN, reason="401: no")),
        (Silence(sent=False, reason="no connection"), Receipt(Result.UNKNOWN, reason="no connection")),
    ],
)
def test_the_provider_is_asked_by_the_reference(answer: HttpResponse | Silence, receipt: Receipt):
    carrier = Kept([answer])
    assert ask(line(TWILIO, "sms"), PAGE, carrier) == receipt
    (asked,) = carrier.requests
    assert isinstance(asked, HttpRequest)
    assert (asked.method, asked.url.partition("Accounts")[2]) == (
        "GET",
        "/AC1/Messages.json?To=%2B49301234567&PageSize=50",
    )


def test_an_unknown_try_is_unknown():
    carrier = Kept([Silence(sent=True, reason="no answer within 10 s")])
    assert send(line(TWILIO, "sms"), PAGE, carrier).result == "unknown"
