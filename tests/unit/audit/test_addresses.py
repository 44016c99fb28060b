"""Only what proxies of ours say of the client is believed."""

import pytest

from surefoot.audit.addresses import trusting


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.1", "", "198.51.100.1"),
        ("198.51.100.1", "203.0.113.7", "198.51.100.1"),  # no proxy: the header is the client's own
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "192.0.2.1, 203.0.113.7", "203.0.113.7"),  # the client made the first one up
        ("10.0.0.5", "203.0.113.7, 10.0.0.6", "203.0.113.7"),  # two proxies
        ("10.0.0.5", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.5", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.5", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.5", "203.0.113.7, unknown", "10.0.0.5"),
        ("", "203.0.113.7", None),
        ("/run/app.sock", "203.0.113.7", None),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(peer: str, forwarded: str, client: str | None):
    assert trusting(["10.0.0.0/8"])(peer, forwarded) == client


def test_without_proxies_nothing_is_believed():
    assert trusting([])("10.0.0.5", "203.0.113.7") == "10.0.0.5"


def test_what_is_no_network_is_told():
    with pytest.raises(ValueError, match="proxy"):
        trusting(["proxy"])
