"""The long tail."""

from surefoot.channels import send
from surefoot.channels.apprise import Settings
from surefoot.ports.carrier import Notice, Notified
from tests.unit.channels.sample import PAGE, Kept, line


def test_a_page_is_a_plain_notice_that_calls_nobody_else():
    carrier = Kept([Notified(done=True), Notified(done=False)])
    opened = line(Settings("discord://1/s3cr3t"), "apprise")
    assert send(opened, PAGE, carrier).result == "accepted"
    notice = carrier.requests[0]
    assert isinstance(notice, Notice)
    assert notice.title == "[P1] checkout: Errors & <!channel> Bcc: all@shop.example"
    assert "@everyone" not in notice.body
    assert "Acknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2" in notice.body
    assert "discord://1/s3cr3t" not in repr(notice)
    assert send(opened, PAGE, carrier).result == "unknown"
