"""The loop: scrape, evaluate, tell, keep; and go on after a restart as if nothing had happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from surefoot.errors import PortError
from surefoot.ports.clock import Clock
from surefoot.ports.http import Http
from surefoot.ports.samples import SampleStore
from surefoot.ports.workers import Job, Workers
from surefoot.promql.alerts import Phase, Transition
from surefoot.promql.live import Live, Memory
from surefoot.promql.selector import Selector
from surefoot.promql.series import NAME, Labels, stale_marker
from surefoot.run import state
from surefoot.run.evaluation import LiveGroup, Recorded, Trouble, alerts
from surefoot.run.grouping import Grouping, Known, Notification
from surefoot.run.limits import too_many
from surefoot.run.plan import Plan
from surefoot.run.scrape import Exposed, Point, Scraped, scrape
from surefoot.run.webhook import body

STATE = "alerts"
_OK = range(200, 300)
_STALE = stale_marker()
_TIDY_MS = 60_000
_JSON = {"Content-Type": "application/json", "User-Agent": "surefoot"}


@dataclass(frozen=True, slots=True)
class Outside:
    """What the loop works with.

    Attributes:
        store: Where samples and alerts are kept.
        http: Asks targets and tells receivers.
        clock: The time.
        scrapers: Ask targets, several at once.
        posters: Tell receivers; apart, so that hanging targets hold up no alert.
        log: Takes a sentence about what happens.
    """

    store: SampleStore
    http: Http
    clock: Clock
    scrapers: Workers
    posters: Workers
    log: Callable[[str], None]


class Watch:
    """Watches the targets of a plan."""

    def __init__(self, plan: Plan, outside: Outside) -> None:
        self._plan, self._outside = plan, outside
        self._store, self._http, self._clock, self._log = outside.store, outside.http, outside.clock, outside.log
        self.memory = Memory()
        self.live = Live(
            self.memory,
            semantics=plan.semantics,
            lookback=plan.lookback,
            step=plan.evaluation,
            written=plan.written,
            margin=2 * max([timed.every for timed in plan.groups], default=plan.tick),
        )
        self.groups = [LiveGroup(timed.group, self.live, timed.every, timed.shift) for timed in plan.groups]
        self._grouping = Grouping(plan.pace)
        self._exposed = [Exposed(target) for target in plan.targets]
        self._scrapes: dict[Job[Scraped], Exposed] = {}
        self._posts: dict[Job[str], Notification] = {}
        self._refs: dict[Labels, int] = {}
        self._evaluated = self._tidied = 0
        self._kept = ""
        self._troubles: dict[str, str] = {}
        self._crowded = False

    def restore(self) -> None:
        """Take over what an earlier process kept.

        Raises:
            MetricsError: The store cannot be read.
        """
        now, memory, plan = self._clock.now(), self.memory, self._plan
        lengths = {name: max(memory.keep.get(name, 0), memory.past.get(name, 0)) for name in plan.stored}
        others = {name: length for name, length in memory.keep.items() if name and name not in plan.written}
        count = 0
        for wanted in (lengths, others):
            found = self._store.fetch([Selector(name) for name in wanted], now - max(wanted.values(), default=0), now)
            memory.load(found.series)
            count += len(found.series)
            for gap in found.gaps:
                self._log(gap)
        self.live.prime(now)
        text = self._store.recall(STATE)
        taken = state.restored(text, now, plan.outage, self.groups, self._grouping) if text else 0
        self._evaluated = now
        rules = sum(len(group.rules) for group in self.groups)
        self._log(
            f"watching {len(plan.targets)} targets every {plan.scrape / 1000:g} s, with {rules} rules; "
            f"went on with {count} series and {taken} alerts from disk"
        )
        if plan.post is None:
            self._log("no `post` address: alerts are told here only")

    def run(self) -> None:
        """Watch until the clock ends.

        Raises:
            MetricsError: The disk refuses.
        """
        tick = self._plan.tick
        due = (self._clock.now() // tick + 1) * tick
        while self._clock.wait(due):
            self.cycle(due)
            following = max(due + tick, self._clock.now() // tick * tick)
            if following > due + tick:
                self._log(f"late: {(following - due) // tick - 1} evaluations were left out")
            due = following

    def once(self) -> None:
        """Scrape and evaluate one time.

        Raises:
            MetricsError: The disk refuses.
        """
        at = self._clock.now() // self._plan.scrape * self._plan.scrape
        self._evaluated = at - 1
        self.cycle(at)

    def cycle(self, at: int) -> None:
        """Do what is due at a time, milliseconds.

        Raises:
            MetricsError: The disk refuses.
        """
        patience = min(self._plan.timeout, self._plan.tick / 2000)
        if at % self._plan.scrape == 0:
            self._start_scrapes(at)
        self._outside.scrapers.wait(self._scrapes, patience)
        self._take_scrapes()
        self._evaluate(at)
        self._settle_posts()
        self._tell(at)
        self._outside.posters.wait(self._posts, patience)
        self._settle_posts()
        self._keep_state(at)
        if at - self._tidied >= _TIDY_MS:
            self._tidied = at
            self.memory.trim(at)
            self._store.tidy(at)
            self._count()

    def finish(self) -> None:
        """Wait for what is under way, keep the state, and let go of the workers.

        Raises:
            MetricsError: The disk refuses.
        """
        self._outside.posters.wait(self._posts, self._plan.post_timeout)
        self._settle_posts()
        self._keep_state(self._clock.now())
        self._outside.scrapers.close()
        self._outside.posters.close()
        self._log("stopped; everything is on disk")

    def _start_scrapes(self, at: int) -> None:
        busy = {id(exposed) for exposed in self._scrapes.values()}
        for exposed in self._exposed:
            if id(exposed) not in busy:
                asking = partial(scrape, exposed.target, self._http, self._clock, at, self._plan.timeout)
                self._scrapes[self._outside.scrapers.begin(asking)] = exposed

    def _take_scrapes(self) -> None:
        for job in [one for one in self._scrapes if one.done()]:
            exposed = self._scrapes.pop(job)
            before, known = exposed.failure, bool(exposed.seen)
            self._ingest(exposed.take(job.result()))
            if exposed.failure != before or (not known and not exposed.failure):
                told = f"is down: {exposed.failure}" if exposed.failure else "is up"
                self._log(f"{exposed.target.url} {told}")

    def _ingest(self, points: Iterator[Point]) -> None:
        """Put samples into memory and on disk, those of one time together."""
        batches: dict[int, tuple[list[int], list[float]]] = {}
        for point in points:
            buffer = self.memory.buffer(point.labels)
            if not (buffer.end(point.time) if point.value is None else buffer.append(point.time, point.value)):
                continue
            refs, values = batches.setdefault(point.time, ([], []))
            refs.append(self._ref(point.labels))
            values.append(_STALE if point.value is None else point.value)
        for time, (refs, values) in batches.items():
            self._store.append(time, refs, values)

    def _ref(self, labels: Labels) -> int:
        found = self._refs.get(labels)
        if found is None:
            found = self._refs[labels] = self._store.ref(labels)
        return found

    def _evaluate(self, at: int) -> None:
        times = [(group.due(self._evaluated, at), group) for group in self.groups]
        stored: dict[int, list[Recorded]] = {}
        for time, group in times:
            if time is None:
                continue
            for found in group.evaluate(time):
                if isinstance(found, Trouble):
                    self._trouble(found)
                elif found and dict(found[0].labels)[NAME] in self._plan.stored:
                    stored.setdefault(time, []).extend(found)
            for rule in group.rules:
                for transition in rule.moved:
                    self._tell_move(transition)
                rule.moved = []
        self._evaluated = at
        for time, found in stored.items():
            refs = [self._ref(one.labels) for one in found]
            self._store.append(time, refs, [_STALE if one.value is None else one.value for one in found])

    def _trouble(self, trouble: Trouble) -> None:
        if self._troubles.get(trouble.rule) != trouble.message:
            self._troubles[trouble.rule] = trouble.message
            self._log(f"{trouble.rule} cannot be evaluated: {trouble.message}")

    def _tell_move(self, transition: Transition) -> None:
        labels = dict(transition.alert.labels)
        name = labels.pop("alertname", "an alert")
        about = labels.get("sloth_id") or labels.get("service") or ""
        if transition.phase is Phase.INACTIVE:
            told = "resolved" if transition.before is Phase.FIRING else "no longer pending"
        else:
            told = transition.phase.value
        self._log(f"{name} ({about}) {told}" if about else f"{name} {told}")

    def _tell(self, at: int) -> None:
        firing = [
            Known(alert.labels, rule.state.annotations(alert), alert.fired)
            for rule, alert in alerts(self.groups)
            if rule.state is not None and alert.phase is Phase.FIRING and alert.fired is not None
        ]
        self._grouping.take(at, firing)
        under_way = {one.key for one in self._posts.values()}
        for notification in self._grouping.due(at):
            if self._plan.post is None:
                self._grouping.sent(notification, at)
            elif notification.key not in under_way:
                telling = partial(self._post, self._plan.post, notification)
                self._posts[self._outside.posters.begin(telling)] = notification

    def _post(self, url: str, notification: Notification) -> str:
        """Send; return why it was not taken, or nothing."""
        content, timeout = body(notification, self._plan.external_url), self._plan.post_timeout
        try:
            answer = self._http.post(url, content, headers=_JSON, timeout=timeout)
        except PortError as error:
            return str(error)
        return "" if answer.status in _OK else f"answered with status {answer.status}"

    def _settle_posts(self) -> None:
        now = self._clock.now()
        for job in [one for one in self._posts if one.done()]:
            notification = self._posts.pop(job)
            refused = job.result()
            name = dict(notification.key).get("alertname", "alerts")
            if refused:
                self._grouping.failed(notification, now)
                self._log(f"{self._plan.post} did not take {name}: {refused}; trying again")
            else:
                self._grouping.sent(notification, now)
                self._log(f"told {self._plan.post} that {name} {'fires' if notification.firing else 'is resolved'}")

    def _keep_state(self, at: int) -> None:
        text = state.written(at, self.groups, self._grouping)
        meant = text.partition(",")[2].partition(",")[2]  # all but version and time
        if meant != self._kept:
            self._kept = meant
            self._store.remember(STATE, text)

    def _count(self) -> None:
        finding = too_many(sum(exposed.series for exposed in self._exposed), self._plan.series)
        if finding and not self._crowded:
            self._log(f"{finding.severity}[{finding.rule}]: {finding.message}: {finding.why}; {finding.cure}")
        self._crowded = finding is not None
