"""Channel that cannot send.

## What it does

Reports a channel that lacks something without which every message is refused: an email channel without a
mail server (`smtp`) or a sender (`from`), in itself and in `alertmanager`; an address that is not http(s);
and where the pages of a team go to it, a Slack bot without a `room`, or a telephone without a number (`to`).

## Why it matters

The first who notices is the one who was not woken.

## Example

```yaml
service: checkout
channels:
  ops: {email: ops@shop.example}
```

## Use instead

```yaml
service: checkout
channels:
  ops: {email: {to: ops@shop.example, smtp: "mail.shop.example:587", from: alerts@shop.example}}
```
"""

from collections.abc import Iterator

from surefoot.checks import Check
from surefoot.finding import Finding, Role, Severity
from surefoot.spec.model.channel import ChannelModel, Mail
from surefoot.spec.system import System

_ELSEWHERE = ("env:", "file:")
_WEB = ("http://", "https://")


def _system(system: System) -> Iterator[Finding]:
    paged = {team.model.page for team in system.teams.values()}
    for name, entry in sorted(system.channels.items()):
        for lacks, cure in _lacking(entry.model, system, paged=name in paged):
            yield CHECK.finding(
                entry.origin.span(key=True),
                f"the channel `{name}` {lacks}",
                cure,
                subject=name,
                default="nothing is sent through it",
            )


def _lacking(channel: ChannelModel, system: System, *, paged: bool) -> Iterator[tuple[str, str]]:
    if channel.email:
        yield from _mail(channel.email, system)
    if paged and channel.slack and channel.slack.token and not channel.slack.room:
        yield "has no room for the pages that go to it", 'write `room: "#incidents"` beside the token'
    if paged and channel.twilio and not channel.twilio.to:
        yield "has no number for the pages that go to it", 'write `to: "+49 30 123456"` in it, or page people'
    for url in _addresses(channel):
        if not url.startswith((*_WEB, *_ELSEWHERE)):
            yield "has an address that is not http(s)", f"write `https://{url.partition('://')[2] or url}`"


def _mail(mail: Mail, system: System) -> Iterator[tuple[str, str]]:
    if not (mail.smtp or system.alertmanager.smtp_smarthost):
        yield "has no mail server", "write `smtp: mail.shop.example:587` in it, or `alertmanager: {smtp_smarthost: …}`"
    if not (mail.sender or system.alertmanager.smtp_from):
        yield "has no sender", "write `from: alerts@shop.example` in it, or `alertmanager: {smtp_from: …}`"


def _addresses(channel: ChannelModel) -> list[str]:
    servers = (channel.webhook, channel.ntfy, channel.pagerduty, channel.opsgenie, channel.twilio)
    return [each.url for each in servers if each and each.url]


CHECK = Check(
    id="I15",
    name="channel that cannot send",
    severity=Severity.QUESTION,
    why="the first who notices is the one who was not woken",
    ask=Role.PLATFORM,
    system=_system,
)
