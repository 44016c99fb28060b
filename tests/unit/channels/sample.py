"""A page whose text means harm to whatever shows it, and a carrier that keeps what it is given."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from surefoot.channels import Channel, Line, Links, Message, Receipt, all_channels
from surefoot.channels.console import Settings as NoSettings
from surefoot.ports.carrier import HttpRequest, Request, Response

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PAGE = Message(
    key="INC-7/1/0/1/ana",
    incident="INC-7",
    kind="page",
    title="Errors & <!channel>\r\nBcc: all@shop.example",
    at=datetime(2026, 1, 5, 3, 0, tzinfo=UTC),
    priority="P1",
    service="checkout",
    body="5 % of <b>requests</b> fail.\x1b[31m\n*since* 02:55 @everyone",
    links=Links(
        incident="https://sure.shop.example/i/7",
        acknowledge="https://sure.shop.example/a/s3cr3t?x=1&y=2",
        runbook="javascript:alert(1)",
        dashboard="https://graf.shop.example/d/1",
    ),
)
UPDATE = replace(PAGE, kind="update", key="INC-7/u1")
RESOLVED = replace(PAGE, kind="resolved", key="INC-7/r1")


@dataclass
class Kept:
    """A carrier that answers what it was told to, in order."""

    answers: list[Response] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def carry(self, request: Request) -> Response:
        self.requests.append(request)
        return self.answers.pop(0)


def channel(name: str) -> "Channel[DataclassInstance]":
    return all_channels()[name]


def line(settings: "DataclassInstance", name: str) -> Line:
    return channel(name).line(settings)


def request(settings: "DataclassInstance", name: str, message: Message = PAGE) -> HttpRequest:
    """Write the HTTP request of a message."""
    found = line(settings, name).request(message)
    assert isinstance(found, HttpRequest), found
    return found


def value(found: HttpRequest) -> object:
    """Read the JSON of a request."""
    return orjson.loads(found.body)


def refusal(settings: "DataclassInstance", name: str, message: Message = PAGE) -> str:
    """Return why a message is refused before it is sent."""
    found = line(settings, name).request(message)
    assert isinstance(found, Receipt), found
    assert found.result == "refused"
    return found.reason


CONSOLE = NoSettings()
