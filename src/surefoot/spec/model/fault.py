"""The faults of an experiment: one kind each, with its parameters (CHA-3)."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from surefoot.spec.model.forms import TIME, Command, Count, Labels, keyed, only_one, short, taken
from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import OneOrMore, Percent, PositiveTime, Size, Text, Time, bad

_LATENCY = re.compile(rf"(?P<delay>{TIME})(?: ?(?:jitter|±) ?(?P<jitter>{TIME}))?")
_CLOCK = re.compile(rf"(?P<sign>[+-])(?P<by>{TIME})")
_FLOW = re.compile(r"(?P<size>[0-9.]+ ?[kMGTi]*B)/s")
_STATUS = re.compile("[1-5][0-9]{2}")
_BARE = ("reset", "black_hole", "down", "abort", "drop", "reject", "link_down", "pod_kill", "wrong_result")
_KINDS = (
    "latency", "bandwidth", "loss", "reset", "timeout", "black_hole", "slicer", "slow_close", "limit",
    "down", "http",
    "kill", "pause", "cpu", "memory", "disk", "clock", "error", "wrong_result", "abort",
    "drop", "reject", "link_down", "pod_kill",
)  # fmt: skip


def _latency(text: str) -> dict[str, str]:
    return taken(_LATENCY, text, "a latency", "3s", "100ms jitter 50ms")


def _bandwidth(text: str) -> dict[str, str]:
    return taken(_FLOW, text, "a bandwidth", "1000kB/s")


def _http(text: str) -> dict[str, int]:
    if not _STATUS.fullmatch(text):
        raise bad(f"`{text}` is not an HTTP status", "write it such as `503`")
    return {"status": int(text)}


def _clock(text: str) -> dict[str, object]:
    found = taken(_CLOCK, text, "a shift of the clock", "+2m", "-1h")
    return {"by": found["by"], "backwards": found["sign"] == "-"}


def _bare(value: object) -> object:
    """Let the name of a fault without parameters stand for its mapping."""
    if not isinstance(value, str):
        return value
    if value in _BARE:
        return {value: {}}
    if value in _KINDS:
        raise bad(f"the fault `{value}` lacks its parameter", f"write `{{{value}: …}}`")
    raise bad(f"`{value}` is no fault", f"write one of {', '.join(_KINDS)}")


class Latency(Record):
    """Answers come later; jitter varies the delay both ways."""

    delay: PositiveTime
    jitter: Time | None = None


class Bandwidth(Record):
    """At most so many bytes a second."""

    size: Size


class Loss(Record):
    """Packets are lost; in the dependency's own network namespace."""

    share: Percent


class After(Record):
    """Connections end a time after they were accepted."""

    after: PositiveTime


class Reset(Record):
    """Connections are reset, at once or after a time."""

    after: Time | None = None


class Slicer(Record):
    """Data comes in small pieces."""

    size: Size
    delay: Time | None = None


class Limit(Record):
    """Connections close after so many bytes."""

    size: Size


class Http(Record):
    """Answers with a status instead of the real one; the first so many, or a share of them."""

    status: Annotated[int, Field(ge=100, le=599)]
    first: Count | None = None
    share: Percent | None = None
    delay: Time | None = None


class Process(Record):
    """A process: by the file that holds its number, or by the command that finds it."""

    pid_file: Text | None = None
    find: Command | None = None
    restart: Command | None = None
    signal: Literal["TERM", "KILL"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        only_one(self, ("pid_file", "find"), noun="the process", example="pid_file: /run/checkout.pid")
        return self


class Killed(Process):
    """A process that is killed; somebody must start it again."""

    @model_validator(mode="after")
    def _restarts(self) -> Self:
        if self.restart is None:
            raise bad(
                "nothing starts the killed process again",
                'write `restart: ["systemctl", "start", "checkout"]`',
            )
        return self


class Cpu(Record):
    """Load on so much of the processors."""

    load: Percent
    cores: Count | None = None


class Memory(Record):
    """So much memory is held."""

    size: Size


class Disk(Record):
    """A file system is filled, down to a floor of free space."""

    path: Text
    size: Size | None = None
    leave: Size | None = None


class Clock(Record):
    """The clock of a program that is started for it runs ahead or behind."""

    by: PositiveTime
    backwards: bool = False
    run: Command | None = None


class Failure(Record):
    """Calls in the process raise an error of the named kind."""

    raises: Text


class WrongResult(Record):
    """Calls in the process give a wrong result."""

    value: JsonValue = None


class Pods(Record):
    """Pods are killed, by manifests for Kubernetes."""

    namespace: Text | None = None
    labels: Labels = {}


class Bare(Record):
    """A fault without parameters."""


def _or_bare(value: object) -> object:
    return {} if value is True else value


BareForm = Annotated[Bare, BeforeValidator(_or_bare, json_schema_input_type=Bare | Literal[True])]


class _Fault(Record):
    """One fault: its key is its kind.

    ``via`` is where it is injected, by default the least that can do it. ``share`` is the part of the
    connections or calls that it meets, ``direction`` the way of the bytes.
    """

    latency: Annotated[Latency, short(Latency, _latency, "3s", "100ms jitter 50ms")] | None = None
    bandwidth: Annotated[Bandwidth, short(Bandwidth, _bandwidth, "1000kB/s")] | None = None
    loss: Annotated[Loss, short(Loss, keyed("share"), "10%")] | None = None
    reset: Annotated[Reset, short(Reset, keyed("after"), "0s")] | None = None
    timeout: Annotated[After, short(After, keyed("after"), "5s")] | None = None
    black_hole: BareForm | None = None
    slicer: Annotated[Slicer, short(Slicer, keyed("size"), "64B")] | None = None
    slow_close: Annotated[After, short(After, keyed("after"), "5s")] | None = None
    limit: Annotated[Limit, short(Limit, keyed("size"), "10kB")] | None = None
    down: BareForm | None = None
    http: Annotated[Http, short(Http, _http, "503")] | None = None
    kill: Killed | None = None
    pause: Annotated[Process, short(Process, keyed("pid_file"), "/run/checkout.pid")] | None = None
    cpu: Annotated[Cpu, short(Cpu, keyed("load"), "50%")] | None = None
    memory: Annotated[Memory, short(Memory, keyed("size"), "256MiB")] | None = None
    disk: Annotated[Disk, short(Disk, keyed("path"), "/var/lib/orders")] | None = None
    clock: Annotated[Clock, short(Clock, _clock, "+2m", "-1h")] | None = None
    error: Annotated[Failure, short(Failure, keyed("raises"), "ConnectionError")] | None = None
    wrong_result: WrongResult | None = None
    abort: BareForm | None = None
    drop: BareForm | None = None
    reject: BareForm | None = None
    link_down: BareForm | None = None
    pod_kill: Pods | None = None
    via: Literal["proxy", "process", "namespace", "host", "kubernetes"] | None = None
    share: Percent | None = None
    direction: Literal["requests", "answers", "both"] = "both"
    targets: OneOrMore[Text] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        only_one(self, _KINDS, noun="the fault", example="latency: 3s")
        return self

    @property
    def kind(self) -> str:
        """Name the key that is given."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)


Fault = Annotated[_Fault, BeforeValidator(_bare, json_schema_input_type=_Fault | Literal[_BARE])]
