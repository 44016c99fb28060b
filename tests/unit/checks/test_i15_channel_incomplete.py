"""A channel that could only ever refuse is asked about, and what the workspace gives counts."""

from pathlib import Path

import pytest

from tests.unit.checks.examine import of


@pytest.mark.req("ALR-4")
def test_mail_needs_a_server_and_a_sender(tmp_path: Path):
    found = of("I15", "service: shop\nchannels:\n  ops: {email: ops@shop.example}\n", tmp_path)
    assert [each.message for each in found] == [
        "the channel `ops` has no mail server",
        "the channel `ops` has no sender",
    ]
    assert {each.span.line for each in found if each.span} == {3}


def test_the_workspaces_mail_server_is_enough(tmp_path: Path):
    spec = "service: shop\nalertmanager: {smtp_smarthost: m.example:587, smtp_from: a@m.example}\n"
    assert not of("I15", f"{spec}channels: {{ops: {{email: ops@shop.example}}}}\n", tmp_path)


def test_a_bot_that_pages_needs_a_room(tmp_path: Path):
    spec = "service: shop\nteams: {ops: {name: Ops, page: chat}}\nchannels:\n  chat: {slack: {token: env:T%s}}\n"
    (finding,) = of("I15", spec % "", tmp_path)
    assert finding.message == "the channel `chat` has no room for the pages that go to it"
    assert not of("I15", spec % ', room: "#ops"', tmp_path)
    assert not of("I15", spec.replace("page: chat", 'chat: "slack:#ops"') % "", tmp_path)


def test_a_telephone_that_is_paged_needs_a_number(tmp_path: Path):
    phone = 'twilio: {account: env:A, token: env:T, from: "+49 30 1234567"%s}'
    spec = f"service: shop\nteams: {{ops: {{name: Ops, page: tel}}}}\nchannels:\n  tel: {{{phone}}}\n"
    (finding,) = of("I15", spec % "", tmp_path)
    assert finding.message == "the channel `tel` has no number for the pages that go to it"
    assert not of("I15", spec % ', to: "+49 30 7654321"', tmp_path)


def test_an_address_has_to_be_one_of_the_web(tmp_path: Path):
    spec = "service: shop\nchannels: {hook: {webhook: %s}}\n"
    (finding,) = of("I15", spec % "ftp://hooks.example/page", tmp_path)
    assert finding.cure == "write `https://hooks.example/page`"
    assert not of("I15", spec % "env:HOOK", tmp_path)
