"""What may be said about a failure to whoever can reach the endpoint: no address, no user, no password.

The text of an exception is never shown: drivers put whole DSNs into it. What it is (its class), and what the
operating system or TLS says about it, is enough to know where to look.
"""

import os
import re
import socket
import ssl

_LONGEST, _READ = 200, 2000
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://[^\s,;]+|[^\s/@=,;]+:[^\s/@]*@[^\s,;]+")
_KEY = re.compile(
    r"(?i)\b[\w-]*(password|passwd|pwd|secret|token|api[_-]?key|credential|dsn|user(?:name)?|authorization)"
    r"([\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|(?:Bearer |Basic )?[^\s,;&]+)"
)


def scrub(text: str) -> str:
    """Take out of a sentence what looks like an address with its credentials, or like a secret; on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:_READ]).split())
    return _KEY.sub(r"\1\2[hidden]", _ADDRESS.sub("[address]", line))[:_LONGEST]


def spoken_error(error: BaseException) -> str:
    """Say what an exception is, without its own text: ``ConnectionRefusedError: connection refused``."""
    return ": ".join(part for part in (type(error).__name__, _known(error)) if part)


def _known(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return scrub(error.verify_message or "")
    if isinstance(error, ssl.SSLError):
        return (getattr(error, "reason", None) or "").replace("_", " ").lower()
    if isinstance(error, socket.gaierror):
        return "the name is not resolved"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and isinstance(error.errno, int):
        return os.strerror(error.errno).lower()
    return ""
