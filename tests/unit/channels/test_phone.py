"""What a call says, and how it is acknowledged."""

from dataclasses import replace
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest

from surefoot.channels import Message
from surefoot.channels._twilio import Settings
from tests.unit.channels.sample import PAGE, RESOLVED, channel, request

TWILIO = Settings("AC1", "t0k", "+49 30 123456", to="+49301234567")


def form(message: Message = PAGE) -> dict[str, list[str]]:
    return parse_qs(request(TWILIO, "phone", message).body.decode())


@pytest.mark.req("ALR-4")
def test_a_page_is_read_out_twice_and_takes_a_digit():
    said = "<Say>Page of priority 1 for checkout. Errors &amp; &lt;!channel&gt; Bcc: all@shop.example</Say>"
    press = "<Say>Press 4 to acknowledge.</Say>"
    assert form() == {
        "To": ["+49301234567"],
        "From": ["+4930123456"],
        "Timeout": ["30"],
        "Twiml": [
            (
                '<Response><Gather action="https://sure.shop.example/a/s3cr3t?x=1&amp;y=2" method="POST" '
                f'numDigits="1" timeout="5">{said}{press}{said}{press}</Gather>'
                "<Say>Not acknowledged. Goodbye.</Say></Response>"
            )
        ],
    }
    assert channel("phone").acknowledges
    assert channel("phone").dedupe == "none"


def test_what_is_over_takes_no_digit():
    (script,) = form(RESOLVED)["Twiml"]
    assert script.startswith("<Response><Say>Resolved of priority 1 for checkout.")
    assert "Gather" not in script


def test_the_script_is_xml_whatever_the_title_holds():
    title = "</Say><Dial>+1900</Dial>]]>&quot;\"'\x00" + "<" * 5000
    (script,) = form(replace(PAGE, title=title))["Twiml"]
    assert {each.tag for each in ET.fromstring(script).iter()} == {"Response", "Gather", "Say"}  # noqa: S314  # ours
    assert len(script) <= 4000
