"""JSON Lines with proof: each line holds a record and the text that proves it is in the log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson


@dataclass(frozen=True, slots=True)
class Proven:
    """A record with its proof.

    Attributes:
        record: Its canonical bytes, as hashed into the tree.
        proof: Text of a C2SP tlog-proof; empty where only the record is exported.
    """

    record: bytes
    proof: str = ""


def lines(records: Iterable[Proven]) -> Iterator[bytes]:
    """Write a line for each record, as ``{"proof":"…","record":{…}}``.

    The record's bytes are copied, not written again: SHA-256 over a zero byte and what stands after
    ``"record":`` up to the last brace is the leaf that the proof is about.
    """
    for one in records:
        yield b'{"proof":%b,"record":%b}\n' % (orjson.dumps(one.proof), one.record)
