import pytest

from surefoot.cli.report import github
from surefoot.finding import Finding, Severity, Span
from tests.unit.cli.report.reported import ERROR, INFO, LINES, QUESTION


@pytest.mark.req("INT-4")
def test_github_annotation_escapes_what_would_end_it():
    odd = Finding("S01", Severity.WARNING, Span("a,b:c.yml", 1, 2, 3, 4), "50%\r\nof: it, all", "w", "c")
    assert github.render([ERROR, odd, INFO, QUESTION], LINES) == (
        "::error file=rules.yml,line=2,col=12,endColumn=16,title=L02"
        "::θ = 1.44%0Awhy: it is dead%0Amend: write `6`%0Aask: platform team\n"
        "::warning file=a%2Cb%3Ac.yml,line=1,endLine=3,title=S01"
        "::50%25%0D%0Aof: it, all%0Awhy: w%0Amend: c%0Aask: service owner\n"
        "::notice file=gone.yml,line=9,col=1,endColumn=2,title=L14"
        "::alone%0Awhy: stays%0Amend: pair it%0Aask: service owner\n"
        "::warning title=I01"
        "::who owns it%0Awhy: nobody is paged%0Amend: add `owner`%0Auntil: nobody%0Aask: service owner\n"
        "BLOCK\n"
    )
