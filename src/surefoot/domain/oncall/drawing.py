"""A schedule as a picture: one row for each month, one bar for each shift, as SVG for light and dark."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from surefoot.calendar.moments import wall_at
from surefoot.domain.oncall.plan import Version
from surefoot.domain.oncall.simulation import Course
from surefoot.domain.oncall.timeline import Segment

STYLE = """\
.oncall text { font: 11px system-ui, sans-serif; fill: #1f2328 }
.oncall .quiet { fill: #59636e }
.oncall .day { stroke: #d1d9e0 }
.oncall .p0 { fill: #b6d7f5 } .oncall .p1 { fill: #f9d2a5 }
.oncall .p2 { fill: #b9e3c0 } .oncall .p3 { fill: #e3c8ef }
.oncall .p4 { fill: #f7c5cb } .oncall .p5 { fill: #d9dbdd }
.oncall .p6 { fill: #b5e5e4 } .oncall .p7 { fill: #eae3a5 }
.oncall .gap { fill: none; stroke: #cf222e; stroke-width: 2; stroke-dasharray: 4 2 }
@media (prefers-color-scheme: dark) {
  .oncall text { fill: #f0f6fc }
  .oncall .quiet { fill: #9198a1 }
  .oncall .day { stroke: #3d444d }
  .oncall .p0 { fill: #1d4f7c } .oncall .p1 { fill: #7a4b10 }
  .oncall .p2 { fill: #235c30 } .oncall .p3 { fill: #5c3573 }
  .oncall .p4 { fill: #7d2a36 } .oncall .p5 { fill: #4c5157 }
  .oncall .p6 { fill: #1c5b5a } .oncall .p7 { fill: #5f5710 }
  .oncall .gap { stroke: #ff7b72 }
}
"""

_DAY = timedelta(days=1)
_COLOURS = 8
_LEFT, _TOP, _WIDE, _HIGH, _LETTER = 64, 20, 26, 22, 7  # pixels; of a day, a row, a letter
_DAYS = 31


def drawing(course: Course, version: Version, *, style: bool = True) -> str:
    """Draw what a schedule does.

    Args:
        course: Its segments are drawn on the wall clock of its zone; hours in which nobody is on call are framed.
        version: Names its people.
        style: Whether the picture carries `STYLE`; a page that has it already says no.
    """
    segments, zone = course.segments, course.plan.zone
    if not segments:
        return ""
    first = _month(wall_at(segments[0].start, zone))
    last = _month(wall_at(segments[-1].end, zone) - timedelta(microseconds=1))
    rows = (last.year - first.year) * 12 + last.month - first.month + 1
    width, height = _LEFT + _DAYS * _WIDE + 1, _TOP + rows * _HIGH + 1
    title = escape(f"Who is on call in {course.plan.name}")
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="oncall" {size} role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        *([f"<style>\n{STYLE}</style>"] if style else []),
        *_days(),
        *_months(first, rows),
        *_bars(course, version, first),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _month(wall: datetime) -> datetime:
    return wall.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _days() -> Iterator[str]:
    for day in range(1, _DAYS + 1):
        yield f'<text class="quiet" x="{_LEFT + (day - 1) * _WIDE + 4}" y="{_TOP - 6}">{day}</text>'


def _months(first: datetime, rows: int) -> Iterator[str]:
    month = first
    for row in range(rows):
        y, days = _TOP + row * _HIGH, monthrange(month.year, month.month)[1]
        yield f'<text x="0" y="{y + 15}">{month:%Y-%m}</text>'
        lines = "".join(f"M{_LEFT + day * _WIDE} {y}v{_HIGH}" for day in range(days + 1))
        yield f'<path class="day" d="{lines}"/>'
        month = _month(month + days * _DAY)


def _bars(course: Course, version: Version, first: datetime) -> Iterator[str]:
    colours = {person: index % _COLOURS for index, person in enumerate(course.shares)}
    for segment in course.segments:
        note = _note(segment, version, course.plan.zone)
        for x, row, width in _boxes(segment, course.plan.zone, first):
            top = _TOP + row * _HIGH + 1
            if not segment.holders:
                yield _bar("gap", (x, top, width, _HIGH - 2), "", note)
            high = (_HIGH - 2) / max(1, len(segment.holders))
            for index, holder in enumerate(segment.holders):
                box = (x, top + index * high, width, high)
                yield _bar(f"p{colours[holder.person]}", box, holder.person, note)


def _note(segment: Segment, version: Version, zone: str) -> str:
    start, end = (f"{wall_at(at, zone):%Y-%m-%d %H:%M}" for at in (segment.start, segment.end))
    who = "; ".join(f"{version.title(holder.person)}, {holder.why}" for holder in segment.holders)
    return f"{start} – {end}: {who or 'nobody'}"


def _boxes(segment: Segment, zone: str, first: datetime) -> Iterator[tuple[float, int, float]]:
    """Cut a segment at the ends of months: left edge, row, width."""
    at, end = wall_at(segment.start, zone), wall_at(segment.end, zone)
    while at < end:
        month = _month(at)
        following = _month(month + _DAYS * _DAY)
        until = min(end, following)
        row = (month.year - first.year) * 12 + month.month - first.month
        width = (until - at) / _DAY * _WIDE
        yield _LEFT + (at - month) / _DAY * _WIDE, row, max(width - 1, width / 2)  # a hand-over is seen as a line
        at = until


def _bar(kind: str, box: Sequence[float], label: str, note: str) -> str:
    x, y, width, height = (f"{number:.1f}".removesuffix(".0") for number in box)
    rect = (
        f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"><title>{escape(note)}</title></rect>'
    )
    if not label or len(label) * _LETTER + 4 > box[2] or box[3] < _HIGH / 2:
        return rect
    return f'{rect}<text x="{box[0] + 3:.0f}" y="{box[1] + box[3] / 2 + 4:.0f}">{escape(label)}</text>'
