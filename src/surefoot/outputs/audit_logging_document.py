"""Running the audit log: how events get in, what guards it, what to do when it is away or fails a check."""

from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.audit.catalogue import catalogue
from surefoot.domain.audit.regimes import audit_numbers
from surefoot.domain.audit.verdict import Kind
from surefoot.outputs import Output
from surefoot.outputs._audit import OPERATIONS, concerned, period, size
from surefoot.outputs._markdown import bullets, code, page, table
from surefoot.spec.model.audit import Anchor, Audit
from surefoot.spec.system import System

_INCIDENT = "incident"
_VERDICTS: tuple[tuple[tuple[Kind, ...], str, str], ...] = (
    (
        (Kind.EDITED, Kind.INSERTED, Kind.DELETED, Kind.REORDERED),
        "a checksum or a leaf differs; the neighbours tell which",
        _INCIDENT,
    ),
    ((Kind.TRUNCATED, Kind.ROLLED_BACK), "the tree is smaller than a pinned checkpoint", _INCIDENT),
    ((Kind.FORKED,), "two signed checkpoints without a consistency proof", _INCIDENT),
    (
        (Kind.KEY_SWAPPED, Kind.BAD_SIGNATURE),
        "a signature fails, or a new signer came without the old key's record",
        _INCIDENT,
    ),
    ((Kind.DAMAGED_TILE,), "it does not follow from the leaves", "rebuild it from the leaves"),
    (
        (Kind.SEGMENT_MISSING,),
        "its subtree root is there, without a record of a purge",
        "restore it from the archive",
    ),
    ((Kind.VALUE_MISMATCH,), "an opened value contradicts its commitment", _INCIDENT),
    (
        (Kind.DUPLICATE_ID, Kind.STALE_EPOCH),
        "a record stands twice, or a writer went on after losing its lease",
        _INCIDENT,
    ),
    ((Kind.INDEX_INCOMPLETE,), "the index ends before the tree", "wait, then rebuild the index"),
    ((Kind.CLOCK_BACK,), "a checkpoint is older than the one before it", "correct the clock"),
    ((Kind.UNANCHORED,), "intact, but newer than the last pin", "pin a checkpoint"),
    ((Kind.PURGED, Kind.ERASED), "a record says so", "nothing"),
)
_KINDS = ("bucket", "email", "git", "timestamp", "witness")


def _render(system: System) -> Iterator[Artifact]:
    if concerned(system):
        yield Artifact(f"{OPERATIONS}/audit-logging.md", page(system, "Audit logging", _blocks(system)))


def _blocks(system: System) -> Iterator[str]:
    audit = system.spec.one("audit", Audit) or Audit()
    beside = "../compliance"
    yield (
        f"What is recorded stands in [audit events]({beside}/audit-events.md), in which form in "
        f"[audit record]({beside}/audit-schema.md), for how long in [retention policy]({beside}/retention-policy.md), "
        f"and who may read it in [access]({beside}/audit-access.md)."
    )
    yield "## Set-up"
    yield _setup(audit, system)
    yield "## Senders"
    yield from _senders(audit)
    yield "## When the log cannot be written"
    yield _away(audit, system)
    yield "## Pins outside this machine"
    yield from _anchors(audit, system)
    yield "## Verification"
    yield (
        "Verify daily, after every restore, and before an audit. Each verdict names the first bad record or "
        "checkpoint. On an incident: stop writing, keep the files as they are, and compare with the last pin."
    )
    rows = [(", ".join(kinds), found, cure) for kinds, found, cure in _VERDICTS]
    yield table(("Verdict", "What was found", "What to do"), rows)
    yield "## Routine"
    yield table(("When", "What"), _ROUTINE)
    yield "## Limits"
    yield bullets(
        (
            "Whoever holds the signing key can rewrite what follows the last pin.",
            "Events in the spool are durable, but not provable before they are replayed.",
            "An event that was never sent is not missed by the log.",
            "Writes are tested against a killed process; that is not a loss of power.",
        )
    )


_ROUTINE = (
    ("daily", "verify; see that the spool is empty and the last pin is young"),
    ("weekly", "see what is due for archive, purge and erasure, and every conflict that waits for legal"),
    ("quarterly", "restore the log elsewhere: erasures are replayed before it opens; review who may read"),
    ("when a key is changed", "let the old key sign the record of the rotation"),
)


def _setup(audit: Audit, system: System) -> str:
    numbers = audit_numbers(system)
    signing = audit.signing
    key = f"{code(signing.key)}, {signing.type}" if signing else "**none**: checkpoints are not signed"
    spool = f"{code(audit.spool.directory)}, " if audit.spool else ""
    return table(
        ("Part", "Value"),
        (
            ("Store", code(audit.store) if audit.store else "the workspace's own database"),
            ("Keys of data subjects", code(audit.subjects) if audit.subjects else "the same database: move them apart"),
            ("Signing key", key),
            ("Tenants, each its own log", ", ".join(audit.tenants) or "one log"),
            ("Spool", f"{spool}up to {size((audit.spool.size if audit.spool else None) or numbers.spool)}"),
            ("Checkpoint", f"with each commit, or every {period(numbers.checkpoint)}"),
            ("Records in one commit", f"up to {numbers.batch:,}"),
            ("Records in a segment", f"{audit.segment or numbers.segment:,}"),
            ("Largest record", f"below {size(numbers.entry)}"),
        ),
    )


def _senders(audit: Audit) -> Iterator[str]:
    yield (
        "A service sends events through the library, over HTTP, or from the command line. An answer means that the "
        "event is durable; the same id sent again is stored once."
    )
    if not audit.intake:
        yield "No sender over HTTP is declared (`audit.intake`)."
        return
    rows = [
        (name, intake.service or "any", intake.tenant or "the only one", code(intake.key))
        for name, intake in audit.intake.items()
    ]
    yield table(("Sender", "Service", "Tenant", "Key"), rows)


def _away(audit: Audit, system: System) -> str:
    found = catalogue(system)
    own = {name for name, rule in audit.categories.items() if rule.unavailable}
    rows = [(name, code(found.unavailable(name)), "spec" if name in own else "policy") for name in found.categories]
    return table(("Category", "Its events", "Said by"), rows)


def _anchors(audit: Audit, system: System) -> Iterator[str]:
    yield (
        "A checkpoint that is pinned elsewhere cannot be taken back: what was written before it is safe even from "
        "whoever holds the signing key."
    )
    if audit.anchors:
        every = audit_numbers(system).anchor
        rows = [(*_anchor(each), period(each.every or every)) for each in audit.anchors]
        yield table(("Kind", "Where", "Every"), rows)
    else:
        yield "**None is declared** (`audit.anchors`): a rewritten log would not be noticed."


def _anchor(anchor: Anchor) -> tuple[str, str]:
    kind = next(kind for kind in _KINDS if getattr(anchor, kind))
    where = anchor.witness.url if anchor.witness else str(getattr(anchor, kind))
    return kind, code(where)


OUTPUT = Output(
    "audit-logging-document",
    "Running the audit log: senders, spool, pins, verdicts, routine and limits; "
    "where a spec has `audit`, a regime, or personal data.",
    _render,
)
