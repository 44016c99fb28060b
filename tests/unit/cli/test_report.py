import pytest

from surefoot.api import Workspace
from surefoot.cli import report
from tests.unit.cli.report.reported import ERROR, LINES


@pytest.mark.parametrize(("form", "start"), [("text", "error L02"), ("json", "{"), ("sarif", "{"), ("github", "::")])
def test_every_form_renders_a_workspace(form: str, start: str):
    workspace = Workspace(None, (), (ERROR,), 0, LINES)
    rendered = report.render(form, workspace)
    assert rendered.startswith(start)
    assert not rendered.endswith("\n")
