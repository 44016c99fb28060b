"""The transcript format itself."""

import os
from pathlib import Path

import pytest

from tests.transcripts.transcript import Step, Transcript, parse, play, render

TEXT = """\
# A title.
# req: INT-4

--- file a/b.txt
one

two
--- env GREETING=hello

--- run cat a/b.txt missing.txt
--- stdout
one

two
--- stderr
cat: [..]: No such file or directory
--- exit 1
"""


def playing(text: str, folder: Path) -> str:
    return render(play(parse(text), folder, folder, {"PATH": os.environ["PATH"], "LANG": "C"}))


def test_the_canonical_form_survives_reading_and_writing():
    assert render(parse(TEXT)) == TEXT


def test_omitted_outputs_mean_silence_and_success():
    assert parse("# t\n--- run true\n") == Transcript(("# t",), (Step("run", "true", code=0),))


def test_playing_confirms_what_happens_and_keeps_wildcards(tmp_path: Path):
    assert playing(TEXT, tmp_path) == TEXT


def test_playing_reports_what_differs(tmp_path: Path):
    wrong = TEXT.replace("[..]: No such", "other.txt: No such").replace("--- exit 1", "--- exit 0")
    played = playing(wrong, tmp_path)
    assert "cat: missing.txt: No such file or directory" in played
    assert played.endswith("--- exit 1\n")


def test_variables_and_the_folder_itself_are_known(tmp_path: Path):
    played = playing("# t\n--- env NAME=value\n--- run printenv NAME\n--- run pwd\n", tmp_path)
    assert "--- stdout\nvalue\n" in played
    assert "--- stdout\n$PWD\n" in played


def test_a_line_can_stand_for_any_number_of_lines(tmp_path: Path):
    text = "# t\n\n--- run printf 'one\\ntwo\\nthree\\n'\n--- stdout\none\n[...]\nth[..]\n--- exit 0\n"
    assert playing(text, tmp_path) == text
    assert "[...]" not in playing(text.replace("one\n[", "two\n["), tmp_path)


def test_a_diff_in_an_output_is_no_section():
    assert parse("# t\n--- run x\n--- stdout\n--- a/file\n+++ b/file\n").steps[0].stdout == (
        "--- a/file",
        "+++ b/file",
    )


@pytest.mark.parametrize("text", ["stray\n", "# t\n--- stdout\nx\n", "# t\n--- file a\n--- exit 1\n"])
def test_what_belongs_to_nothing_is_refused(text: str):
    with pytest.raises(ValueError, match=r"no section holds|has no '--- run' above"):
        parse(text)
