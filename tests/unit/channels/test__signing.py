"""Signatures are those of the published examples."""

import pytest

from surefoot.channels._signing import from_slack, from_twilio, webhook_headers

SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url="
    b"https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK = ("8f742231b10e8888abcd99yyyzzz85a5", "1531420618")
SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


@pytest.mark.req("ALR-4")
def test_standard_webhooks():
    headers = webhook_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "Webhook-Timestamp": "1614265330",
        "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_of_any_form_signs():
    plain = webhook_headers("not base 64", "m", 1, b"")
    prefixed = webhook_headers("whsec_not base 64", "m", 1, b"")
    assert plain["Webhook-Signature"] != prefixed["Webhook-Signature"]


def test_slack():
    assert from_slack(*SLACK, SLACK_BODY, SLACK_SIGNATURE)
    assert not from_slack(*SLACK, SLACK_BODY + b"&", SLACK_SIGNATURE)
    assert not from_slack(SLACK[0], "1531420619", SLACK_BODY, SLACK_SIGNATURE)
    assert not from_slack(*SLACK, SLACK_BODY, "v0=ü")


def test_twilio():
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert from_twilio("12345", url, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not from_twilio("12345", url, {**CALL, "Digits": "4"}, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not from_twilio("1234", url, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
