"""The default numbers of the server: sessions, log-in, passwords, tokens, limits."""

from typing import Self

from pydantic import model_validator

from surefoot.spec.model.forms import Count
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import PositiveTime, Size, bad


class SessionNumbers(Record):
    """How long a log-in lasts, how long it may lie unused, and how exactly its last use is kept."""

    length: PositiveTime
    idle: PositiveTime
    touch: PositiveTime

    @model_validator(mode="after")
    def _use_is_seen_in_time(self) -> Self:
        if self.touch >= self.idle:
            raise bad("`touch` is not shorter than `idle`: a session in use would end", "shorten `touch`")
        return self


class FreeFailures(Record):
    """How many failed log-ins a name, and an address, has without a wait."""

    name: Count
    address: Count


class GrowingWait(Record):
    """The wait after the first failure that is not free, doubled by each further one up to the longest."""

    first: PositiveTime
    longest: PositiveTime


class LoginNumbers(Record):
    """Failed log-ins: how long each counts, how many are free, and the wait after more."""

    window: PositiveTime
    free: FreeFailures
    wait: GrowingWait


class PasswordNumbers(Record):
    """The length of passwords in characters, and what hashing one costs.

    Attributes:
        at_once: How many are hashed at a time; each takes `memory`.
    """

    least: Count
    most: Count
    memory: Size
    passes: Count
    lanes: Count
    at_once: Count


class TokenNumbers(Record):
    """How long a token is good for, unless told otherwise and at most, and how exactly its last use is kept."""

    length: PositiveTime
    longest: PositiveTime
    touch: PositiveTime


class BodyNumbers(Record):
    """What a request may send: its size, how deep its JSON nests, how long it may take."""

    size: Size
    depth: Count
    wait: PositiveTime


class ServerNumbers(Record):
    """The server."""

    session: SessionNumbers
    login: LoginNumbers
    password: PasswordNumbers
    token: TokenNumbers
    body: BodyNumbers
    connections: Count
    store_wait: PositiveTime
    drain: PositiveTime
    probe: PositiveTime
