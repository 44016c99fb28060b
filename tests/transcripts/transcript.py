"""Acceptance tests as plain text: files, commands, and what they print.

::

    # A misspelt key is named with its place and the key that was meant.
    # req: INT-4
    --- file surefoot.yaml
    servces: {}

    --- run surefoot check
    --- stderr
    surefoot.yaml:1:1: error[..]
    --- exit 1

A line that starts with ``--- `` and one of the verbs opens a section; any other line belongs to the section
above it. Blank lines at the end of a section do not count. Steps happen in their order in one fresh folder:

- ``use FOLDER`` copies a folder of the repository, such as ``examples/shop``, into it;
- ``file PATH`` writes a file; ``env NAME=VALUE`` sets a variable for the commands that follow;
- ``run COMMAND`` starts a program without a shell; its ``stdin``, ``stdout``, ``stderr`` and ``exit`` follow it
  (left out: empty, empty, empty, 0).

``[..]`` stands for any text within a line, a line ``[...]`` for any number of lines. The fresh folder itself
is printed as ``$PWD``.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

SECTION = re.compile(r"^--- (use|env|file|run|stdin|stdout|stderr|exit)(?: (.*))?$")
ANYTHING = "[..]"
MORE = "[...]"
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens; ``body`` belongs to ``file``, the outputs and the exit code to ``run``."""

    verb: str
    argument: str
    body: Lines = ()
    stdin: Lines = ()
    stdout: Lines = ()
    stderr: Lines = ()
    code: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """The comment lines on top, and the steps in order."""

    header: Lines
    steps: tuple[Step, ...]


def parse(text: str) -> Transcript:
    """Read a transcript.

    Raises:
        ValueError: Text before the first section, or an output that no ``run`` precedes.
    """
    header: list[str] = []
    steps: list[Step] = []
    sections: list[tuple[str, str, list[str]]] = []
    for line in text.splitlines():
        opening = SECTION.match(line)
        if opening:
            sections.append((opening[1], opening[2] or "", []))
        elif sections:
            sections[-1][2].append(line)
        elif not line or line.startswith("#"):
            header.append(line)
        else:
            raise ValueError(f"no section holds {line!r}; the header's lines start with #")
    for verb, argument, lines in sections:
        if verb not in {"stdin", "stdout", "stderr", "exit"}:
            steps.append(Step(verb, argument, body=_trimmed(lines)))
        elif not steps or steps[-1].verb != "run":
            raise ValueError(f"'--- {verb}' has no '--- run' above it")
        else:
            steps[-1] = _with_output(steps[-1], verb, argument, _trimmed(lines))
    return Transcript(_trimmed(header), tuple(steps))


def render(transcript: Transcript) -> str:
    """Write a transcript in its one canonical form."""
    lines = list(transcript.header)
    for position, step in enumerate(transcript.steps):
        lines += [""] if step.verb == "run" or position == 0 else []
        lines += [f"--- {step.verb} {step.argument}", *step.body]
        if step.verb == "run":
            lines += ["--- stdin", *step.stdin] if step.stdin else []
            lines += ["--- stdout", *step.stdout] if step.stdout else []
            lines += ["--- stderr", *step.stderr] if step.stderr else []
            lines += [f"--- exit {step.code}"]
    return "\n".join(lines) + "\n"


def play(transcript: Transcript, folder: Path, repository: Path, environment: dict[str, str]) -> Transcript:
    """Do the steps in an empty folder and tell what came out; lines that their ``[..]`` fit keep it."""
    variables = dict(environment)
    played = []
    for step in transcript.steps:
        match step.verb:
            case "use":
                shutil.copytree(repository / step.argument, folder, dirs_exist_ok=True)
            case "env":
                name, _, value = step.argument.partition("=")
                variables[name] = value
            case "file":
                target = folder / step.argument
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("".join(f"{line}\n" for line in step.body), "utf-8")
            case _:  # run
                pass
        played.append(_run(step, folder, variables) if step.verb == "run" else step)
    return replace(transcript, steps=tuple(played))


def _run(step: Step, folder: Path, variables: dict[str, str]) -> Step:
    command = shlex.split(step.argument)
    if command[0] == "surefoot":
        command[:1] = [sys.executable, "-m", "surefoot"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=variables,
        input="".join(f"{line}\n" for line in step.stdin),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    outputs = {
        name: _trimmed(text.replace(str(folder), "$PWD").splitlines())
        for name, text in (("stdout", done.stdout), ("stderr", done.stderr))
    }
    return replace(
        step,
        stdout=_keep_wildcards(step.stdout, outputs["stdout"]),
        stderr=_keep_wildcards(step.stderr, outputs["stderr"]),
        code=done.returncode,
    )


def _keep_wildcards(expected: Lines, actual: Lines) -> Lines:
    if MORE in expected:
        rows = (r"(?:.*\n)*" if line == MORE else f"{_pattern(line)}\n" for line in expected)
        if re.fullmatch("".join(rows), "".join(f"{line}\n" for line in actual)):
            return expected
    patterns = [(line, re.compile(_pattern(line))) for line in dict.fromkeys(expected) if ANYTHING in line]
    return tuple(
        next((line for line, pattern in patterns if pattern.fullmatch(printed)), printed) for printed in actual
    )


def _pattern(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))


def _with_output(step: Step, verb: str, argument: str, lines: Lines) -> Step:
    match verb:
        case "stdin":
            return replace(step, stdin=lines)
        case "stdout":
            return replace(step, stdout=lines)
        case "stderr":
            return replace(step, stderr=lines)
        case _:
            return replace(step, code=int(argument))


def _trimmed(lines: Sequence[str]) -> Lines:
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)
