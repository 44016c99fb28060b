"""The objects of OpenSLO by kind and name, each with its place, and references between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar, cast

from pydantic import BaseModel

from surefoot.spec.formats._reading import Report
from surefoot.spec.model import openslo
from surefoot.spec.source import Document, Origin, Value

V1 = "openslo/v1"
ALPHA = "openslo/v1alpha"

M = TypeVar("M", bound=BaseModel)
M_co = TypeVar("M_co", bound=BaseModel, covariant=True)

_KNOWN = f"`apiVersion: {V1}`"
_V1_KINDS: Mapping[str, type[BaseModel]] = {
    "AlertCondition": openslo.AlertCondition,
    "AlertNotificationTarget": openslo.Target,
    "AlertPolicy": openslo.AlertPolicy,
    "DataSource": openslo.DataSource,
    "SLI": openslo.Sli,
    "SLO": openslo.Slo,
    "Service": openslo.Service,
}
_ALPHA_KINDS: Mapping[str, type[BaseModel]] = {"SLO": openslo.AlphaSlo, "Service": openslo.Service}
_KINDS = {V1: _V1_KINDS, ALPHA: _ALPHA_KINDS}


@dataclass(frozen=True, slots=True)
class Placed(Generic[M_co]):
    """An object and where it stands."""

    model: M_co
    origin: Origin

    def at(self, *path: str | int) -> Origin:
        """Point at a field of it."""
        return Origin(self.origin.document, (*self.origin.path, *path))


class Objects:
    """All objects of a workspace."""

    def __init__(self, documents: Sequence[Document], report: Report) -> None:
        self._report = report
        self._found: dict[tuple[str, str], Placed[BaseModel]] = {}
        for document in documents:
            if isinstance(document.value, list):
                for index, item in enumerate(document.value):
                    self._add(item, Origin(document, (index,)))
            else:
                self._add(document.value, Origin(document, ()))

    def all(self, kind: type[M]) -> list[Placed[M]]:
        """Return every object of a model, in the order written."""
        return [cast("Placed[M]", found) for found in self._found.values() if isinstance(found.model, kind)]

    def named(self, kind: type[M], name: str, at: Origin) -> Placed[M] | None:
        """Follow a reference; one that leads nowhere is reported (S07)."""
        by_name = {key[1]: found for key, found in self._found.items() if isinstance(found.model, kind)}
        found = by_name.get(name)
        if found is None:
            word = next(word for word, model in _V1_KINDS.items() if model is kind)
            close = get_close_matches(name, by_name, 1, 0.6)
            add = f"add an object of `kind: {word}` named `{name}`"
            self._report.missing(at, f"there is no {word} `{name}`", f"did you mean `{close[0]}`?" if close else add)
        return cast("Placed[M] | None", found)

    def inline(self, kind: type[M], item: Mapping[str, object], at: Origin, *, ref: str) -> Placed[M] | None:
        """Read an item of a list: a reference under the key `ref`, or the object itself."""
        name = item.get(ref)
        if isinstance(name, str) and len(item) == 1:
            return self.named(kind, name, Origin(at.document, (*at.path, ref)))
        model = self._report.validate(kind, dict(item), at)
        return Placed(model, at) if model else None

    def _add(self, value: Value, origin: Origin) -> None:
        if not isinstance(value, dict):
            self._report.wrong(origin, "this is no object of OpenSLO", f"start with {_KNOWN}")
            return
        kinds = _KINDS.get(str(value.get("apiVersion")))
        if kinds is None:
            self._report.version(origin, "apiVersion", value.get("apiVersion"), _KNOWN)
            return
        word = str(value.get("kind"))
        model = kinds.get(word)
        if model is None:
            close = get_close_matches(word, kinds, 1, 0.6)
            cure = f"did you mean `{close[0]}`?" if close else f"write one of {', '.join(sorted(kinds))}"
            message = f"`{word}` is no kind of {value['apiVersion']}"
            self._report.wrong(Origin(origin.document, (*origin.path, "kind")), message, cure)
            return
        read = self._report.validate(model, value, origin)
        if read is not None:
            self._keep(word, read, origin)

    def _keep(self, word: str, read: BaseModel, origin: Origin) -> None:
        name: str = read.metadata.name  # type: ignore[attr-defined]  # every model above has it
        before = self._found.get((word, name))
        if before is not None:
            self._report.twice(origin, f"the {word} `{name}`", before.origin)
        else:
            self._found[word, name] = Placed(read, origin)
