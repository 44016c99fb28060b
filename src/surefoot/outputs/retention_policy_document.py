"""The retention policy: regimes in force, the plan that satisfies them, conflicts, erasure."""

from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.audit.regimes import OWN, audit_numbers, in_force, plans
from surefoot.domain.audit.retention import PROPOSAL, Plan, Plans, Rule
from surefoot.outputs import Output
from surefoot.outputs._audit import COMPLIANCE, TEXTS, concerned, deciding, most, period
from surefoot.outputs._markdown import bullets, code, page, table
from surefoot.spec.model.audit import Audit
from surefoot.spec.model.policy_recovery import AuditRegime
from surefoot.spec.model.recovery import DataClass
from surefoot.spec.model.workspace import Regime
from surefoot.spec.system import System


def _render(system: System) -> Iterator[Artifact]:
    if concerned(system):
        yield Artifact(f"{COMPLIANCE}/retention-policy.md", page(system, "Retention policy", _blocks(system)))


def _blocks(system: System) -> Iterator[str]:
    solved = plans(system)
    yield "## Regimes in force"
    yield _regimes(system)
    yield (
        "The strictest rule holds: of several, the largest least and the smallest most. What a text does not "
        "demand is our choice, and marked so. This document is no legal advice."
    )
    yield "## Audit records"
    yield _plans(solved)
    if solved.fields:
        yield "## Fields"
        yield "The value is erased when its time has passed; the record stays for its own."
        yield table(_HEAD, [_row(code(name), plan) for name, plan in solved.fields.items()])
    yield from _data(system)
    yield "## Conflicts"
    yield from _conflicts(solved)
    yield "## From record to purge"
    yield _lifecycle(system)
    yield "## Legal holds"
    yield from _holds(solved)
    yield "## Erasure of personal data"
    yield _erasure()
    yield "## What this cannot promise"
    yield bullets(
        (
            "Copies that were exported are beyond the log.",
            "Commitments are a strong measure (EDPB draft guidelines 02/2025), not legal certainty.",
            "Times are the sender's claim.",
        )
    )


_HEAD = ("What", "At least", "At most", "At hand", "Purged after", "Decided by", "Rules that apply")


def _regimes(system: System) -> str:
    table_, described = audit_numbers(system).regimes, system.spec.all("regimes", Regime)
    rows = []
    for name in in_force(system):
        if name in table_:
            known = table_[name]
            choice = (
                f"{period(known.hot)} at hand + {period(known.archive)} archive" if known.hot else "no time of its own"
            )
            text = TEXTS.get(name, "")
            rows.append((name, known.basis, text, period(known.demanded), period(None), choice, _beside(known)))
        if name in described:
            own = described[name].model
            bounds = (period(own.keep_at_least), period(own.keep_at_most))
            rows.append((name, own.basis or "not said", own.description, *bounds, "as demanded", ""))
        if name not in table_ and name not in described:
            rows.append((name, "unknown", "neither built in nor described: no rule comes from it", "", "", "", ""))
    if not rows:
        return "None is declared; what is kept is our own choice."
    head = ("Regime", "Basis", "What the text says", "At least", "At most", "Kept by our choice", "Also demands")
    return table(head, rows)


def _beside(regime: AuditRegime) -> str:
    words = {
        "a purpose for each kind of data": regime.purpose,
        "tested restores": regime.tested_restore,
        "separate backups": regime.separate_backup,
    }
    return ", ".join(word for word, demanded in words.items() if demanded)


def _plans(solved: Plans) -> str:
    rows = [_row(name, plan) for name, plan in solved.categories.items()]
    return table(_HEAD, [*rows, _row("any other category", solved.records)])


def _row(name: str, plan: Plan) -> tuple[str, ...]:
    ends = "a conflict is decided, at least " + period(plan.keep) if plan.conflicts else period(plan.keep)
    return (
        name,
        period(plan.min),
        most(plan),
        period(plan.hot),
        "the hold ends" if plan.hold else ends,
        deciding(plan),
        ", ".join(map(_named, plan.rules)) or "none",
    )


def _named(rule: Rule) -> str:
    """Name a rule, with its basis where that stands nowhere else on the page."""
    written = rule.name.startswith(OWN)
    return f"{rule.name} ({rule.basis or 'no basis said'})" if written else rule.name


def _data(system: System) -> Iterator[str]:
    data = system.spec.all("data", DataClass)
    personal = {name: entry.model for name, entry in data.items() if entry.model.personal or entry.model.keep}
    if not personal:
        return
    yield "## Data"
    rows = [
        (
            name,
            "yes" if model.personal else "no",
            ", ".join(model.sensitive) or "none named",
            period(model.keep, "not said"),
            model.purpose or "**not said**",
            ", ".join(model.regimes) or "those of the workspace",
        )
        for name, model in personal.items()
    ]
    yield table(("Data", "Personal", "Sensitive fields", "Kept", "Purpose", "Regimes"), rows)


def _conflicts(solved: Plans) -> Iterator[str]:
    places = [("every record", solved.records), *solved.categories.items(), *solved.fields.items()]
    found: dict[str, list[str]] = {}
    for name, plan in places:
        for conflict in plan.conflicts:
            found.setdefault(str(conflict), []).append(name)
    if not found:
        yield "None: one plan satisfies every rule."
        return
    yield (
        "These rules cannot all be kept, and without any one of them the rest can. **Legal decides** which one "
        f"yields. Proposal: {PROPOSAL}. Until then nothing is destroyed that a rule still demands."
    )
    yield table(("Conflict", "Concerns"), [(text, ", ".join(names)) for text, names in found.items()])


def _lifecycle(system: System) -> str:
    audit, numbers = system.spec.one("audit", Audit) or Audit(), audit_numbers(system)
    leaves = audit.segment or numbers.segment
    form = "JSONL.zst, and Parquet for queries" if audit.parquet else "JSONL.zst"
    return bullets(
        (
            f"Records stand in the database while they are at hand, sealed in segments of {leaves:,} as {form}.",
            "A segment moves to the archive when every record in it is past its time at hand.",
            "It is purged as a whole, when every record in it is past its time and none is held.",
            "Of a purged segment the subtree root (32 bytes) stays, and a record of the purge is added: proofs hold.",
            "Records that reach their maximum while others of the segment must stay lose their personal values.",
        )
    )


def _holds(solved: Plans) -> Iterator[str]:
    held = [name for name, plan in (*solved.categories.items(), *solved.fields.items()) if plan.hold]
    if held:
        yield f"Held by the spec: {', '.join(held)}. No maximum applies, nothing is purged or erased."
    else:
        yield "The spec holds nothing."
    yield (
        "A hold suspends every maximum for the records that it touches. It is declared and lifted by name, "
        "both are recorded, and archiving goes on under it."
    )


def _erasure() -> str:
    return "\n".join(
        f"{number}. {step}"
        for number, step in enumerate(
            (
                "A privacy officer finds the subject's pseudonym, and states the reason.",
                "The subject's key and the sealed values with their salts are destroyed; the text index is cleaned.",
                "An event is appended that names the pseudonym, never the person.",
                "The root over the records before it is computed again: it must not have changed.",
                "A certificate says what was destroyed, when, by whom, and gives that root.",
                "Keys are in no backup of the log; every restore replays the list of erasures before it opens.",
            ),
            1,
        )
    )


OUTPUT = Output(
    "retention-policy-document",
    "How long audit records and personal data are kept, by which regime, and what conflicts; "
    "where a spec has `audit`, a regime, or personal data.",
    _render,
)
