"""What the audit log's pure core costs on one core: sealing, growing the tree, verifying, writing canonically again.

Events have about 390 bytes before their checksum. CPU time of this process, the best of some runs.
"""

import argparse
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from surefoot.domain.audit.canonical import Sealed, recanonical, sealed
from surefoot.domain.audit.checkpoint import checkpoint
from surefoot.domain.audit.logreader import Disclosure, Purge, Record, StoredCheckpoint
from surefoot.domain.audit.note import new_signer, sign
from surefoot.domain.audit.record import Action, Actor, ActorType, Change, Event, Outcome, Status, Target
from surefoot.domain.audit.tiles import HASH, changed
from surefoot.domain.audit.tree import Edge, extend, leaf_hash, root
from surefoot.domain.audit.verify import verify

ORIGIN = "bench.example/audit"
START = datetime(2026, 1, 5, tzinfo=UTC)
SEAL_GOAL, MERKLE_GOAL, VERIFY_GOAL = 6.0, 2.5, 150_000


def event(n: int) -> Event:
    return Event(
        id=str(UUID(int=n)),
        timestamp=START + timedelta(milliseconds=n),
        actor=Actor(ActorType.USER, f"u{n % 977}", "203.0.113.7"),
        action=Action("user.update", "data", "changed"),
        target=Target("user", f"u-{n}"),
        outcome=Outcome(Status.SUCCESS),
        changes=(Change("email", "a@b.example", "b@b.example"),),
        detail={"n": n},
    )


@dataclass
class Log:
    """A log in memory, as verifying reads it."""

    rows: list[Record] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    notes: list[StoredCheckpoint] = field(default_factory=list)
    edge: Edge = field(default_factory=Edge)

    def grow(self, bodies: Sequence[bytes]) -> None:
        grown = extend(self.edge, [leaf_hash(body) for body in bodies])
        for tile in changed(self.edge.size, grown, lambda level, at, width: self.tiles[level, at][: width * HASH]):
            self.tiles[tile.level, tile.index] = tile.data
        self.edge = grown.edge

    def records(self, first: int) -> Iterator[Record]:
        return iter(self.rows[first:])

    def tile(self, level: int, index: int) -> bytes:
        return self.tiles.get((level, index), b"")

    def checkpoints(self) -> Iterator[StoredCheckpoint]:
        return iter(self.notes)

    def pins(self) -> list[str]:
        return [self.notes[-1].note]

    def rotations(self) -> list[Record]:
        return []

    def purges(self) -> list[Purge]:
        return []

    def disclosures(self) -> Iterator[Disclosure]:
        return iter(())

    def indexed(self) -> None:
        return None


def best(runs: int, work: Callable[[], object]) -> float:
    """Take the CPU seconds of the fastest run."""
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench audit", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args(argv)
    events = [event(n) for n in range(args.events)]
    whole: list[Sealed] = [sealed(one) for one in events]
    bodies = [one.body for one in whole]
    signer = new_signer(ORIGIN, bytes(range(32)))

    def grown(*, signing: bool) -> Log:
        log = Log()
        for at in range(0, len(bodies), args.batch):
            log.grow(bodies[at : at + args.batch])
            if signing:
                text = checkpoint(ORIGIN, log.edge.size, root(log.edge), 1, START).text
                log.notes.append(StoredCheckpoint(len(log.notes), str(sign(text, [signer])), START))
        return log

    log = grown(signing=True)
    log.rows = [Record(n, one.id, one.body) for n, one in enumerate(whole)]
    assert verify(log, signer.key, ORIGIN).verdicts == ()
    count = len(events)
    seal = best(args.runs, lambda: deque(map(sealed, events), maxlen=0)) / count * 1e6
    merkle = best(args.runs, lambda: grown(signing=False)) / count * 1e6
    checked = count / best(args.runs, lambda: verify(log, signer.key, ORIGIN))
    again = count / best(args.runs, lambda: deque(map(recanonical, bodies), maxlen=0))
    print(f"events {count}, bytes {len(bodies[-1])} of which the checksum 78, batch {args.batch}")
    print(f"canonical        {seal:10.2f} us/event   goal {SEAL_GOAL}")
    print(f"merkle           {merkle:10.2f} us/event   goal {MERKLE_GOAL}")
    print(f"verify           {checked:10.0f} events/s   goal {VERIFY_GOAL}")
    print(f"recanonicalise   {again:10.0f} events/s")
    return 0 if merkle <= MERKLE_GOAL and checked >= VERIFY_GOAL and seal <= SEAL_GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
