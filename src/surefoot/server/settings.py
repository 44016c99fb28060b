"""Where the server listens and whom it trusts."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from surefoot.errors import SurefootError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_PORTS = range(1 << 16)


class SettingsError(SurefootError):
    """The settings contradict each other, or cannot be read; says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides.

    Attributes:
        host: A name or an address, without brackets.
        port: 0 for any that is free.
        proxies: Addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        certificate: Of the server itself, with its chain, as PEM.
        key: Of the certificate.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    proxies: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS, so that cookies are sent over nothing else."""
        return bool(self.certificate or self.proxies)

    @property
    def cookie(self) -> str:
        """The session's cookie; the prefix makes browsers refuse one that another host or plain HTTP set."""
        return "__Host-surefoot" if self.secure else "surefoot"


def read(bind: str, proxies: str = "", certificate: Path | None = None, key: Path | None = None) -> Settings:
    """Check what the command line, or the environment, says.

    Args:
        bind: ``host:port``; an IPv6 address in brackets.
        proxies: Addresses or networks, separated by commas.
        certificate: A file.
        key: A file.

    Raises:
        SettingsError: Something cannot be read, or passwords would travel in the clear.
    """
    host, port = _place(bind)
    if bool(certificate) != bool(key):
        raise SettingsError("--tls-certificate and --tls-key stand together: name both files")
    for path in (certificate, key):
        if path and not path.is_file():
            raise SettingsError(f"{path} is no file: name the PEM file of the certificate and of its key")
    settings = Settings(host, port, tuple(map(_network, filter(None, proxies.split(",")))), certificate, key)
    if not is_loopback(host) and not settings.secure:
        raise SettingsError(
            f"{bind} can be reached from other machines, and without TLS they would send passwords in the clear: "
            "name --tls-certificate and --tls-key, or put a proxy with TLS in front and name it with --behind-proxy"
        )
    return settings


def is_loopback(host: str) -> bool:
    """Tell whether a host can be reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _place(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not host or not port.isascii() or not port.isdigit() or int(port) not in _PORTS:
        raise SettingsError(f"`{bind}` is no place to listen: write `127.0.0.1:8765` or `[::1]:8765`")
    return host, int(port)


def _network(text: str) -> str:
    try:
        return str(ip_network(text.strip()))
    except ValueError as error:
        raise SettingsError(f"`{text}` is no proxy: write its address or network, such as 10.0.0.0/8") from error
