"""HTTP on httpx: every answer within its time and its size."""

import time
from collections.abc import Mapping

import httpx

from surefoot.errors import PortError
from surefoot.ports.http import Answer

_MOST = 64 << 20  # bytes; a target with 1,000 series exposes about 100 kB
_CONNECTIONS = 64


class HttpClient:
    """Asks servers, keeping connections; may be used by several threads."""

    def __init__(self, most: int = _MOST) -> None:
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        self._client = httpx.Client(limits=limits, follow_redirects=True, trust_env=False)
        self._most = most

    def get(self, url: str, *, headers: Mapping[str, str], timeout: float) -> Answer:
        """Read an address; see `Http.get`.

        Raises:
            PortError: No answer in time, or one that is too long.
        """
        return self._ask("GET", url, None, headers, timeout)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send a body; see `Http.post`.

        Raises:
            PortError: As for `get`.
        """
        return self._ask("POST", url, body, headers, timeout)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float) -> Answer:
        end = time.monotonic() + timeout
        late = f"did not answer within {timeout:g} s"
        try:
            with self._client.stream(method, url, content=body, headers=dict(headers), timeout=timeout) as answer:
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > self._most:
                        raise PortError(f"answered with more than {self._most >> 20} MiB")
                    if time.monotonic() > end:
                        raise PortError(late)
                return Answer(answer.status_code, b"".join(parts), answer.headers.get("content-type", "").lower())
        except httpx.TimeoutException:
            raise PortError(late) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PortError(str(error) or type(error).__name__) from None
