"""Where the server listens."""

from pathlib import Path

import pytest

from surefoot.server.settings import SettingsError, is_loopback, read


@pytest.mark.parametrize(
    ("bind", "host", "port"),
    [("127.0.0.1:8765", "127.0.0.1", 8765), ("[::1]:0", "::1", 0), ("localhost:80", "localhost", 80)],
)
def test_on_this_machine_alone_nothing_else_is_needed(bind: str, host: str, port: int):
    settings = read(bind)
    assert (settings.host, settings.port, settings.secure, settings.cookie) == (host, port, False, "surefoot")


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize("bind", ["0.0.0.0:8765", "[::]:80", "192.0.2.1:80", "status.example:443"])
def test_where_others_come_passwords_do_not_travel_in_the_clear(bind: str, tmp_path: Path):
    with pytest.raises(SettingsError, match=r"--tls-certificate and --tls-key.*--behind-proxy"):
        read(bind)
    assert read(bind, "10.0.0.5, 10.1.0.0/16").proxies == ("10.0.0.5/32", "10.1.0.0/16")
    pem = tmp_path / "a.pem"
    pem.write_text("")
    settings = read(bind, certificate=pem, key=pem)
    assert settings.secure
    assert settings.cookie == "__Host-surefoot"


@pytest.mark.parametrize(
    "bind", ["", "8765", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "::1:80", "127.0.0.1:65536", ":80"]
)
def test_a_place_that_cannot_be_read_is_told_with_one_that_can(bind: str):
    with pytest.raises(SettingsError, match=r"write `127\.0\.0\.1:8765`"):
        read(bind)


def test_a_certificate_without_its_key_is_refused(tmp_path: Path):
    pem = tmp_path / "a.pem"
    pem.write_text("")
    with pytest.raises(SettingsError, match="stand together"):
        read("127.0.0.1:1", certificate=pem)
    with pytest.raises(SettingsError, match="is no file"):
        read("127.0.0.1:1", certificate=pem, key=tmp_path / "b.pem")


def test_a_proxy_is_an_address_or_a_network():
    with pytest.raises(SettingsError, match=r"such as 10\.0\.0\.0/8"):
        read("127.0.0.1:1", "proxy.example")


def test_loopback_is_known_by_name_and_address():
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("", "localhost.example", "10.0.0.1", "0.0.0.0", "::")))  # noqa: S104  # named, not bound
