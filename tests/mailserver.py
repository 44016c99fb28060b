"""A mail server of our own, one thread for a connection: it speaks SMTP, and fails at the step it is told to."""

import socket
import socketserver
import ssl
import threading
import time
from base64 import b64decode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class MailServer:
    """A server on a free loopback port.

    Attributes:
        taken: Envelopes and messages: (sender, recipients, message).
        said: Commands, in their order, without the content.
        at: What happens at a command (``CONNECT`` and ``.`` too): ``close``, ``hang``, ``trickle``, ``lose`` (taken,
            then closed), or a reply instead of the usual one.
        logins: Users and passwords; nobody has to log in without any.
    """

    def __init__(self, tls: ssl.SSLContext | None = None, *, implicit: bool = False) -> None:
        self.taken: list[tuple[str, tuple[str, ...], EmailMessage]] = []
        self.said: list[str] = []
        self.at: dict[str, str] = {}
        self.logins: dict[str, str] = {}
        self.tls, self.implicit = tls, implicit
        self.end = threading.Event()
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                conversation = _Conversation(server, self.request)
                with suppress(OSError, _OverError):  # whoever hangs up first
                    conversation.hold()
                conversation.connection.close()

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.end.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _OverError(Exception):
    """The conversation is over."""


class _Conversation:
    def __init__(self, server: MailServer, connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self.sender, self.recipients = "", list[str]()
        self.safe = False
        self.rest = b""

    def hold(self) -> None:
        if self.server.implicit:
            self._protect()
        self._reply("CONNECT", "220 mail.test ESMTP")
        while True:
            line = self._line()
            word = line.split(" ")[0].upper()
            self.server.said.append(f"{word}{line[len(word) :]}")
            self._obey(word, line)

    def _obey(self, word: str, line: str) -> None:
        match word:
            case "EHLO":
                offers = ["SIZE 1000000", "AUTH PLAIN"]
                offers += ["STARTTLS"] * (self.server.tls is not None and not self.safe)
                self._reply(word, "\r\n".join(["250-mail.test", *(f"250-{each}" for each in offers), "250 8BITMIME"]))
            case "STARTTLS":
                self._reply(word, "220 go on")
                self._protect()
            case "AUTH":
                _, user, password = b64decode(line.split(" ")[2]).decode().split("\0")
                known = self.server.logins.get(user) == password
                self._reply(word, "235 welcome" if known else f"535 5.7.8 wrong password {password}")
            case "MAIL":
                self.sender = line.partition("<")[2].partition(">")[0]
                self._reply(word, "250 ok")
            case "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                if self._reply(f"RCPT {to}" if f"RCPT {to}" in self.server.at else word, "250 ok").startswith("250"):
                    self.recipients.append(to)
            case "DATA":
                if self._reply(word, "354 end with a dot").startswith("354"):
                    self._content()
            case "QUIT":
                self._reply(word, "221 bye")
                raise _OverError
            case _:
                self._reply(word, "502 unknown")

    def _content(self) -> None:
        lines = []
        while (line := self._raw()) != b".":
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"\r\n".join([*lines, b""]), policy=SMTP)
        assert isinstance(message, EmailMessage)
        if self.server.at.get(".") in {None, "lose"}:
            self.server.taken.append((self.sender, tuple(self.recipients), message))
        self._reply(".", "250 2.0.0 queued as 1")

    def _reply(self, word: str, usual: str) -> str:
        told = self.server.at.get(word, usual)
        match told:
            case "close" | "lose":
                raise _OverError
            case "hang":
                self.server.end.wait(30)
                raise _OverError
            case "trickle":
                for each in b"250-" + b"." * 500:
                    self.connection.sendall(bytes([each]))
                    time.sleep(0.02)
            case _:
                pass
        self.connection.sendall(f"{told}\r\n".encode())
        return told

    def _protect(self) -> None:
        assert self.server.tls is not None
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.safe = True

    def _line(self) -> str:
        return self._raw().decode()

    def _raw(self) -> bytes:
        while b"\r\n" not in self.rest:
            part = self.connection.recv(65_536)
            if not part:
                raise _OverError
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for the loopback address: the context of a server, and of a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=signed.public_bytes(Encoding.PEM).decode())
