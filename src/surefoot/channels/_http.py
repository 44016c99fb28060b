"""HTTP, as all channels on it speak it: a JSON request out, a receipt by the status of the answer."""

import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime

import orjson

from surefoot.channels import Receipt, refused
from surefoot.channels._text import one_line, safe_link
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import HttpRequest, HttpResponse, Response

_QUOTED = 200  # characters of an answer that a reason repeats
_NOT_NOW = frozenset((429, 503))


def post(url: str, value: object, headers: Mapping[str, str] | None = None) -> HttpRequest | Receipt:
    """Write a POST of JSON; refused where the address or a header cannot be one."""
    return checked(HttpRequest(url, orjson.dumps(value), {"Content-Type": "application/json", **(headers or {})}))


def checked(request: HttpRequest) -> HttpRequest | Receipt:
    """Refuse a request whose address is none of http(s), or that has a header which would break out of its line."""
    if not safe_link(request.url):
        return refused("the channel's address is not http(s)://host/...: look at the setting or its variable")
    if any(re.search(r"[^\x20-\x7e]", text) for text in request.headers.values()):
        return refused("a header of the channel holds a line break or a letter beyond ASCII: look at its secrets")
    return request


def bearer(token: str, scheme: str = "Bearer") -> dict[str, str]:
    """Write the header that authorises."""
    return {"Authorization": f"{scheme} {token.strip()}"}


def answered(response: Response) -> HttpResponse:
    """Narrow a response: what was sent by HTTP is answered by it."""
    assert isinstance(response, HttpResponse)
    return response


def by_status(response: Response, provider_id: str = "") -> Receipt:
    """Judge an answer by its status.

    2xx is accepted. 3xx and 4xx did nothing, nor did 429 and 503, which say so: refused. After any
    other 5xx the message may have gone out all the same: unknown.
    """
    answer = answered(response)
    if answer.status // 100 == 2:  # noqa: PLR2004  # the class of the status
        return Receipt(Result.ACCEPTED, provider_id)
    wait = retry_after(answer) if answer.status in _NOT_NOW else None
    if answer.status // 100 == 3:  # noqa: PLR2004  # likewise
        return refused(f"{answer.status}: the address has moved; write the new one")
    result = Result.REFUSED if answer.status < 500 or answer.status in _NOT_NOW else Result.UNKNOWN  # noqa: PLR2004
    return Receipt(result, provider_id, f"{answer.status}: {said(answer)}", wait)


def retry_after(answer: HttpResponse) -> timedelta | None:
    """Read ``Retry-After``, seconds or a date; a date counts from the answer's own ``Date``, so no clock is read."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 86_400))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return min(max(wait, timedelta()), timedelta(days=1))


def said(answer: HttpResponse) -> str:
    """Repeat the beginning of an answer in one line."""
    return one_line(answer.body[: 4 * _QUOTED].decode("utf-8", "replace"))[:_QUOTED] or "no more said"


def decoded(answer: HttpResponse) -> Mapping[str, object]:
    """Read a JSON object; an empty one if it is anything else."""
    try:
        value: object = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def text_of(answer: HttpResponse, name: str) -> str:
    """Read a text or number of a JSON object that names the message; empty if there is none."""
    value = decoded(answer).get(name)
    return one_line(str(value))[:_QUOTED] if isinstance(value, str | int) else ""


def joined(url: str, path: str) -> str:
    """Put a path behind the address of a server."""
    return f"{url.strip().rstrip('/')}{path}"
