import orjson
import pytest

from surefoot.domain.audit.canonical import checksum_holds, sealed
from surefoot.domain.audit.exports.jsonl import Proven, lines
from tests.unit.domain.audit.events import event

pytestmark = pytest.mark.req("AUD-3")


def test_each_line_holds_the_bytes_that_were_hashed_and_their_proof():
    body = sealed(event()).body
    (line,) = lines([Proven(body, "c2sp.org/tlog-proof@v1\nindex 0\n")])
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    found = orjson.loads(line)
    assert found["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    cut = line.removesuffix(b"}\n").partition(b'"record":')[2]
    assert cut == body
    assert checksum_holds(cut)


def test_an_export_without_proofs_says_so():
    (line,) = lines([Proven(b"{}")])
    assert line == b'{"proof":"","record":{}}\n'
