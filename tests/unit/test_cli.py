"""The command line as a whole: verbs by their files, and what happens when something goes wrong."""

import sys

import click
import pytest
from click.testing import CliRunner

from surefoot import cli
from surefoot.errors import PortError, SpecError
from surefoot.finding import Finding, Severity, Span

VERBS = cli.surefoot.list_commands(click.Context(cli.surefoot))


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> int:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "surefoot", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


def test_verbs_are_sorted_and_spelt_as_they_are_typed():
    assert sorted(VERBS) == VERBS
    assert {"build", "check", "export", "import", "init"} <= set(VERBS)
    assert not any("_" in verb for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_explains_itself(verb: str):
    result = CliRunner().invoke(cli.surefoot, [verb, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: surefoot {verb} ")
    summary = cli.surefoot.summary(verb)
    assert summary.endswith(".")
    assert summary[0].isupper()


def test_the_list_of_verbs_imports_none_of_them(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "surefoot.cli.import_", raising=False)
    result = CliRunner().invoke(cli.surefoot, ["--help"])
    assert "import" in result.output
    assert "surefoot.cli.import_" not in sys.modules


def test_an_unknown_verb_is_wrong_use():
    assert CliRunner().invoke(cli.surefoot, ["chekc"]).exit_code == cli.EXIT_WRONG_USE


def test_a_spec_that_cannot_be_used_is_told_by_its_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    finding = Finding("S06", Severity.ERROR, Span("a.yaml", 1, 2, 1, 3), "wrong", "why", "cure")
    assert failing(monkeypatch, SpecError([finding])) == cli.EXIT_NO
    assert capsys.readouterr().err == "a.yaml:1:2: error[S06] wrong\n"


def test_a_failure_outside_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert failing(monkeypatch, PortError("out cannot be written: disk full")) == cli.EXIT_NO
    assert capsys.readouterr().err == "surefoot: out cannot be written: disk full\n"


def test_a_bug_is_named_with_its_place_and_not_dumped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert failing(monkeypatch, KeyError("x")) == cli.EXIT_BUG
    told = capsys.readouterr().err
    assert told.startswith("surefoot: this is a bug: KeyError: 'x' (test_cli.py:")
    assert "Traceback" not in told
