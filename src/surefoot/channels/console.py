"""Lines on the standard output, for a first try."""

from dataclasses import dataclass

from surefoot.channels import Channel, Given, Message, Receipt
from surefoot.channels._message import as_text
from surefoot.channels._text import one_line
from surefoot.domain.paging.sending import Result
from surefoot.ports.carrier import Printing, Request, Response
from surefoot.spec.model.channel import ChannelModel


@dataclass(frozen=True, slots=True)
class Settings:
    """There are none."""


def _read(model: ChannelModel, _given: Given) -> Settings | None:
    return None if model.console is None else Settings()


def _request(message: Message, settings: Settings) -> Request | Receipt:  # noqa: ARG001  # the contract's form
    to = f" → {one_line(message.to)}" if message.to else ""
    lines = [f"{message.headline}{to}", *as_text(message).splitlines()]
    return Printing("\n    ".join(line for line in lines if line) + "\n")


def _receipt(_response: Response) -> Receipt:
    return Receipt(Result.DELIVERED)


CHANNEL = Channel(
    name="console",
    describes="Lines on the standard output of the server; nobody is woken.",
    settings=Settings,
    read=_read,
    request=_request,
    receipt=_receipt,
    dedupe="none",
)
