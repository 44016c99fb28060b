"""Lines for a first try."""

from dataclasses import replace

from surefoot.channels import send
from surefoot.ports.carrier import Printed, Printing
from tests.unit.channels.sample import CONSOLE, PAGE, Kept, line


def test_a_page_is_lines_without_control_characters():
    carrier = Kept([Printed()])
    receipt = send(line(CONSOLE, "console"), replace(PAGE, to="ana\x1b[2J"), carrier)
    assert receipt.result == "delivered"
    assert carrier.requests == [
        Printing(
            "[P1] checkout: Errors & <!channel> Bcc: all@shop.example → ana[2J\n"
            "    5 % of <b>requests</b> fail.[31m\n"
            "    *since* 02:55 @everyone\n"
            "    Acknowledge: https://sure.shop.example/a/s3cr3t?x=1&y=2\n"
            "    Incident: https://sure.shop.example/i/7\n"
            "    Dashboard: https://graf.shop.example/d/1\n"
        )
    ]
