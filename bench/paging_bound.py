"""Play 10,000 random escalations: nobody may be reached later than the bound, and no page be sent twice."""

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from surefoot.calendar.hours import parse_hours
from surefoot.calendar.opening import first_inside
from surefoot.domain.paging.bound import Watch, reached_at
from surefoot.domain.paging.contact import Contact, Way, longest_wait
from surefoot.domain.paging.happening import Escalation, PageKey
from surefoot.domain.paging.ladder import Ladder, Rule, Step, Target, Terms
from surefoot.domain.paging.rehearsal import Cast, rehearse
from surefoot.domain.paging.sending import Pace, Result
from surefoot.spec.model.contact import Way as By
from surefoot.spec.model.forms import Priority

T = datetime(2026, 3, 2, tzinfo=UTC)
M, S = timedelta(minutes=1), timedelta(seconds=1)
OFFICE = (parse_hours("mon-fri 09:00-17:00", "UTC"),)
PEOPLE = [Target("person", name) for name in ("ana", "bo", "chen", "dara")]
SCHEDULES = [Target("schedule", name) for name in ("first", "second")]
RULES: dict[Priority, Rule] = {
    "P1": Rule(("page", "call"), 5 * M, repeat=True),
    "P2": Rule(("page",), 30 * M, repeat=True),
    "P3": Rule(("chat",), 240 * M, late="business-hours"),
}
PACE = Pace(10 * S, 300 * S, {"push": "dedupe", "sms": "lookup"})


def watch(chance: random.Random) -> tuple[Watch, dict[Target, Contact], datetime]:
    """Make up a ladder, a timeline of schedules, and the ways of people."""
    steps = [
        Step(
            tuple(chance.sample(PEOPLE + SCHEDULES, chance.randint(0, 3))),
            chance.randint(1, 40) * M,
            chance.choice(((), (), OFFICE)),
            chance.choice(((), (), ("P1",), ("P1", "P2"))),
        )
        for _ in range(chance.randint(0, 4))
    ]
    begin = T + chance.randint(0, 10_080) * M
    changes = sorted(chance.sample(range(1, 600), chance.randint(0, 5)))
    held = [{target: chance.sample(PEOPLE, chance.randint(0, 2)) for target in SCHEDULES} for _ in range(6)]
    timeline = [(begin + at * M, people) for at, people in zip([0, *changes], held, strict=False)]
    kinds: tuple[By, ...] = ("push", "phone", "sms")
    contacts = {
        person: Contact(tuple(Way(chance.choice(kinds)) for _ in range(chance.randint(1, 4))), {}) for person in PEOPLE
    }
    priority = chance.choice(tuple(RULES))
    ladder = Ladder(tuple(steps), chance.randint(1, 3), 30 * M, (PEOPLE[3],))

    def who(target: Target, at: datetime) -> tuple[Target, ...]:
        return tuple(next((people[target] for since, people in reversed(timeline) if since <= at), ()))

    def delay(person: Target, at: datetime) -> timedelta | None:
        return longest_wait(contacts[person], priority, RULES[priority].means, PACE.silent, at)

    terms = Terms(ladder, RULES, lambda at: first_inside(OFFICE, at))
    return Watch("service", priority, terms, who, delay, ()), contacts, begin


def play(chance: random.Random) -> tuple[timedelta, timedelta] | None:
    """Play one; give the time until a human was reached and its bound, or None if there is no bound."""
    watched, contacts, begin = watch(chance)
    sleeps = chance.random() < 0.5
    asleep: set[int] = set()

    def channel(key: PageKey, way: Way, _: int) -> tuple[Result | None, timedelta]:
        if sleeps and not asleep and key.step <= len(watched.terms.ladder.steps):
            asleep.add(key.step)
        last = way == contacts[key.to].ways[-1] or key.step in asleep
        return Result.ACCEPTED if last else chance.choice((*Result, None)), chance.randint(0, 10) * S

    cast = Cast(watched.who, contacts.__getitem__, channel, lambda key: None if key.step in asleep else 0 * S)
    bound = reached_at(watched, begin, 1 if sleeps else 0)
    first = Escalation("i", watched.priority)
    played = rehearse(first, watched.terms, PACE, cast, begin, (bound or begin) + timedelta(hours=6))
    keys = [key for _, key in played.pages]
    assert len(set(keys)) == len(keys), f"sent twice: {keys}"
    if bound is None:
        return None
    assert played.reached is not None, f"never reached, though the bound is {bound}"
    assert played.reached <= bound, f"reached at {played.reached}, the bound is {bound}"
    return played.reached - begin, bound - begin


def main(arguments: list[str]) -> int:
    """``paging_bound [RUNS] [SEED]``."""
    runs = int(arguments[0]) if arguments else 10_000
    chance = random.Random(int(arguments[1]) if len(arguments) > 1 else 1)
    started = time.perf_counter()
    found = [result for result in (play(chance) for _ in range(runs)) if result is not None]
    tight = sum(reached == bound for reached, bound in found)
    took = time.perf_counter() - started
    print(f"{runs} runs in {took:.1f} s: {len(found)} with a bound, none later, {tight} as late as the bound")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
