"""Prometheus on data of our own: a backfilled block, and samples sent to its remote-write receiver."""

import math
import random
import struct
import subprocess
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from surefoot.promql.series import NAME, Series, is_stale, stale_marker
from tests.real.programs import Program, free_port

Tool = Callable[[str], str]
START = 1_767_571_200_000
HOURS = 6
END = START + HOURS * 3_600_000
STALE_START = END + 3_600_000
STALE_END = STALE_START + 5_400_000
_SCRAPE = 15_000


def series(name: str, labels: dict[str, str], samples: Iterable[tuple[int, float]]) -> Series:
    rows = list(samples)
    times = np.array([time for time, _ in rows], np.int64)
    values = np.array([value for _, value in rows], np.float64)
    return Series(tuple(sorted({NAME: name, **labels}.items())), times, values, is_stale(values))


def backfilled() -> list[Series]:
    """Make counters with resets, gaps, jitter and silence, gauges with odd values, histograms, ties."""
    dice = random.Random(42)  # noqa: S311  # made-up samples
    made = []
    for number, instance in enumerate("abc"):
        for code in ("200", "404", "500"):
            quiet = code == "404" or (instance == "c" and code == "500")
            step = 0 if quiet else 40 if code == "200" else 2
            samples = _counter(dice, step, whole=True, first=0 if number else 917)
            made.append(series("requests_total", {"instance": instance, "job": "api", "code": code}, samples))
        made.append(series("seconds_total", {"instance": instance, "job": "api"}, _counter(dice, 3, whole=False)))
        made.append(series("temperature", {"instance": instance, "room": f"r{number % 2}"}, _gauge(dice, odd=False)))
        made.append(series("odd", {"instance": instance}, _gauge(dice, odd=True)))
        made.append(series("up", {"instance": instance, "job": "api"}, _up(dice)))
        version = {"instance": instance, "version": f"1.{number}", "job": "build"}
        made.append(series("build_info", version, ((time, 1.0) for time in _grid(60_000))))
        made.append(series("ongrid_total", {"instance": instance}, _on_grid(dice)))
        made += _histogram(dice, instance)
    for number in range(7):
        made.append(series("tie", {"n": str(number), "half": str(number % 2)}, _ties(dice)))
    made.append(series("started_seconds", {"instance": "a"}, ((time, time / 1000 - 5e7) for time in _grid(60_000))))
    made.append(series("brief", {"instance": "a"}, [(START + 7_200_123, 3.0)]))
    return sorted(made, key=lambda one: one.labels)


def marked() -> list[Series]:
    """Make series that end with stale markers and begin again, after the block."""
    made = []
    for number in range(3):
        samples = []
        for index, time in enumerate(range(STALE_START + 1_000 * number + 123, STALE_END, _SCRAPE)):
            phase = (index + 40 * number) % 120
            if phase == 100:
                samples.append((time, stale_marker()))
            elif phase < 100:
                samples.append((time, float(index)))
        made.append(series("leaving", {"instance": f"i{number}"}, samples))
    return made


def _grid(step: int) -> range:
    return range(START, END, step)


def _jittered(dice: random.Random) -> Iterator[int]:
    silent = 0
    shift = dice.randrange(_SCRAPE)
    for time in _grid(_SCRAPE):
        silent -= 1
        if dice.random() < 0.003:
            silent = dice.randrange(2, 60)
        if silent <= 0:
            yield time + shift + dice.randrange(-400, 400) if time > START else time + shift + 400


def _counter(dice: random.Random, step: float, *, whole: bool, first: float = 0) -> Iterator[tuple[int, float]]:
    value = first
    for time in _jittered(dice):
        if dice.random() < 0.004:
            value = 0 if dice.random() < 0.5 else value * 0.25 // 1
        yield time, float(value)
        grown = dice.random() * step * (0 if dice.random() < 0.2 else 1)
        value += int(grown) if whole else grown


def _gauge(dice: random.Random, *, odd: bool) -> Iterator[tuple[int, float]]:
    strange = (math.nan, math.inf, -math.inf, 0.0, -0.0, 1e300, -1e-300, 2**60)
    stretch = 0
    value = 20.0
    for time in _jittered(dice):
        value += dice.gauss(0, 1)
        stretch -= 1
        if odd and dice.random() < 0.05:
            stretch, held = dice.randrange(1, 30), dice.choice(strange)
        yield time, held if stretch > 0 else value


