"""The contract of channels: every entry of a spec has one, none tells a secret, and nothing is taken for sent."""

from dataclasses import replace

import pytest

from surefoot.channels import Given, Line, Message, Receipt, all_channels, ask, line_of, send
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import HttpRequest, HttpResponse, Notice, Printed, Response
from surefoot.ports.mail import Letter, Posted
from surefoot.ports.silence import Silence
from surefoot.spec.model.channel import ChannelModel
from tests.unit.channels.sample import PAGE, Kept

SECRETS = {
    "URL": "https://hooks.example/services/T0/B0/s3cr3tpath",
    "KEY": "s3cr3tkey",
    "SID": "AC5ecret",
    "TOPIC": "s3cr3t-topic",
    "TGRAM": "123:s3cr3ttoken",
}
ENTRIES: dict[str, list[dict[str, object]]] = {
    "slack": [{"slack": {"url": "env:URL"}}, {"slack": {"token": "env:KEY", "room": "#ops"}}],
    "teams": [{"teams": {"url": "env:URL"}}],
    "webhook": [
        {"webhook": {"url": "env:URL", "token": "env:KEY", "secret": "env:KEY", "headers": {"X-A": "further"}}}
    ],
    "email": [{"email": {"to": ["a@b.example"], "username": "ana", "password": "env:KEY"}}],
    "pagerduty": [{"pagerduty": {"key": "env:KEY", "url": "https://events.eu.example"}}],
    "opsgenie": [{"opsgenie": {"key": "env:KEY"}}],
    "ntfy": [{"ntfy": {"topic": "env:TOPIC", "token": "env:KEY"}}],
    "phone": [{"twilio": {"account": "env:SID", "token": "env:KEY", "from": "+4930123456", "to": "+4930123457"}}],
    "sms": [{"twilio": {"account": "env:SID", "token": "env:KEY", "from": "+4930123456", "by": "sms"}}],
    "apprise": [{"apprise": {"url": "env:URL"}}, {"telegram": {"token": "env:TGRAM", "chat": "@ops"}}],
    "console": [{"console": {}}],
}
CASES = [(name, entry) for name, entries in ENTRIES.items() for entry in entries]
GIVEN = Given(lambda where: SECRETS[where.removeprefix("env:")], "mail.example:587", "alerts@b.example")
TALKING = [case for case in CASES if case[0] not in {"console", "apprise"}]


def opened(entry: dict[str, object]) -> Line:
    return line_of(ChannelModel.model_validate(entry), GIVEN)


def addressed(name: str) -> Message:
    return replace(PAGE, to="+49301234567") if name in {"phone", "sms"} else PAGE


@pytest.mark.req("ALR-4")
def test_every_channel_is_reached_from_the_spec():
    assert set(ENTRIES) == set(all_channels())


@pytest.mark.parametrize(("name", "entry"), CASES)
def test_an_entry_opens_its_channel(name: str, entry: dict[str, object]):
    line = opened(entry)
    channel = all_channels()[name]
    assert (line.channel, line.dedupe, line.acknowledges) == (name, channel.dedupe, channel.acknowledges)
    assert (line.lookup is None) == (line.dedupe != "lookup")


def test_telegram_goes_through_the_long_tail():
    found = opened({"telegram": {"token": "env:TGRAM", "chat": "-100/1"}}).request(PAGE)
    assert isinstance(found, Notice)
    assert found.url == "tgram://123:s3cr3ttoken/-100%2F1"


def test_the_workspaces_mail_server_and_sender_stand_in():
    found = opened({"email": {"to": ["a@b.example"]}}).request(PAGE)
    assert isinstance(found, Letter)
    assert (found.host, found.port, found.sender) == ("mail.example", 587, "alerts@b.example")


@pytest.mark.parametrize(("name", "entry"), CASES)
def test_no_representation_shows_a_secret(name: str, entry: dict[str, object]):
    line = opened(entry)
    request = line.request(addressed(name))
    shown = repr(line) + repr(request)
    assert [secret for secret in SECRETS.values() if secret in shown] == []
    assert "s3cr3tpath" not in shown


def echo(request: HttpRequest | Letter) -> list[Response]:
    """Answer with everything that was sent, as a debugging page would."""
    if isinstance(request, Letter):
        return [Posted(550, f"{request.password} is wrong")]
    sent = f"{request.url} {' '.join(request.headers.values())} {request.body.decode()}"
    return [HttpResponse(status, text.encode()) for status in (400, 500) for text in (sent, sent[10:])]


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize(("name", "entry"), TALKING)
def test_no_reason_repeats_a_secret_that_the_provider_repeats(name: str, entry: dict[str, object]):
    message = addressed(name)
    line = opened(entry)
    request = line.request(message)
    assert isinstance(request, HttpRequest | Letter)
    for answer in echo(request):
        receipt = send(line, message, Kept([answer]))
        assert receipt.reason
        assert "s3cr3t" not in receipt.reason
        assert "AC5ecret" not in receipt.reason
        for header in request.headers.values() if isinstance(request, HttpRequest) else ():
            assert header.split()[-1] not in receipt.reason or header.startswith("application/")


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize(("name", "entry"), CASES)
def test_silence_is_never_taken_for_sent(name: str, entry: dict[str, object]):
    carrier = Kept([Silence(sent=False, reason="no way"), Silence(sent=True, reason="no answer")])
    assert send(opened(entry), addressed(name), carrier) == Receipt(Result.REFUSED, reason="no way")
    assert send(opened(entry), addressed(name), carrier) == Receipt(Result.UNKNOWN, reason="no answer")


def test_who_cannot_be_asked_leaves_it_unknown():
    receipt = ask(opened({"console": {}}), PAGE, Kept([Printed()]))
    assert receipt == Receipt(Result.UNKNOWN, reason="console cannot be asked")


def test_a_message_that_cannot_be_sent_is_not():
    carrier = Kept([])
    receipt = send(opened(ENTRIES["sms"][0]), PAGE, carrier)
    assert receipt.result is Result.REFUSED
    assert carrier.requests == []
