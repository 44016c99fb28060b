"""Every channel against a server that speaks as its provider does, in good days and in bad ones.

What must hold: a page that a provider took is accepted, one that it did not take is refused, and where
nobody knows, it is unknown; and sent again as the channel says, it is seen twice only if it says `Repeat`.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from surefoot.channels import Given, Line, Message, Receipt, all_channels, ask, line_of, send
from surefoot.channels._signing import from_twilio
from surefoot.channels.slack import Settings
from surefoot.domain.paging.sending import Result
from surefoot.edge.mail import SmtpMail
from surefoot.edge.sending import Sender
from surefoot.spec.model.channel import ChannelModel
from tests.mailserver import MailServer, certificate
from tests.providers import Asked, Hooks, Ntfy, Opsgenie, PagerDuty, Provider, Reply, Say, Seen, Slack, Teams, Twilio
from tests.unit.channels.sample import PAGE, RESOLVED, UPDATE

pytestmark = pytest.mark.req("ALR-4")

SECRETS = {"KEY": "k3y", "PASSWORD": "pa55word", "ROUTING": "R0UT1NG", "TOPIC": "ops-7f3", "TK": "tk_1", "SID": "AC1"}
SECRETS |= {"TOKEN": "t0k", "SECRET": "whsec_c2VjcmV0"}


class HookApp(Hooks):
    def __init__(self) -> None:
        super().__init__(b"secret")


Entry = Callable[[str], dict[str, object]]
PROVIDERS: dict[str, tuple[type[Seen], Entry]] = {
    "webhook": (HookApp, lambda url: {"webhook": {"url": url, "secret": "env:SECRET"}}),
    "slack hook": (Slack, lambda url: {"slack": {"url": f"env:{url}/services/T/B/x"}}),
    "teams": (Teams, lambda url: {"teams": {"url": f"env:{url}/workflows/1?sig=x"}}),
    "pagerduty": (PagerDuty, lambda url: {"pagerduty": {"key": "env:ROUTING", "url": url}}),
    "opsgenie": (Opsgenie, lambda url: {"opsgenie": {"key": "env:KEY", "url": url}}),
    "ntfy": (Ntfy, lambda url: {"ntfy": {"topic": "env:TOPIC", "url": url, "token": "env:TK"}}),
    "phone": (Twilio, lambda url: twilio(url, "call")),
    "sms": (Twilio, lambda url: twilio(url, "sms")),
}


def twilio(url: str, by: str) -> dict[str, object]:
    return {"twilio": {"account": "env:SID", "token": "env:TOKEN", "from": "+49 30 123456", "by": by, "url": url}}


def reveal(where: str) -> str:
    name = where.removeprefix("env:")
    return SECRETS.get(name, name)


def opened(entry: dict[str, object]) -> Line:
    return line_of(ChannelModel.model_validate(entry), Given(reveal))


@dataclass
class Case:
    """A channel, the server that it talks to, and what its users see."""

    line: Line
    provider: Provider
    seen: Seen
    page: Message

    @property
    def shown(self) -> list[str]:
        return self.seen.shown


@pytest.fixture
def sender() -> Iterator[Sender]:
    one = Sender(SmtpMail(), lambda _: None, timeout=0.6)
    yield one
    one.close()


@pytest.fixture(params=sorted(PROVIDERS))
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    kind, entry = PROVIDERS[request.param]
    seen = kind()

    def serve(asked: Asked) -> Reply:
        return seen(asked)  # type: ignore[operator, no-any-return]

    provider = Provider(serve)
    page = replace(PAGE, to="+49301234567") if kind is Twilio else PAGE
    yield Case(opened(entry(provider.url)), provider, seen, page)
    provider.close()


def test_a_page_is_accepted_and_seen_once(case: Case, sender: Sender):
    receipt = send(case.line, case.page, sender)
    assert (receipt.result, receipt.reason) == (Result.ACCEPTED, "")
    assert len(case.shown) == 1
    assert len(case.provider.asked) == 1


def test_an_update_and_the_end_are_accepted(case: Case, sender: Sender):
    for message in (case.page, replace(UPDATE, to=case.page.to), replace(RESOLVED, to=case.page.to)):
        assert send(case.line, message, sender).result is Result.ACCEPTED


def test_too_many_is_refused_and_says_how_long_to_wait(case: Case, sender: Sender):
    case.provider.troubles = [Say(429, {"Retry-After": "7"})]
    receipt = send(case.line, case.page, sender)
    assert (receipt.result, receipt.retry_after) == (Result.REFUSED, timedelta(seconds=7))
    assert case.shown == []
    assert send(case.line, case.page, sender).result is Result.ACCEPTED


def test_a_server_that_is_closed_for_now_has_refused(case: Case, sender: Sender):
    case.provider.troubles = [Say(503, {"Retry-After": "Mon, 05 Jan 2099 03:00:00 GMT"})]
    receipt = send(case.line, case.page, sender)
    assert (receipt.result, receipt.retry_after) == (Result.REFUSED, timedelta(days=1))


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_fails_leaves_it_open(case: Case, sender: Sender, status: int):
    case.provider.troubles = [Say(status)]
    assert send(case.line, case.page, sender).result is Result.UNKNOWN


def test_no_answer_in_time_leaves_it_open(case: Case, sender: Sender):
    case.provider.troubles = ["hang"]
    begin = time.monotonic()
    assert send(case.line, case.page, sender) == Receipt(Result.UNKNOWN, reason="no answer within 0.6 s")
    assert time.monotonic() - begin < 3


def test_a_connection_closed_unread_leaves_it_open(case: Case, sender: Sender):
    case.provider.troubles = ["hang up"]
    assert send(case.line, case.page, sender).result is Result.UNKNOWN
    assert case.shown == []


def test_nobody_there_has_refused(case: Case, sender: Sender):
    case.provider.close()
    assert send(case.line, case.page, sender) == Receipt(Result.REFUSED, reason="no connection: Connection refused")


def test_a_page_whose_answer_was_lost_is_made_good_as_the_channel_says(case: Case, sender: Sender):
    case.provider.troubles = ["lose"]
    assert send(case.line, case.page, sender).result is Result.UNKNOWN
    assert len(case.shown) == 1
    match case.line.dedupe:
        case "dedupe":  # the other side knows the key again
            assert send(case.line, case.page, sender).result is Result.ACCEPTED
            assert len(case.shown) == 1
        case "lookup":  # the provider is asked, and nothing is sent
            receipt = ask(case.line, case.page, sender)
            assert (receipt.result, receipt.provider_id) == (Result.ACCEPTED, "SM1")
            assert ask(case.line, replace(case.page, key="another"), sender).result is Result.ABSENT
            assert len(case.shown) == 1
        case "none":  # it is seen twice, and says so
            assert send(case.line, replace(case.page, repeat=True), sender).result is Result.ACCEPTED
            assert len(case.shown) == 2
            assert "Repeat" in case.shown[1]


@pytest.mark.parametrize(
    ("name", "kind", "entry", "reason"),
    [
        ("key", PagerDuty, lambda url: {"pagerduty": {"key": "env:OTHER", "url": url}}, "400: "),
        ("key", Opsgenie, lambda url: {"opsgenie": {"key": "env:OTHER", "url": url}}, "422: "),
        ("token", Ntfy, lambda url: {"ntfy": {"topic": "env:TOPIC", "url": url}}, "403: "),
        ("secret", HookApp, lambda url: {"webhook": {"url": url, "secret": "env:OTHER"}}, "401: "),
        (
            "login",
            Twilio,
            lambda url: {"twilio": {**twilio(url, "sms")["twilio"], "token": "env:O"}},
            "401: error 20003",
        ),  # type: ignore[dict-item]
    ],
)
def test_a_wrong_key_is_refused_and_not_told(name: str, kind: type[Seen], entry: Entry, reason: str, sender: Sender):
    provider = Provider(kind())  # type: ignore[arg-type]
    receipt = send(opened(entry(provider.url)), replace(PAGE, to="+49301234567" if kind is Twilio else ""), sender)
    provider.close()
    assert receipt.result is Result.REFUSED, name
    assert receipt.reason.startswith(reason)
    assert "OTHER" not in receipt.reason


def test_a_number_that_the_provider_does_not_know_is_told_in_its_words(sender: Sender):
    provider = Provider(Twilio())
    receipt = send(opened(twilio(provider.url, "call")), replace(PAGE, to="+15005550001"), sender)
    provider.close()
    assert receipt.reason == "400: error 21211: The 'To' number is not a valid phone number."


def test_the_digit_of_a_call_comes_back_signed(sender: Sender):
    app = Twilio()
    provider = Provider(app)
    send(opened(twilio(provider.url, "call")), replace(PAGE, to="+49301234567"), sender)
    provider.close()
    link = PAGE.links.acknowledge
    assert f'<Gather action="{link.replace("&", "&amp;")}" method="POST"' in app.scripts[0]
    pressed = {"CallSid": "CA1", "Digits": "4", "To": "+49301234567"}
    assert from_twilio(Twilio.token, link, pressed, app.signature(link, pressed))
    assert not from_twilio(Twilio.token, link, {**pressed, "Digits": "5"}, app.signature(link, pressed))


def test_a_bot_writes_to_its_rooms_alone(sender: Sender):
    app = Slack()
    provider = Provider(app)
    for token, to, result, reason in (
        ("xoxb-1", "#ops", Result.ACCEPTED, ""),
        ("xoxb-1", "#other", Result.REFUSED, "Slack says: channel_not_found"),
        ("xoxb-2", "#ops", Result.REFUSED, "Slack says: invalid_auth"),
    ):
        line = all_channels()["slack"].line(Settings("", token, "", provider.url))
        receipt = send(line, replace(PAGE, to=to), sender)
        assert (receipt.result, receipt.reason) == (result, reason)
    provider.close()
    assert len(app.shown) == 1


@pytest.fixture
def post(tmp_path: Path) -> Iterator[tuple[MailServer, Sender, Line]]:
    ours, theirs = certificate(tmp_path)
    server = MailServer(ours)
    server.logins = {"ana": "pa55word"}
    one = Sender(SmtpMail(theirs), lambda _: None, timeout=0.6)
    mail = {"to": ["ops@shop.example"], "smtp": f"127.0.0.1:{server.port}", "from": "alerts@shop.example"}
    yield server, one, opened({"email": {**mail, "username": "ana", "password": "env:PASSWORD"}})
    one.close()
    server.close()


def test_an_email_arrives_with_no_header_of_the_alerts(post: tuple[MailServer, Sender, Line]):
    server, sender, line = post
    assert send(line, PAGE, sender) == Receipt(Result.ACCEPTED)
    ((envelope, recipients, message),) = server.taken
    assert (envelope, recipients) == ("alerts@shop.example", ("ops@shop.example",))
    assert message["Subject"] == "[P1] checkout: Errors & <!channel> Bcc: all@shop.example"
    assert message["Bcc"] is None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_an_email_whose_answer_was_lost_comes_again_as_the_same(post: tuple[MailServer, Sender, Line]):
    server, sender, line = post
    server.at = {".": "lose"}
    assert send(line, PAGE, sender).result is Result.UNKNOWN
    server.at = {}
    assert send(line, replace(PAGE, at=PAGE.at + timedelta(seconds=10)), sender).result is Result.ACCEPTED
    assert len({message["Message-ID"] for _, _, message in server.taken}) == 1
    assert len(server.taken) == 2


def test_a_mail_server_that_refuses_does_not_tell_the_password(post: tuple[MailServer, Sender, Line]):
    server, sender, line = post
    server.logins = {"ana": "another"}
    receipt = send(line, PAGE, sender)
    assert (receipt.result, receipt.reason) == (Result.REFUSED, "535: 5.7.8 wrong password ***")


def test_mail_that_nobody_takes_is_refused(post: tuple[MailServer, Sender, Line]):
    server, sender, line = post
    for step, reply in (("RCPT", "550 5.1.1 no such user"), ("MAIL", "451 4.3.2 later")):
        server.at = {step: reply}
        receipt = send(line, PAGE, sender)
        assert (receipt.result, receipt.reason) == (Result.REFUSED, f"{reply[:3]}: {reply[4:]}")
    server.close()
    assert send(line, PAGE, sender).result is Result.REFUSED


def test_many_pages_may_leave_at_once(sender: Sender):
    app = HookApp()
    provider = Provider(app)
    line = opened({"webhook": {"url": provider.url, "secret": "env:SECRET"}})
    with ThreadPoolExecutor(8) as pool:
        pages = [replace(PAGE, key=f"INC-7/{number % 20}") for number in range(40)]
        receipts = list(pool.map(lambda page: send(line, page, sender), pages))
    provider.close()
    assert {receipt.result for receipt in receipts} == {Result.ACCEPTED}
    assert len(app.shown) == 20
