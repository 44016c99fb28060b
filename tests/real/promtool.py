"""Unit-test files for ``promtool test rules``, written from compiled rules and a story of traffic.

Only whether something is so is asked: expectations are comparisons that yield 1, or expressions without
a result. Whole alerts are not compared, since promtool wants every annotation to the byte.
"""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import yaml

from surefoot.promql.duration import format_duration

Yaml = dict[str, object]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time in which a counter grows steadily (per second), or in which it does not exist."""

    length: timedelta
    rate: float | None


@dataclass(slots=True)
class Story:
    """What happened to the series, and what must be so at which time.

    Attributes:
        interval: Between samples, and between evaluations: promtool evaluates every group at this
            interval, whatever interval the group asks for.
    """

    name: str
    interval: timedelta
    series: list[Yaml] = field(default_factory=list)
    expected: list[Yaml] = field(default_factory=list)

    def counter(self, series: str, *stretches: Stretch, first: float = 0) -> None:
        """Let a counter run; after a stretch without it, it begins at `first`."""
        value, texts = first, []
        for stretch in stretches:
            steps = round(stretch.length / self.interval)
            if stretch.rate is None:
                texts.append(f"_x{steps}")
                continue
            step = stretch.rate * self.interval.total_seconds()
            texts.append(f"{value!r}+{step!r}x{steps - 1}")
            value += step * steps
        self.values(series, *texts)

    def values(self, series: str, *texts: str) -> None:
        """Give a series values in promtool's notation."""
        self.series.append({"series": series, "values": " ".join(texts)})

    def true(self, at: timedelta, expr: str) -> None:
        """Expect an instant vector of one sample that is 1 and has no labels."""
        self._expect(at, expr, [{"labels": "{}", "value": 1}])

    def nothing(self, at: timedelta, expr: str) -> None:
        """Expect no sample."""
        self._expect(at, expr, [])

    def firing(self, at: timedelta, alert: str, *, of: int = 1) -> None:
        """Expect so many alerts of this name and these labels to fire; `alert` stands within braces."""
        self.true(at, f'count(ALERTS{{alertstate="firing",{alert}}}) == bool {of}')

    def silent(self, at: timedelta, alert: str) -> None:
        """Expect no alert of this name and these labels to fire."""
        self.nothing(at, f'ALERTS{{alertstate="firing",{alert}}}')

    def _expect(self, at: timedelta, expr: str, samples: list[Yaml]) -> None:
        self.expected.append({"expr": expr, "eval_time": format_duration(at), "exp_samples": samples})


def near(expr: str, value: float, relative: float) -> str:
    """Compare a vector of one sample with a value; 1 where it is near."""
    return f"sum(abs({expr} - {value!r}) <= bool {abs(value) * relative!r})"


def without_period(rules: Mapping[str, str]) -> dict[str, str]:
    """Leave out the groups of the period: their sub-queries over 30 days dwarf the rest."""
    kept = {}
    for name, text in rules.items():
        groups = [g for g in yaml.safe_load(text)["groups"] if not g["name"].startswith("surefoot-slo-period-")]
        kept[name] = yaml.safe_dump({"groups": groups}, sort_keys=False)
    return kept


def run(promtool: str, folder: Path, rules: Mapping[str, str], stories: Iterable[Story]) -> None:
    """Let promtool judge the stories; AssertionError with its words where one is not so."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, text in rules.items():
        names.append(Path(name).name)
        (folder / names[-1]).write_text(text, "utf-8")
    intervals: dict[timedelta, list[Yaml]] = {}
    for story in stories:
        test: Yaml = {
            "name": story.name,
            "interval": format_duration(story.interval),
            "input_series": story.series,
            "promql_expr_test": story.expected,
        }
        intervals.setdefault(story.interval, []).append(test)
    for interval, tests in intervals.items():
        text = format_duration(interval)
        path = folder / f"test-{text}.yml"
        path.write_text(
            yaml.safe_dump({"rule_files": names, "evaluation_interval": text, "tests": tests}, sort_keys=False), "utf-8"
        )
        done = subprocess.run(
            [promtool, "test", "rules", path.name], cwd=folder, capture_output=True, text=True, check=False, timeout=110
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
