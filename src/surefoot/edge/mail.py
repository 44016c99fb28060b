"""SMTP on smtplib: the conversation step by step, so that its end is known even when the line breaks."""

import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from surefoot.ports.mail import Letter, Posted
from surefoot.ports.silence import Silence

_OK = 2  # class of a reply


class _Refused(Exception):  # noqa: N818  # it ends a conversation, and is no error
    """The server said no, or we did."""

    def __init__(self, code: int, reply: str) -> None:
        self.code, self.reply = code, reply
        super().__init__(code)


class SmtpMail:
    """Hands letters to mail servers, one connection each; may be used by several threads."""

    def __init__(self, trusted: ssl.SSLContext | None = None, name: str | None = None) -> None:
        """Prepare.

        Args:
            trusted: Whose certificates are believed; the system's authorities if None.
            name: That this machine greets with; its own if None, which is not looked up anywhere.
        """
        self._trusted = trusted or ssl.create_default_context()
        own = name or socket.gethostname()
        self._name = own if "." in own else "[127.0.0.1]"

    def post(self, letter: Letter, *, timeout: float) -> Posted | Silence:
        """Hand over a letter; see `Mail.post`.

        Until the server has asked for the content, nothing can have been sent. From then on, a line
        that breaks leaves it open.
        """
        progress = _Progress()
        try:
            with self._connected(letter, timeout, progress) as server:
                return self._converse(server, letter, progress)
        except _Refused as no:
            return Posted(no.code, no.reply)
        except smtplib.SMTPResponseException as error:
            return Posted(error.smtp_code, _words(error.smtp_error))
        except ssl.SSLError as error:
            return Silence(progress.open, f"the encryption failed: {error.reason or type(error).__name__}")
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Silence(progress.open, _told(error, timeout, late=progress.late))

    @contextmanager
    def _connected(self, letter: Letter, timeout: float, progress: "_Progress") -> Iterator[smtplib.SMTP]:
        if letter.protection == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=timeout, context=self._trusted, local_hostname=self._name)
        else:
            server = smtplib.SMTP(timeout=timeout, local_hostname=self._name)
        server._host = letter.host  # type: ignore[attr-defined]  # noqa: SLF001  # `starttls` checks the name against it
        limit = threading.Timer(timeout, _hang_up, (server, progress))
        limit.daemon = True
        limit.start()
        try:
            code, reply = server.connect(letter.host, letter.port)
            _demand(code, reply)
            yield server
        finally:
            limit.cancel()
            server.close()

    def _converse(self, server: smtplib.SMTP, letter: Letter, progress: "_Progress") -> Posted:
        _demand(*server.ehlo())
        if letter.protection == "starttls":
            if not server.has_extn("starttls"):
                raise _Refused(554, "the server does not offer STARTTLS: write `tls: tls`, or `none` for a local relay")
            server.starttls(context=self._trusted)
            _demand(*server.ehlo())
        if letter.username:
            if letter.protection == "none" and not _local(letter.host):
                raise _Refused(554, "a password is not sent unencrypted: write `tls: starttls`")
            server.login(letter.username, letter.password)
        _demand(*server.mail(letter.sender))
        refused = _offer(server, letter.recipients)
        progress.open = True
        code, reply = server.data(letter.content)
        _bid_farewell(server)
        return Posted(code, _words(reply), refused)


class _Progress:
    """How far a conversation came.

    Attributes:
        open: Whether the content may have arrived.
        late: Whether its time was over.
    """

    def __init__(self) -> None:
        self.open = False
        self.late = False


def _offer(server: smtplib.SMTP, recipients: tuple[str, ...]) -> dict[str, str]:
    """Name the recipients, and return those that were refused; ends the conversation if all were."""
    refused: dict[str, tuple[int, str]] = {}
    for each in recipients:
        code, reply = server.rcpt(each)
        if code // 100 != _OK:
            refused[each] = (code, _words(reply))
    if len(refused) == len(recipients):
        raise _Refused(*next(iter(refused.values())))
    return {to: f"{code} {reply}" for to, (code, reply) in refused.items()}


def _demand(code: int, reply: bytes) -> None:
    if code // 100 != _OK:
        raise _Refused(code, _words(reply))


def _bid_farewell(server: smtplib.SMTP) -> None:
    """Say goodbye; the letter is taken, whatever comes back."""
    with suppress(smtplib.SMTPException, OSError, ValueError):
        server.docmd("QUIT")


def _hang_up(server: smtplib.SMTP, progress: "_Progress") -> None:
    """End a conversation that trickles: each of its steps has come in time, all together have not."""
    progress.late = True
    if server.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(server.sock, socket.SHUT_RDWR)


def _local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _words(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def _told(error: Exception, timeout: float, *, late: bool) -> str:
    if late or isinstance(error, TimeoutError):
        return f"the mail server did not answer within {timeout:g} s"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return f"no connection to the mail server: {error.strerror}"
    return f"the mail server cannot be used: {type(error).__name__}"
