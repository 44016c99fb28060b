"""A simulation as a page: one file, for light and dark, without scripts."""

from collections.abc import Iterator
from html import escape

from surefoot.cli.rota._told import HEAD, Told
from surefoot.domain.oncall.drawing import STYLE, drawing

_STYLE = """\
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
table { border-collapse: collapse }
th, td { border-bottom: 1px solid #8888; padding: .25rem .75rem; text-align: right }
th:first-child, td:first-child { text-align: left }
.wide { overflow-x: auto }
pre { white-space: pre-wrap }
"""


def page(told: Told) -> str:
    """Write the page."""
    return "\n".join(_parts(told)) + "\n"


def _parts(told: Told) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width">\n<title>On-call, simulated</title>'
    yield f"<style>\n{_STYLE}{STYLE}</style>\n</head>\n<body>\n<h1>On-call, simulated</h1>"
    yield f"<p>{escape(told.title())}</p>"
    yield f"<table>\n<tr>{''.join(f'<th>{escape(cell)}</th>' for cell in HEAD)}</tr>"
    yield from (f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in told.rows())
    yield "</table>"
    problems = "\n".join(told.problems()) or "everybody is there, and nobody twice"
    yield f"<pre>{escape(problems)}</pre>"
    for name, course in told.found.courses.items():
        yield f"<h2>{escape(name)}</h2>\n<p>{escape(course.plan.zone)}</p>"
        yield f'<div class="wide">\n{drawing(course, told.version, style=False)}</div>'
    yield "</body>\n</html>"
