import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.health.safe import scrub, spoken_error

pytestmark = pytest.mark.req("MON-4")
SECRET = "hunter2"  # noqa: S105  # what must not show


@pytest.mark.parametrize(
    "text",
    [
        "cannot reach postgresql://app:hunter2@db/orders",
        "postgres+asyncpg://hunter2@db",
        "app:hunter2@db:5432 refused",
        "host=db user=hunter2 password=hunter2 dbname=x",
        "PASSWORD = 'hunter2 hunter2'",
        '{"api_key": "hunter2"}',
        "Authorization: Bearer hunter2",
        "DB_PASSWORD=hunter2;x",
        "\n\tpwd:\nhunter2",
        "x" * 1990 + " postgresql://app:hunter2@db",
    ],
)
def test_no_secret_is_left_in_a_sentence(text: str):
    assert SECRET not in scrub(text)


def test_a_plain_sentence_stays_on_one_line():
    assert scrub("the queue\nhas 12 entries, 3 users: none\x00 wait") == "the queue has 12 entries, 3 users: none wait"


@given(st.text(), st.text(min_size=1).filter(lambda s: not set(s) & set(" /@:,;'\"=&")))
def test_the_password_of_an_address_never_shows(before: str, password: str):
    assert f":{password}@" not in scrub(f"{before} redis://u:{password}@host/0")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionRefusedError(111, "postgresql://app:hunter2@db"), "ConnectionRefusedError: connection refused"),
        (RuntimeError("hunter2"), "RuntimeError"),
        (TimeoutError("hunter2"), "TimeoutError: no answer in time"),
        (socket.gaierror(-2, "hunter2.example"), "gaierror: the name is not resolved"),
        (ssl.SSLError(1, "hunter2"), "SSLError"),
        (OSError("hunter2"), "OSError"),
    ],
)
def test_an_exception_is_told_without_its_text(error: BaseException, told: str):
    assert spoken_error(error) == told
