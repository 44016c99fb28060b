"""SMTP against a server of our own: where a conversation breaks decides whether the letter may have left."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.edge.mail import SmtpMail
from surefoot.ports.mail import Letter, Posted
from surefoot.ports.silence import Silence
from tests.mailserver import MailServer, certificate

CONTENT = b"Subject: hi\r\n\r\nline\r\n.dot\r\n"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(Path(tmp_path_factory.mktemp("mail")))


@pytest.fixture
def server(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[MailServer]:
    one = MailServer(contexts[0])
    yield one
    one.close()


@pytest.fixture
def mail(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> SmtpMail:
    return SmtpMail(contexts[1])


def letter(server: MailServer) -> Letter:
    return Letter("127.0.0.1", server.port, "starttls", "a@shop.example", ("b@shop.example",), CONTENT)


@pytest.mark.req("ALR-4")
def test_a_letter_is_handed_over_encrypted(server: MailServer, mail: SmtpMail):
    assert mail.post(letter(server), timeout=5) == Posted(250, "2.0.0 queued as 1")
    ((sender, recipients, message),) = server.taken
    assert (sender, recipients) == ("a@shop.example", ("b@shop.example",))
    assert (message["Subject"], message.get_content()) == ("hi", "line\r\n.dot\r\n")
    assert [each.split(" ")[0] for each in server.said] == [
        *("EHLO", "STARTTLS", "EHLO"),
        *("MAIL", "RCPT", "DATA", "QUIT"),
    ]


def test_encryption_may_be_there_from_the_start(contexts: tuple[ssl.SSLContext, ssl.SSLContext], mail: SmtpMail):
    server = MailServer(contexts[0], implicit=True)
    assert mail.post(replace(letter(server), protection="tls"), timeout=5) == Posted(250, "2.0.0 queued as 1")
    server.close()


def test_a_certificate_of_nobody_is_not_believed(server: MailServer):
    silence = SmtpMail().post(letter(server), timeout=5)
    assert silence == Silence(sent=False, reason="the encryption failed: CERTIFICATE_VERIFY_FAILED")
    assert server.taken == []


def test_encryption_that_is_not_offered_is_not_done_without(server: MailServer, mail: SmtpMail):
    server.tls = None
    posted = mail.post(letter(server), timeout=5)
    assert isinstance(posted, Posted)
    assert "does not offer STARTTLS" in posted.reply
    assert [each.split(" ")[0] for each in server.said] == ["EHLO"]
    assert mail.post(replace(letter(server), protection="none"), timeout=5) == Posted(250, "2.0.0 queued as 1")


def test_a_password_is_given_to_who_is_known(server: MailServer, mail: SmtpMail):
    server.logins = {"ana": "s3cr3t"}
    right = replace(letter(server), username="ana", password="s3cr3t")  # noqa: S106  # of the test
    assert mail.post(right, timeout=5) == Posted(250, "2.0.0 queued as 1")
    wrong = mail.post(replace(right, password="other"), timeout=5)  # noqa: S106  # of the test
    assert isinstance(wrong, Posted)
    assert wrong.code == 535
    assert len(server.taken) == 1


def test_a_password_does_not_leave_the_machine_in_the_clear(
    server: MailServer, mail: SmtpMail, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: _connected(server.port))
    far = replace(letter(server), host="mail.shop.example", protection="none", username="ana", password="x")  # noqa: S106
    posted = mail.post(far, timeout=5)
    assert isinstance(posted, Posted)
    assert posted.reply == "a password is not sent unencrypted: write `tls: starttls`"
    assert [each.split(" ")[0] for each in server.said] == ["EHLO"]


def _connected(port: int) -> socket.socket:
    found = socket.socket()
    found.connect(("127.0.0.1", port))
    return found


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "STARTTLS", "MAIL", "RCPT"])
@pytest.mark.parametrize("trouble", ["close", "hang", "trickle"])
def test_a_line_that_breaks_before_the_content_has_sent_nothing(
    server: MailServer, mail: SmtpMail, step: str, trouble: str
):
    server.at = {step: trouble}
    begin = time.monotonic()
    silence = mail.post(letter(server), timeout=0.5)
    assert time.monotonic() - begin < 3
    assert isinstance(silence, Silence)
    assert not silence.sent
    assert silence.reason in {
        "the mail server closed the connection",
        "the mail server did not answer within 0.5 s",
    }


@pytest.mark.req("ALR-4")
@pytest.mark.parametrize("trouble", ["lose", "hang", "trickle"])
def test_a_line_that_breaks_after_the_content_leaves_it_open(server: MailServer, mail: SmtpMail, trouble: str):
    server.at = {".": trouble}
    silence = mail.post(letter(server), timeout=0.5)
    assert isinstance(silence, Silence)
    assert silence.sent


@pytest.mark.parametrize(
    ("step", "reply", "code"),
    [
        ("CONNECT", "421 too busy", 421),
        ("CONNECT", "554 no", 554),
        ("MAIL", "451 later", 451),
        ("RCPT", "550 no such user", 550),
        ("DATA", "451 later", 451),
        (".", "554 spam", 554),
    ],
)
def test_what_the_server_refuses_is_refused(server: MailServer, mail: SmtpMail, step: str, reply: str, code: int):
    server.at = {step: reply}
    assert mail.post(letter(server), timeout=5) == Posted(code, reply[4:])
    assert server.taken == []


def test_one_recipient_of_two_may_be_refused(server: MailServer, mail: SmtpMail):
    server.at = {"RCPT c@shop.example": "550 gone"}
    two = replace(letter(server), recipients=("c@shop.example", "b@shop.example"))
    assert mail.post(two, timeout=5) == Posted(250, "2.0.0 queued as 1", {"c@shop.example": "550 gone"})
    assert server.taken[0][1] == ("b@shop.example",)


def test_a_server_that_hangs_up_at_the_end_has_taken_it(server: MailServer, mail: SmtpMail):
    server.at = {"QUIT": "close"}
    assert mail.post(letter(server), timeout=5) == Posted(250, "2.0.0 queued as 1")


def test_nobody_there_is_told(server: MailServer, mail: SmtpMail):
    server.close()
    silence = mail.post(letter(server), timeout=5)
    assert silence == Silence(sent=False, reason="no connection to the mail server: Connection refused")
