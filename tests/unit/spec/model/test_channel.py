from datetime import timedelta

import pytest

from tests.unit.spec.model.complaint import complaint, load


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{slack: env:SLACK_URL}", "slack"),
        ("{slack: {token: env:SLACK_TOKEN, room: '#ops'}}", "slack"),
        ("{teams: env:TEAMS_URL}", "teams"),
        ("{webhook: https://hooks.shop.example/page}", "webhook"),
        ("{webhook: {url: https://hooks.shop.example, token: env:TOKEN, headers: {X-Team: ops}}}", "webhook"),
        ("{email: ops@shop.example}", "email"),
        ("{email: {to: ops@shop.example, smtp: 'mail:587', from: surefoot@shop.example, password: env:SMTP}}", "email"),
        ("{pagerduty: env:ROUTING_KEY}", "pagerduty"),
        ("{opsgenie: {key: env:GENIE_KEY, url: https://api.eu.opsgenie.com}}", "opsgenie"),
        ("{ntfy: {topic: env:TOPIC, url: https://ntfy.shop.example}}", "ntfy"),
        ("{twilio: {account: env:SID, token: env:TOKEN, from: '+49123456789', by: sms}}", "twilio"),
        ("{telegram: {token: env:BOT, chat: '-100'}}", "telegram"),
        ("{apprise: env:APPRISE_URL}", "apprise"),
        ("{console: {}, fallback: mail}", "console"),
        ("console", "console"),
    ],
)
def test_the_key_names_the_kind_of_channel(text, kind):
    assert load("channels", text).kind == kind


@pytest.mark.parametrize(
    ("text", "place", "message", "cure"),
    [
        ("{}", "", "the kind of channel is missing", "write `slack: env:SLACK_URL`"),
        ("{slack: env:A, teams: env:B}", "", "the kind of channel is given 2 times: `slack`, `teams`",
         "keep one of them"),
        ("{slack: https://hooks.slack.example/T0}", "slack.url", "a secret stands in the spec",
         "write `env:NAME` and set the variable where Surefoot runs"),
        ("{slack: {room: '#ops'}}", "slack", "the access to Slack is missing", "write `slack: env:SLACK_URL`"),
        ("{email: ops}", "email", "`ops` is not an email address", "write it such as `ops@shop.example`"),
        ("{pagerduty: [env:KEY]}", "pagerduty", "`a list` is neither text nor a mapping",
         "write it such as `env:ROUTING_KEY`"),
    ],
)  # fmt: skip
def test_a_wrong_channel_is_refused_with_a_cure(text, place, message, cure):
    assert complaint("channels", text) == (place, message, cure)


def test_a_generic_webhook_maps_its_fields():
    source = load(
        "sources",
        """
        kind: webhook
        key: env:INTAKE_KEY
        map: {key: id, title: message, status: state, firing: [open, new], labels: {region: meta.region}}
        priorities: {fatal: P1, warn: P3}
        services: [{match: {app: "check.*"}, service: checkout}]
        team: payments
        group_by: app
        heartbeat: 5m
        """,
    )
    assert source.map.firing == ("open", "new")
    assert (source.heartbeat.every, source.heartbeat.alert) == (timedelta(minutes=5), None)


def test_a_heartbeat_names_its_alert():
    heartbeat = load("sources", "{heartbeat: Watchdog 5m}").heartbeat
    assert (heartbeat.alert, heartbeat.every) == ("Watchdog", timedelta(minutes=5))


@pytest.mark.parametrize(
    ("text", "place", "message", "cure"),
    [
        ("{kind: webhook}", "", "a webhook's body has no known form",
         "write `map: {key: id, title: message, status: state}`"),
        ("{kind: pagerduty, map: {key: id}}", "", "the body of `pagerduty` is known",
         "drop `map:`, or write `kind: webhook`"),
        ("{kind: opsgenie, reconcile: {urls: http://am:9093}}", "", "`opsgenie` cannot be asked what is active",
         "drop `reconcile:`"),
        ("{heartbeat: often}", "heartbeat", "`often` is not a heartbeat", "write `5m` or `Watchdog 5m`"),
        ("{heartbeat: 5}", "heartbeat", "`5` is not a heartbeat", "write `5m` or `Watchdog 5m`"),
    ],
)  # fmt: skip
def test_a_wrong_source_is_refused_with_a_cure(text, place, message, cure):
    assert complaint("sources", text) == (place, message, cure)
