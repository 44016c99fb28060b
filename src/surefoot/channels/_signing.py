"""Signatures of webhooks: ours by the Standard Webhooks rules; those that providers put on what they send us."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from hashlib import sha1, sha256

_PREFIX = "whsec_"


def webhook_headers(secret: str, key: str, at: int, body: bytes) -> dict[str, str]:
    """Sign a body by Standard Webhooks 1.0.0: HMAC-SHA-256 over ``id.timestamp.body``.

    Args:
        secret: ``whsec_`` and base 64, or any other text as it is.
        key: Names the message; printable ASCII without a dot.
        at: Unix time in seconds.
        body: As it is sent.
    """
    signed = b".".join((key.encode(), str(at).encode(), body))
    signature = b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
    return {"Webhook-Id": key, "Webhook-Timestamp": str(at), "Webhook-Signature": f"v1,{signature}"}


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return b64decode(secret.removeprefix(_PREFIX), validate=True)
        except Error:
            pass  # a secret that only looks like one of theirs
    return secret.encode()


def from_slack(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Tell whether Slack signed a request (scheme ``v0``); the caller looks at the timestamp's age."""
    expected = hmac.new(secret.encode(), b":".join((b"v0", timestamp.encode(), body)), sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}".encode(), signature.encode())


def from_twilio(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Tell whether Twilio signed a request: HMAC-SHA-1 over the address and the sorted fields of the form.

    Args:
        token: The account's.
        url: As Twilio was given it, with its query.
        form: Fields of the body.
        signature: Of the header ``X-Twilio-Signature``.
    """
    signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    expected = b64encode(hmac.new(token.encode(), signed.encode(), sha1).digest())
    return hmac.compare_digest(expected, signature.encode())
