"""The files of a workspace: which ones there are, read once."""

from collections.abc import Sequence
from pathlib import Path

from surefoot.finding import Finding, Severity, Span
from surefoot.spec.entry import Runbook
from surefoot.spec.source import MAX_BYTES, Document, parse

ROOT = "surefoot.yaml"
_WHY = "a file that cannot be read makes no promise"


class Reader:
    """Reads files into documents and runbooks, following ``include``; problems become findings."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.runbooks: list[Runbook] = []
        self.findings: list[Finding] = []
        self.lines: dict[str, Sequence[str]] = {}
        self._seen: set[Path] = set()
        self._folder = Path()

    def add(self, path: Path) -> None:
        """Read a workspace folder (its ``surefoot.yaml`` and what that includes), or a single file."""
        if path.is_dir():
            root = path / ROOT
            if not root.is_file():
                where = "this folder" if path == Path() else f"the folder `{path}`"
                self._missing(f"there is no {ROOT} in {where}", "run `surefoot init`, or name the file")
                return
            path = root
        self._folder = path.parent
        self._file(path)

    def _file(self, path: Path) -> None:
        try:
            place = path.resolve()
            if place in self._seen:
                return
            self._seen.add(place)
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            self._missing(f"there is no file `{path}`", "check the path")
            return
        except (OSError, RuntimeError) as error:  # the latter for links in a circle
            reason = (error.strerror if isinstance(error, OSError) else None) or "its links run in a circle"
            self._problem(str(path), f"the file cannot be read: {reason}", "check its kind and permissions")
            return
        if path.suffix == ".md":
            self._runbook(path, data)
            return
        documents, findings = parse(path.as_posix(), data)
        self.lines[path.as_posix()] = documents[0].lines if documents else data.decode("utf-8", "replace").split("\n")
        self.findings += findings
        self.documents += documents
        if not documents and not findings:
            self._problem(path.as_posix(), "the file is empty", "start with `service: name`, or run `surefoot init`")
        for document in documents:
            self._include(path.parent, document)

    def _include(self, folder: Path, document: Document) -> None:
        value = document.value
        patterns = value.get("include") if isinstance(value, dict) else None
        if isinstance(patterns, str):
            patterns = [patterns]
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str) and pattern:
                self._pattern(folder, pattern, document.span(("include", index)))

    def _pattern(self, folder: Path, pattern: str, span: Span) -> None:
        why = "what is not read promises nothing"
        if Path(pattern).is_absolute():
            cure = "write a path relative to this file"
            self.findings.append(Finding("S10", Severity.ERROR, span, f"`{pattern}` is absolute", why, cure))
            return
        try:
            found = sorted(path for path in folder.glob(pattern) if path.is_file())
        except (OSError, ValueError, IndexError):  # the last is pathlib's answer to `.`
            cure = "write a path, or a pattern such as `services/*.yaml`"
            self.findings.append(Finding("S10", Severity.ERROR, span, "the pattern cannot be followed", why, cure))
            return
        if not found:
            heavy = Severity.WARNING if "*" in pattern else Severity.ERROR
            cure = "check the pattern, or remove it"
            self.findings.append(Finding("S10", heavy, span, f"`{pattern}` matches no file", why, cure))
        for path in found:
            self._file(path)

    def _runbook(self, path: Path, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        title = next((line.lstrip("# ").strip() for line in text.split("\n") if line.startswith("#")), path.stem)
        place = path.relative_to(self._folder) if path.is_relative_to(self._folder) else path
        self.runbooks.append(Runbook(path.stem, place.as_posix(), title))

    def _problem(self, file: str, message: str, cure: str) -> None:
        self.findings.append(Finding("S01", Severity.ERROR, Span(file, 1, 1, 1, 2), message, _WHY, cure))

    def _missing(self, message: str, cure: str) -> None:
        self.findings.append(Finding("S01", Severity.ERROR, None, message, _WHY, cure))
