"""What the server says."""

import io
import json
import logging

import pytest

from surefoot.domain.access.tokens import issue
from surefoot.server.logs import hide, json_log, library_logging

TOKEN = issue(bytes(range(38))).text


def said(**fields: object) -> dict[str, object]:
    stream = io.StringIO()
    json_log(stream).info("it happened", **fields)
    (line,) = stream.getvalue().splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_is_one_json_object_with_time_and_level():
    line = said(count=3)
    assert (line["event"], line["level"], line["count"]) == ("it happened", "info", 3)
    assert str(line["at"]).endswith("Z")


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize(
    "name", ["password", "new_password", "Authorization", "cookie", "token", "csrf", "client_secret", "api_key"]
)
def test_what_is_named_like_a_secret_is_hidden(name: str):
    assert said(**{name: "x"})[name] == "[hidden]"
    assert said(headers={name: ["x"]})["headers"] == {name: "[hidden]"}


@pytest.mark.req("PLT-1")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"got {TOKEN} from ana", "got [hidden] from ana"),
        ("postgresql://ana:pw@db.example/x", "postgresql://[hidden]@db.example/x"),
        ("postgresql://ana@db.example/x", "postgresql://ana@db.example/x"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer [hidden]"),
        ("the bearer of news", "the bearer [hidden] news"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_wherever_it_stands(text: str, shown: str):
    assert hide(text) == shown
    assert hide([{"line": (text,)}]) == [{"line": [shown]}]


def test_an_exception_is_told_without_the_values_of_variables():
    def fail() -> None:
        inner = "hunter2-hunter2"
        raise RuntimeError(f"no {len(inner)} reason")

    stream = io.StringIO()
    try:
        fail()
    except RuntimeError as error:
        json_log(stream).error("bug", exc_info=error)
    line = stream.getvalue()
    assert "no 15 reason" in line
    assert '"name": "fail"' in line
    assert "hunter2" not in line


def test_libraries_log_the_same_way_and_do_not_repeat_a_bug(capsys: pytest.CaptureFixture[str]):
    config = library_logging()
    formatter = config["formatters"]["json"]
    made = formatter.pop("()")(**formatter)
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 1, "bad request from %s", (TOKEN,), None)
    line = json.loads(made.format(record))
    assert (line["event"], line["logger"], line["level"]) == ("bad request from [hidden]", "uvicorn.error", "warning")
    news = config["filters"]["news"]["()"]()
    assert news.filter(record)
    assert not news.filter(logging.LogRecord("x", logging.ERROR, "", 1, "Exception in ASGI application\n", (), None))
    assert capsys.readouterr().err == ""
