import json

from surefoot.promql.series import Labels
from surefoot.run.grouping import Known, Notification, fingerprint
from surefoot.run.webhook import body

LABELS: Labels = (("alertname", "Burn"), ("pod", "a"), ("service", "shop"))
OTHER: Labels = (("alertname", "Burn"), ("pod", "b"), ("service", "shop"))


def test_a_notification_is_alertmanagers_webhook():
    alerts = (Known(LABELS, {"summary": "s"}, 1_767_571_200_000), Known(OTHER, {"summary": "s"}, 0, 1500))
    found = json.loads(body(Notification((("alertname", "Burn"), ("service", "shop")), alerts), "http://surefoot:1"))
    assert found == {
        "version": "4",
        "groupKey": '{}:{alertname="Burn", service="shop"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "surefoot",
        "groupLabels": {"alertname": "Burn", "service": "shop"},
        "commonLabels": {"alertname": "Burn", "service": "shop"},
        "commonAnnotations": {"summary": "s"},
        "externalURL": "http://surefoot:1",
        "alerts": [
            {
                "status": "firing",
                "labels": dict(LABELS),
                "annotations": {"summary": "s"},
                "startsAt": "2026-01-05T00:00:00.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://surefoot:1",
                "fingerprint": fingerprint(LABELS),
            },
            {
                "status": "resolved",
                "labels": dict(OTHER),
                "annotations": {"summary": "s"},
                "startsAt": "1970-01-01T00:00:00.000Z",
                "endsAt": "1970-01-01T00:00:01.500Z",
                "generatorURL": "http://surefoot:1",
                "fingerprint": fingerprint(OTHER),
            },
        ],
    }
