"""Numbers and answers of telephones."""

import pytest

from surefoot.channels._twilio import Settings, number, receipt
from surefoot.ports.carrier import HttpResponse
from tests.unit.channels.sample import refusal, request


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("+49 30 000009", "+4930000009"),
        ("+1 (415) 867-5309", "+14158675309"),
        ("030 12345678", ""),
        ("+49", ""),
        ("+0123456789", ""),
        ("+49301234567&To=+1900", ""),
        ("", ""),
    ],
)
def test_a_number_is_written_as_the_api_wants_it(text: str, written: str):
    assert number(text) == written


def test_a_number_that_is_none_is_refused():
    assert refusal(Settings("AC1", "t0k", "+4930123456"), "phone").startswith("the recipient's number is not")
    assert refusal(Settings("AC1", "t0k", "Shop", to="+4930123456"), "sms").startswith("the sender's number is not")


def test_an_account_stays_in_its_place_of_the_path():
    found = request(Settings("AC1/../x?", "t0k", "+4930123456", to="+4930123457"), "sms")
    assert found.url == "https://api.twilio.com/2010-04-01/Accounts/AC1%2F..%2Fx%3F/Messages.json"


def test_an_error_is_told_with_its_code():
    answer = HttpResponse(400, b'{"code": 21211, "message": "The \'To\' number is not valid.", "status": 400}')
    assert receipt(answer).reason == "400: error 21211: The 'To' number is not valid."
    assert receipt(answer).result == "refused"
    assert receipt(HttpResponse(201, b'{"sid": "CA9", "status": "queued"}')).provider_id == "CA9"
