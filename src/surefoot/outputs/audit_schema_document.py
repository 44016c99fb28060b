"""The audit record: its fields, its JSON Schema, its canonical form, and what makes it tamper-evident."""

import json
from collections.abc import Iterator

from surefoot.artifact import Artifact
from surefoot.domain.audit.regimes import audit_numbers
from surefoot.domain.audit.schema import fields, json_schema
from surefoot.outputs import Output
from surefoot.outputs._audit import COMPLIANCE, concerned, size
from surefoot.outputs._markdown import bullets, code, fence, page, table
from surefoot.spec.system import System


def _render(system: System) -> Iterator[Artifact]:
    if concerned(system):
        yield Artifact(f"{COMPLIANCE}/audit-schema.md", page(system, "Audit record", _blocks(system)))


def _blocks(system: System) -> Iterator[str]:
    yield "## Fields"
    yield table(("Field", "Value", "Meaning"), [(code(each.path), each.kind, each.meaning) for each in fields()])
    yield "## Canonical form"
    yield (
        "RFC 8785 (JSON Canonicalization Scheme), restricted: keys are ASCII; values are strings, booleans, null, "
        "and integers below 2⁵³; times are RFC 3339 in UTC with six digits. The bytes are stored as they are "
        "hashed, and never built again."
    )
    limit = size(audit_numbers(system).entry)
    yield "Refused, naming the field, and the refusal is recorded:"
    yield bullets(
        (
            "floats (send their digits as text) and larger integers",
            "a key that is not ASCII, or stands twice in one object",
            "lone surrogates",
            "any other form of time",
            "unknown and missing fields",
            f"a record of {limit} or more (send the hash of what is large)",
        )
    )
    yield "## Integrity"
    yield bullets(
        (
            "`checksum` is the SHA-256 of the canonical record without it.",
            "The leaf is SHA-256 of a zero byte and the canonical record with its checksum (RFC 6962).",
            "Leaves form a Merkle tree, stored as C2SP tlog-tiles; its root is signed as a C2SP checkpoint.",
            "An inclusion proof shows that a record is in the log.",
            "A consistency proof between two checkpoints shows that nothing before the first was changed.",
            "Both verify without Surefoot.",
        )
    )
    yield "## Personal values"
    yield (
        "Where a value is personal, the record holds the subject's pseudonym in its place, and `detail.personal` "
        "lists the commitment: SHA-256 of a random 16-byte salt and the value. Value and salt lie beside the log, "
        "sealed with AES-256-GCM under the subject's own key. Destroying key and salts erases the value; the "
        "record, its checksum and every proof stay as they were."
    )
    yield "## JSON Schema"
    yield fence("json", json.dumps(json_schema(), indent=2))


OUTPUT = Output(
    "audit-schema-document",
    "The audit record: fields, JSON Schema, canonical form, integrity, personal values; "
    "where a spec has `audit`, a regime, or personal data.",
    _render,
)
