"""The sections ``experiments``, ``gamedays`` and ``monkey``."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, Strict, model_validator

from surefoot.spec.model.fault import Fault
from surefoot.spec.model.forms import (
    TIME,
    Command,
    Count,
    Labels,
    Moment,
    Regex,
    Scalar,
    Weekly,
    only_one,
    short,
    taken,
)
from surefoot.spec.model.record import (
    EnvironmentRef,
    ExperimentRef,
    HolidaysRef,
    PersonRef,
    Record,
    ScheduleRef,
    ServiceRef,
    SloRef,
    StoreRef,
)
from surefoot.spec.model.scalars import Name, OneOrMore, Percent, PositiveTime, Seq, Text, Time, bad
from surefoot.spec.model.workspace import Zone

Promised = Literal["timeout", "breaker", "fallback", "soft", "alert", "page", "recovery"]

_PROMISE = re.compile(
    r"(?P<promise>timeout|breaker|fallback|soft|alert|page|recovery)"
    rf"(?: (?P<name>[^ ]+))??(?: within (?P<within>{TIME}))?"
)
_SLO = re.compile(r"[^/\s]+/[^/\s]+\Z")


def _clause(text: str) -> dict[str, str]:
    if not _SLO.match(text):
        raise bad(f"`{text}` is not an objective", "write service and objective, such as `checkout/availability`")
    return {"slo": text}


def _promise(text: str) -> dict[str, str]:
    return taken(_PROMISE, text, "a promise", "breaker", "alert HighErrorRate within 2m")


class Clause(Record):
    """Something that must hold: an objective, or a query, a URL or a command with a tolerance.

    The tolerances: `equals` one value, `one_of` several, `between` two numbers, both included,
    `matches` a regular expression. Without one, an objective must be met and a command must exit 0.
    """

    name: Text | None = None
    slo: SloRef | None = None
    query: Text | None = None
    http: Text | None = None
    run: Command | None = None
    equals: Scalar = None
    one_of: Seq[Scalar] = ()
    between: Annotated[tuple[float, float], Strict(False)] | None = None  # noqa: FBT003  # a YAML list becomes a tuple
    matches: Regex | None = None
    within: PositiveTime | None = None

    @model_validator(mode="after")
    def _measured(self) -> Self:
        source = only_one(
            self, ("slo", "query", "http", "run"), noun="what is measured", example="checkout/availability"
        )
        given = [name for name in ("equals", "one_of", "between", "matches") if getattr(self, name) not in (None, ())]
        if len(given) > 1:
            raise bad(f"the clause has {len(given)} tolerances: {', '.join(given)}", "keep one of them")
        if source == "query" and not given:
            raise bad("the query has no tolerance", "write `between: [0, 0.5]` or `equals: 1`")
        if self.between and self.between[0] > self.between[1]:
            raise bad("the range is empty", f"write `between: [{self.between[1]:g}, {self.between[0]:g}]`")
        return self


class Promise(Record):
    """A promise of the spec that must show: which, of what name, and within what time."""

    promise: Promised
    name: Text | None = None
    within: PositiveTime | None = None


class Action(Record):
    """A step of an imported experiment: a command, a URL, or a Python function run in a child process."""

    name: Text
    run: Command | None = None
    http: Text | None = None
    python: Text | None = None
    arguments: dict[Text, JsonValue] = {}
    timeout: PositiveTime | None = None
    pause_before: Time | None = None
    pause_after: Time | None = None
    injects: bool = True
    undo: Text | None = None
    no_undo_because: Annotated[Text | None, Field(min_length=3)] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        only_one(self, ("run", "http", "python"), noun="what is done", example='run: ["./drain.sh"]')
        return self


ClauseForm = Annotated[Clause, short(Clause, _clause, "checkout/availability")]
PromiseForm = Annotated[Promise, short(Promise, _promise, "breaker", "alert HighErrorRate within 2m")]


class Experiment(Record):
    """A hypothesis and the fault that tries it.

    ``caller`` says whose calls to the target are disturbed. ``observe`` is a clause that shows from
    outside that the fault was there. ``budget`` caps what it may spend of the error budget that remains.
    """

    hypothesis: Annotated[Text, Field(min_length=3)]
    description: Text = ""
    target: ServiceRef | None = None
    store: StoreRef | None = None
    caller: ServiceRef | None = None
    environment: EnvironmentRef
    steady: OneOrMore[ClauseForm]
    promises: OneOrMore[PromiseForm] = ()
    guards: OneOrMore[ClauseForm] = ()
    watch: OneOrMore[Text] = ()
    observe: ClauseForm | None = None
    fault: Fault | None = None
    actions: Seq[Action] = ()
    rollback: Seq[Action] = ()
    max_share: Percent
    duration: PositiveTime
    recovery: PositiveTime | None = None
    poll: PositiveTime | None = None
    budget: Percent | None = None
    schedule: OneOrMore[Weekly] = ()
    holidays: OneOrMore[HolidaysRef] = ()
    timezone: Zone | None = None
    approver: PersonRef | None = None
    seed: int | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        only_one(self, ("target", "store"), noun="the target", example="target: payment-api")
        only_one(self, ("fault", "actions"), noun="what is injected", example="fault: {latency: 3s}")
        if not self.steady:
            raise bad("the experiment has no steady state", "write `steady: [checkout/availability]`")
        if not 0 < self.max_share <= 100:  # noqa: PLR2004  # per cent
            raise bad("`max_share` is not between 0% and 100%", "write the largest share to touch, such as `50%`")
        undone = {action.undo for action in self.actions} - {None} - {action.name for action in self.rollback}
        if undone:
            raise bad(
                f"the undo `{min(map(str, undone))}` is no action of `rollback`",
                "name an action of `rollback`",
            )
        return self


class Entry(Record):
    """An experiment of a game day, so long after its start."""

    at: Time
    experiment: ExperimentRef
    inject_only: bool = False


class GameRoles(Record):
    """Who does what on a game day; the on-call of a schedule responds."""

    lead: PersonRef
    injector: PersonRef
    scribe: PersonRef
    responders: OneOrMore[PersonRef] = ()
    responders_from: ScheduleRef | None = None

    @model_validator(mode="after")
    def _somebody_responds(self) -> Self:
        if not self.responders and self.responders_from is None:
            raise bad("nobody responds", "write `responders: [ana]` or `responders_from: payments-primary`")
        return self


class Objectives(Record):
    """How fast the responders are to be, each counted from the injection."""

    detect: PositiveTime | None = None
    acknowledge: PositiveTime | None = None
    mitigate: PositiveTime | None = None
    recover: PositiveTime | None = None


class GameDay(Record):
    """Several experiments on a timetable, with roles; a sealed scenario is published only as a hash."""

    description: Text = ""
    begins: Annotated[Moment, Field(alias="from")]
    timezone: Zone | None = None
    timetable: Seq[Entry]
    roles: GameRoles
    objectives: Objectives = Objectives()
    sealed: bool = False

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.timetable:
            raise bad("the timetable is empty", "write `timetable: [{at: 0s, experiment: NAME}]`")
        starts = [entry.at for entry in self.timetable]
        if starts != sorted(starts):
            raise bad("the timetable is not in order", "sort the entries by `at`")
        return self


class MonkeyGroup(Record):
    """Instances of which one may be hit on a day, never the last `healthy` ones."""

    services: OneOrMore[ServiceRef]
    environment: EnvironmentRef
    fault: Fault
    instances: Labels = {}
    healthy: Count | None = None
    probability: Percent | None = None
    duration: PositiveTime | None = None


class Monkey(Record):
    """Random victims in business hours; off unless enabled, and then only the groups that are named."""

    enabled: bool = False
    groups: dict[Name, MonkeyGroup] = {}
    hours: OneOrMore[Weekly] = ()
    holidays: OneOrMore[HolidaysRef] = ()
    timezone: Zone | None = None
    approver: PersonRef | None = None
    seed: int | None = None
