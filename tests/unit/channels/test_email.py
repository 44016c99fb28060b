"""Emails: their headers hold whatever the alert says, and their HTML too."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from surefoot.channels import Message, send
from surefoot.channels.email import Settings
from surefoot.ports.mail import Letter, Posted, Protection
from surefoot.spec.model.forms import Priority
from tests.unit.channels.sample import PAGE, RESOLVED, Kept, channel, line, refusal

MAIL = Settings("mail.shop.example", "Sure, Foot <alerts@shop.example>", ("ops@shop.example", "dev@shop.example"))


def letter(message: Message = PAGE, settings: Settings = MAIL) -> Letter:
    found = line(settings, "email").request(message)
    assert isinstance(found, Letter)
    return found


def parsed(message: Message = PAGE) -> EmailMessage:
    found = message_from_bytes(letter(message).content, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.req("ALR-4")
def test_a_page_has_these_headers_and_no_others():
    assert {name: " ".join(text.split()) for name, text in parsed().items()} == {
        "Subject": "[P1] checkout: Errors & <!channel> Bcc: all@shop.example",
        "From": '"Sure, Foot" <alerts@shop.example>',
        "To": "ops@shop.example, dev@shop.example",
        "Date": "Mon, 05 Jan 2026 03:00:00 +0000",
        "Message-ID": "<cdb89cc6be29115e9ee5b93fa46978b7@shop.example>",
        "References": "<9a7a63d29db15a8f0205b9a7d6f2bac2.thread@shop.example>",
        "Auto-Submitted": "auto-generated",
        "Importance": "high",
        "MIME-Version": "1.0",
        "Content-Type": 'multipart/alternative; boundary="surefoot-cdb89cc6be29115e9ee5b93fa46978b7ccb23113"',
    }


def test_the_text_and_the_html_say_the_same():
    plain, html = parsed().iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == (
        "[P1] checkout: Errors & <!channel> Bcc: all@shop.example\n\n"
        "5 % of <b>requests</b> fail.[31m\n*since* 02:55 @everyone\n\n"
        "Acknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2\n"
        "Incident: https://sure.shop.example/i/7\n"
        "Dashboard: https://graf.shop.example/d/1\n"
    )
    assert html.get_content().replace("\r\n", "\n") == (
        "<!doctype html><html><body><h3>[P1] checkout: Errors &amp; &lt;!channel&gt; Bcc: all@shop.example</h3>\n"
        '<p style="white-space: pre-wrap">5 % of &lt;b&gt;requests&lt;/b&gt; fail.[31m\n*since* 02:55 @everyone</p>\n'
        '<p><a href="https://sure.shop.example/a/s3cr3t?x=1&amp;y=2">Acknowledge</a></p>\n'
        '<p><a href="https://sure.shop.example/i/7">Incident</a></p>\n'
        '<p><a href="https://graf.shop.example/d/1">Dashboard</a></p>\n'
        "</body></html>\n"
    )


def test_the_same_message_is_the_same_letter_in_the_thread_of_its_incident():
    assert letter() == letter()
    assert parsed(replace(PAGE, repeat=True))["Message-ID"] == parsed()["Message-ID"]
    assert parsed(RESOLVED)["Message-ID"] != parsed()["Message-ID"]
    assert parsed(RESOLVED)["References"] == parsed()["References"]


def test_lines_are_short_enough_for_every_server():
    long = letter(replace(PAGE, title="ü" * 900, body="x" * 5000))
    assert max(map(len, long.content.split(b"\r\n"))) <= 998
    assert b"\n" not in long.content.replace(b"\r\n", b"")


@pytest.mark.parametrize(("priority", "importance"), [("P1", "high"), ("P2", "high"), ("P3", None)])
def test_importance_is_for_what_wakes(priority: Priority, importance: str | None):
    assert parsed(replace(PAGE, priority=priority))["Importance"] == importance


@pytest.mark.parametrize(
    ("smtp", "tls", "place"),
    [
        ("mail.shop.example", "starttls", ("mail.shop.example", 587)),
        ("mail.shop.example", "tls", ("mail.shop.example", 465)),
        ("mail.shop.example:2525", "none", ("mail.shop.example", 2525)),
        ("[::1]:25", "none", ("::1", 25)),
    ],
)
def test_the_port_is_that_of_the_encryption(smtp: str, tls: Protection, place: tuple[str, int]):
    found = letter(settings=replace(MAIL, smtp=smtp, tls=tls))
    assert (found.host, found.port) == place


@pytest.mark.parametrize(
    ("settings", "to", "reason"),
    [
        (replace(MAIL, smtp=""), "", "there is no mail server: write `smtp: host:port`"),
        (replace(MAIL, sender="nobody"), "", "the sender is no email address: write `from: alerts@shop.example`"),
        (replace(MAIL, to=()), "", "there is no recipient: write `to:`"),
        (MAIL, "a@b.example\r\nRCPT TO:<c@d.example>", "no email address: `a@b.example RCPT TO:<c@d.example>`"),
        (MAIL, "a@b.example,c@d.example", "no email address: `a@b.example,c@d.example`"),
    ],
)
def test_what_cannot_be_sent_is_refused(settings: Settings, to: str, reason: str):
    assert refusal(settings, "email", replace(PAGE, to=to)) == reason


@pytest.mark.parametrize(
    ("posted", "result", "reason"),
    [
        (Posted(250, "queued"), "accepted", ""),
        (Posted(250, "ok", {"dev@shop.example": "550 gone"}), "accepted", "dev@shop.example was refused: 550 gone"),
        (Posted(451, "try later"), "refused", "451: try later"),
        (Posted(550, "no such user"), "refused", "550: no such user"),
    ],
)
def test_the_reply_decides(posted: Posted, result: str, reason: str):
    receipt = send(line(MAIL, "email"), PAGE, Kept([posted]))
    assert (receipt.result, receipt.reason) == (result, reason)
    assert channel("email").dedupe == "dedupe"
