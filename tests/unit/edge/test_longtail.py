"""The library of the long tail, against a server of our own."""

import sys

import pytest

from surefoot.edge.longtail import notify
from surefoot.ports.carrier import Notice, Notified
from surefoot.ports.silence import Silence
from tests.providers import Asked, Provider, Say

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # the library imports it


@pytest.mark.req("ALR-4")
def test_a_notice_arrives():
    seen: list[object] = []

    def serve(asked: Asked) -> tuple[int, object]:
        seen.append(asked.json)
        return 200, {}

    provider = Provider(serve)
    address = provider.url.replace("http://", "json://")
    assert notify(Notice(address, "title", "body")) == Notified(done=True)
    (value,) = seen
    assert isinstance(value, dict)
    assert (value["title"], value["message"]) == ("title", "body")
    provider.troubles = [Say(500)]
    assert notify(Notice(address, "title", "body")) == Notified(done=False)
    provider.close()


def test_an_address_that_is_none_is_refused():
    silence = notify(Notice("s3cr3t", "title", "body"))
    assert isinstance(silence, Silence)
    assert not silence.sent
    assert "s3cr3t" not in silence.reason


def test_a_missing_library_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    silence = notify(Notice("json://x", "title", "body"))
    assert silence == Silence(sent=False, reason="this channel needs Apprise: pip install 'surefoot[notify]'")
