from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from surefoot.domain.audit.record import Action, Actor, ActorType, Event, Outcome, Status, Target
from surefoot.domain.evidence import Evidence, Logged, Promise, Standing, detail, identifier, judged, logged, read
from surefoot.errors import ProofError
from surefoot.proof import Proof, Verdict

pytestmark = pytest.mark.req("ASM-3")

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROMISE = Promise("shop/availability/page/fires", "aa", timedelta(days=90))
PROOF = Proof(
    promise=PROMISE.id,
    verdict=Verdict.PROVEN,
    measured="+3 s off",
    bound="+30 s",
    how="by engine",
    at=NOW - timedelta(days=1),
    version="0.1.0",
    digest="aa",
    detail=(("burns at 14×", "holds"), ("a", "b")),
)


def judge(*proofs: Proof, now: datetime = NOW) -> Evidence:
    (found,) = judged([PROMISE], [Logged(n, proof) for n, proof in enumerate(proofs)], now)
    return found


def event(proof: Proof) -> Event:
    return Event(
        identifier(proof),
        proof.at,
        Actor(ActorType.SYSTEM, "command-line"),
        Action("proof.add", "evidence"),
        Target("promise", proof.promise),
        Outcome(Status.SUCCESS),
        detail=detail(proof),
    )


def test_a_promise_without_a_proof_is_unproven():
    found = judge(replace(PROOF, promise="shop/latency/page/fires"))
    assert (found.standing, found.last, found.age) == (Standing.UNPROVEN, None, None)


def test_a_fresh_proof_of_what_is_promised_now_proves_it():
    found = judge(PROOF)
    assert (found.standing, found.age, found.reason) == (Standing.PROVEN, timedelta(days=1), "")


def test_the_last_proof_counts_in_whatever_order_they_were_logged():
    old = replace(PROOF, verdict=Verdict.BROKEN, at=NOW - timedelta(days=2))
    assert judge(PROOF, old).standing is Standing.PROVEN
    assert judge(replace(old, at=NOW), PROOF).standing is Standing.BROKEN


def test_of_two_proofs_of_one_time_the_one_logged_later_counts():
    assert judge(PROOF, replace(PROOF, verdict=Verdict.BROKEN)).standing is Standing.BROKEN


def test_a_proof_of_something_that_changed_is_stale():
    found = judge(replace(PROOF, digest="bb"))
    assert (found.standing, found.reason) == (Standing.STALE, "what was proved has changed since")


def test_a_proof_is_stale_after_its_age_and_not_before():
    assert judge(PROOF, now=PROOF.at + timedelta(days=90)).standing is Standing.PROVEN
    found = judge(PROOF, now=PROOF.at + timedelta(days=90, seconds=1))
    assert (found.standing, found.reason) == (Standing.STALE, "older than 90 d")


def test_a_proof_comes_back_from_its_event():
    assert logged(7, event(PROOF)) == Logged(7, PROOF)


def test_an_event_without_a_whole_proof_is_passed_over():
    assert logged(7, replace(event(PROOF), detail={"promise": "x"})) is None
    assert logged(7, replace(event(PROOF), detail={**detail(PROOF), "verdict": "maybe"})) is None


def test_the_id_is_the_same_for_the_same_proof_alone():
    assert identifier(PROOF) == identifier(replace(PROOF))
    assert identifier(PROOF) != identifier(replace(PROOF, at=NOW))


def test_a_file_of_prove_is_read():
    written = {
        "promise": PROOF.promise,
        "verdict": "proven",
        "measured": PROOF.measured,
        "bound": PROOF.bound,
        "how": PROOF.how,
        "at": "2026-05-31T00:00:00Z",
        "version": "0.1.0",
        "digest": "aa",
        "detail": dict(PROOF.detail),
    }
    assert read(orjson.dumps(written)) == PROOF


def test_a_file_that_proves_nothing_is_none():
    assert read(b'{"service": "shop", "alert": "A", "verdict": "unproven", "reason": "no story"}') is None


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ProofError, match="no zone"):
        read(orjson.dumps({**detail(PROOF), "at": "2026-01-01T00:00:00", "detail": {}}))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{", "no JSON"),
        (b"[]", "holds no proof"),
        (b'{"verdict": "proven"}', "`promise` is missing"),
        (b'{"promise":"","measured":"","bound":"","how":"","version":"","digest":"","verdict":"proven","at":"x"}', "x"),
        (b'{"promise":"","measured":"","bound":"","how":"","version":"","digest":"","verdict":"no","at":"x"}', "x"),
    ],
)
def test_a_file_that_is_none_of_prove_is_refused(raw: bytes, told: str):
    with pytest.raises(ProofError, match=told):
        read(raw)
