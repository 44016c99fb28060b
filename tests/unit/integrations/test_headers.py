import pytest

from surefoot.integrations.headers import grpc_timeout_in, retry_after, timeout_in, timeout_out

pytestmark = pytest.mark.req("RES-3")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1.5", 1.5),
        ("2s", 2.0),
        (" 500ms ", 0.5),
        ("250us", 0.00025),
        ("", None),
        (None, None),
        ("0", None),
        ("-1s", None),
        ("inf", None),
        ("nan", None),
        ("1h", None),
        ("s", None),
        ("1_0", 10.0),
    ],
)
def test_a_time_that_makes_no_sense_is_none(said: str | None, seconds: float | None):
    assert timeout_in(said) == seconds


@pytest.mark.parametrize(("said", "seconds"), [("1H", 3600), ("5n", 5e-9), ("x", None), ("", None), ("1s", None)])
def test_the_units_of_grpc(said: str, seconds: float | None):
    assert grpc_timeout_in(said) == seconds


def test_what_is_written_is_never_more_than_there_is():
    assert timeout_in(timeout_out(0.0129)) == 0.012


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon", "Date": "now"}, {"Retry-After": "soon"}])
def test_a_retry_after_that_makes_no_sense_is_none(headers: dict[str, str]):
    assert retry_after(headers) is None
