"""Where things stand and how they are named."""

import re
from pathlib import Path

from tests.house.source import ROOT, SOURCE, committed_files, name, python_files

LINES_PER_FILE = 400
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "base", "manager"}
# Written in pieces, so that this file does not name what it forbids.
FOREIGN = re.compile(
    "|".join(
        [
            r"pypi\." + "org/simple",
            "pythonhosted" + r"\.org",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian\.org",
            r"(?<![\w.-])/" + "work/",
            r"(?<![\w.-])/" + "root/",
            r"\.\./" + "shared",
        ]
    )
)
MAY_NAME_THE_CORPORA = ".ci/run"


def test_no_source_file_is_longer_than_400_lines():
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    too_long = {path: lines for path, lines in sizes.items() if lines > LINES_PER_FILE}
    assert not too_long, f"split by responsibility (at most {LINES_PER_FILE} lines a file): {too_long}"


def test_every_module_is_named_after_what_it_holds():
    nameless = [
        name(path)
        for path in python_files()
        if NAMES_THAT_SAY_NOTHING & set(path.relative_to(SOURCE).with_suffix("").parts)
    ]
    assert not nameless, f"name each module after the thing in it: {nameless}"


def test_every_unit_test_mirrors_a_source_path():
    folder = ROOT / "tests" / "unit"
    strays = [name(path) for path in sorted(folder.rglob("test_*.py")) if not _subject(path.relative_to(folder))]
    assert not strays, (
        "tests/unit/a/test_b.py tests src/surefoot/a/b.py or src/surefoot/a/b/; nothing stands there for: "
        f"{strays} (laws over several modules belong in tests/properties)"
    )


def _subject(test: Path) -> bool:
    module = SOURCE / test.parent / test.stem.removeprefix("test_")
    return module.with_suffix(".py").is_file() or module.is_dir()


def test_committed_files_name_no_registry_and_no_place_of_one_machine():
    found = []
    for path in committed_files():
        text = path.read_text("utf-8", errors="replace")
        found += [
            f"{name(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
            for match in FOREIGN.finditer(text)
            if name(path) != MAY_NAME_THE_CORPORA
        ]
    assert not found, "these work on one machine only:\n" + "\n".join(found)
