"""Questions to a Prometheus-compatible API: who asks, how patiently, and what each refusal means."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

import httpx
import orjson

from surefoot.errors import MetricsError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_OK = 200
_REDIRECT = 300
_FORBIDDEN = frozenset((401, 403))
_NOT_FOUND = 404
_TOO_OFTEN = 429
_TOO_LARGE = 413
_SERVER_FAULT = 500
_TIMED_OUT = frozenset((408, 504))
_LIMITS = ("too many samples", "exceeds", "exceeded", "too large", "limit", "too many points", "too many chunks")
_EXCERPT = 160


class TooMuchError(MetricsError):
    """The server would load more than it may, or takes longer than it may: a smaller question may be answered."""


class FaultError(MetricsError):
    """The server is there and failed, or could not be reached just now; asking again did not help."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A Prometheus-compatible server, and as whom it is asked.

    Attributes:
        url: Address that ``/api/v1/query`` stands under, such as ``http://prometheus:9090``.
        token: Sent as a bearer token.
        username: Of basic authentication, with `password`.
        tenant: Sent as ``X-Scope-OrgID``.
        verify: Whether the certificate is checked, or the file of the authority that signed it.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tenant: str | None = None
    verify: bool | str = True

    @property
    def identity(self) -> str:
        """Tell the server and tenant apart from others, without secrets."""
        return f"{self.url.rstrip('/')} {self.tenant or ''}".rstrip()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for.

    Attributes:
        timeout: For one answer, seconds.
        attempts: How often a question is asked when the server fails.
        pause: Before the second attempt, seconds; doubled before each further one.
        longest: No pause is longer, seconds.
    """

    timeout: float = 60.0
    attempts: int = 4
    pause: float = 0.5
    longest: float = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The ``data`` of an answer, and what the server warned of."""

    data: Mapping[str, Json]
    warnings: tuple[str, ...]


class Asker:
    """Asks one server; may be used by several threads."""

    def __init__(self, endpoint: Endpoint, patience: Patience, sleep: Callable[[float], None] = time.sleep) -> None:
        self.endpoint = endpoint
        self._patience = patience
        self._sleep = sleep
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        """Open the connections.

        Raises:
            MetricsError: The address is none, or the file of the authority cannot be read.
        """
        one = self.endpoint
        headers = {"Accept": "application/json"}
        if one.tenant:
            headers["X-Scope-OrgID"] = one.tenant
        if one.token:
            headers["Authorization"] = f"Bearer {one.token}"
        auth = httpx.BasicAuth(one.username, one.password or "") if one.username else None
        verify = False if one.url.startswith("http://") else one.verify  # to load the authorities takes a while
        try:
            trust = ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify
            self._client = httpx.Client(
                base_url=one.url,
                headers=headers,
                auth=auth,
                timeout=self._patience.timeout,
                verify=trust,
            )
        except (httpx.InvalidURL, OSError) as error:
            raise MetricsError(f"{one.url} cannot be asked: {error}; check the address and the certificate") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()

    def ask(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Ask, again where the server fails.

        Args:
            path: Below the endpoint's address, such as ``api/v1/query``.
            parameters: Sent as a form, since expressions may be long.

        Raises:
            TooMuchError: The question is too large or takes too long.
            FaultError: The server cannot be reached, or fails every time.
            MetricsError: It refuses, or its answer is none of this API.
        """
        pause = self._patience.pause
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._once(path, parameters)
            except FaultError:
                if attempt == self._patience.attempts:
                    raise
            self._sleep(pause)
            pause = min(2 * pause, self._patience.longest)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, path: str, parameters: Mapping[str, str]) -> Answer:
        assert self._client is not None, "used outside `with`"
        where = self.endpoint.url
        try:
            answer = self._client.post(path, data=dict(parameters))
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            raise FaultError(f"{where} does not take connections; is it running, is the address right?") from None
        except httpx.TimeoutException:
            wait = f"{self._patience.timeout:g} s"
            raise TooMuchError(f"{where} did not answer within {wait}; ask for less, or give it more time") from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise MetricsError(f"{where} is no address that can be asked ({error}): write http://host:port") from None
        except httpx.TransportError as error:
            said = str(error) or type(error).__name__
            raise FaultError(f"{where} cannot be reached ({said}); is it running, is the address right?") from None
        return _read(where, answer)


def _read(where: str, answer: httpx.Response) -> Answer:
    """Tell an answer from the many ways of not answering."""
    content = _json(answer.content)
    said = _said(content)
    status = answer.status_code
    if said is None or status in _FORBIDDEN or status == _TOO_OFTEN:
        _refuse_status(where, answer, said)
    if said is None:
        raise MetricsError(f"{where} answered with {_kind(answer)}: is this the address of a Prometheus API?")
    assert isinstance(content, dict)
    if content.get("status") == "success" and status < _REDIRECT:
        data = content.get("data")
        if not isinstance(data, dict):
            raise MetricsError(f"{where} answered without data; is this the address of a Prometheus API?")
        warned = content.get("warnings")
        return Answer(data, tuple(str(one) for one in warned) if isinstance(warned, list) else ())
    kind = content.get("errorType")
    if kind in ("timeout", "canceled") or status == _TOO_LARGE or (kind != "bad_data" and _is_limit(said)):
        raise TooMuchError(f"{where}: {said}")
    if status >= _SERVER_FAULT and kind not in ("bad_data", "execution"):
        raise FaultError(f"{where} failed with status {status}: {said}")
    raise MetricsError(f"{where} refused ({status}): {said}")


def _refuse_status(where: str, answer: httpx.Response, said: str | None) -> None:
    """Raise what a status alone says, whatever the answer holds."""
    status = answer.status_code
    if status in _FORBIDDEN:
        told = f": {said}" if said else ""
        raise MetricsError(
            f"{where} refuses access ({status}){told}; set `token`, or `username` and `password`, and `tenant`"
        )
    if status == _TOO_OFTEN:
        raise FaultError(f"{where} was asked too often ({status}); try again later")
    if status == _TOO_LARGE or status in _TIMED_OUT:
        raise TooMuchError(f"{where} gave up ({status} {answer.reason_phrase}), with {_kind(answer)}")
    if status >= _SERVER_FAULT:
        raise FaultError(f"{where} failed with status {status} {answer.reason_phrase}, and {_kind(answer)}")
    if status == _NOT_FOUND:
        raise MetricsError(f"{where} has no Prometheus API (404); Mimir's stands under /prometheus, for one")
    if status >= _REDIRECT:
        raise MetricsError(f"{where} answered with status {status} {answer.reason_phrase}, and {_kind(answer)}")


def _json(body: bytes) -> Json:
    try:
        found: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found


def _said(content: Json) -> str | None:
    """Return the error of an answer of this API, empty if there is none; None if it is no such answer."""
    if not isinstance(content, dict) or content.get("status") not in ("success", "error"):
        return None
    return str(content.get("error", ""))


def _is_limit(said: str) -> bool:
    lowered = said.lower()
    return any(words in lowered for words in _LIMITS)


def _kind(answer: httpx.Response) -> str:
    """Describe an answer that is not this API's."""
    body = answer.text.strip()
    if not body:
        return "nothing"
    if body[:1] == "<":
        return "a web page (HTML)"
    if body[:1] in "{[":
        return "JSON that is cut short or is not of this API"
    return f"{body[:_EXCERPT].splitlines()[0]!r}"