def _up(dice: random.Random) -> Iterator[tuple[int, float]]:
    for time in _jittered(dice):
        yield time, float(dice.random() > 0.03)


def _on_grid(dice: random.Random) -> Iterator[tuple[int, float]]:
    value = 0
    for time in _grid(60_000):
        if dice.random() < 0.95:
            yield time, float(value)
        value = 0 if dice.random() < 0.01 else value + dice.randrange(30)


def _ties(dice: random.Random) -> Iterator[tuple[int, float]]:
    for time in _grid(30_000):
        if dice.random() < 0.9:
            yield time, math.nan if dice.random() < 0.05 else float(dice.randrange(4))


def _histogram(dice: random.Random, instance: str) -> Iterator[Series]:
    bounds = ("0.005", "0.1", "0.5", "1", "2.5", "+Inf")
    counts = [0.0] * len(bounds)
    rows: list[tuple[int, list[float]]] = []
    for time in _grid(_SCRAPE):
        for _ in range(dice.randrange(6)):
            found = dice.expovariate(2)
            counts = [count + (found <= float(bound)) for count, bound in zip(counts, bounds, strict=True)]
        if dice.random() < 0.002:
            counts = [0.0] * len(bounds)
        rows.append((time + 3_210, counts))
    for place, bound in enumerate(bounds):
        labels = {"instance": instance, "job": "api", "le": bound}
        yield series(
            "latency_seconds_bucket", labels, ((time, row[place]) for time, row in rows if dice.random() < 0.98)
        )


def openmetrics(all_series: Sequence[Series]) -> str:
    """Write series as OpenMetrics text."""
    lines = []
    for one in all_series:
        labels = dict(one.labels)
        name = labels.pop(NAME)
        text = ",".join(f'{label}="{value}"' for label, value in labels.items())
        for time, value in zip(one.times.tolist(), one.values.tolist(), strict=True):
            lines.append(f"{name}{{{text}}} {_number(value)} {time // 1000}.{time % 1000:03d}")
    return "\n".join([*lines, "# EOF"]) + "\n"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(value) if math.isfinite(value) else "+Inf" if value > 0 else "-Inf"


def backfill(tool: Tool, folder: Path, all_series: Sequence[Series]) -> Path:
    """Make a block of series; the folder of the data."""
    folder.mkdir(parents=True, exist_ok=True)
    source, data = folder / "samples.txt", folder / "data"
    source.write_text(openmetrics(all_series), "utf-8")
    command = [tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", "-q", "--max-block-duration=744h"]
    done = subprocess.run([*command, source, data], capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return data


def start(tool: Tool, folder: Path, *flags: str) -> tuple[Program, str]:
    """Start Prometheus on the data in a folder; it scrapes nothing."""
    config = folder / "prometheus.yml"
    config.write_text("global: {evaluation_interval: 1m}\n", "utf-8")
    port = free_port()
    program = Program(
        folder,
        tool("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        *flags,
    )
    address = f"http://127.0.0.1:{port}"
    program.ready(f"{address}/-/ready")
    return program, address


def remote_write(address: str, all_series: Sequence[Series]) -> None:
    """Send series, stale markers and all, in the order of their times."""
    body = b"".join(_field(1, _time_series(one)) for one in all_series)
    headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
    request = urllib.request.Request(f"{address}/api/v1/write", _snappy(body), headers)  # noqa: S310  # an address of our own
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # an address of our own
        assert answer.status == 204


def _time_series(one: Series) -> bytes:
    labels = b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in one.labels)
    samples = (
        _field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(time))
        if not np.isnan(value)
        else _field(2, b"\x09" + np.array([value]).tobytes() + b"\x10" + _varint(time))
        for time, value in zip(one.times.tolist(), one.values, strict=True)
    )
    return labels + b"".join(samples)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _snappy(body: bytes) -> bytes:
    """Wrap bytes as snappy literals: valid, and not compressed."""
    out = bytearray(_varint(len(body)))
    for at in range(0, len(body), 65_536):
        piece = body[at : at + 65_536]
        out += bytes([61 << 2]) + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)
