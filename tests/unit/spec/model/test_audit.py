from datetime import timedelta

import pytest

from tests.unit.spec.model.complaint import complaint, load

YEAR = timedelta(days=365)


def test_a_retention_is_the_strictest_or_a_length_or_a_mapping():
    assert load("audit", "{retention: strictest}").retention.all is None
    assert load("audit", "{retention: 7y}").retention.all.min == 7 * YEAR
    mixed = load("audit", "{retention: {categories: {data: {min: 1y, max: 3y, hot: 90d}}, fields: {ip_address: 1y}}}")
    assert mixed.retention.categories["data"].max == 3 * YEAR
    assert mixed.retention.fields["ip_address"].min == YEAR


def test_a_minimum_above_the_maximum_is_left_to_the_check():
    load("audit", "{retention: {all: {min: 7y, max: 2y, legal_hold: true, basis: tax law}}}")


def test_the_log_takes_every_documented_key():
    entry = load(
        "audit",
        """
        events: {order.refund: {category: data, capture: [amount, reason], personal: [email]}}
        categories: {data: {unavailable: spool}}
        regimes: [gdpr]
        tenants: shop
        store: env:AUDIT_DSN
        subjects: env:SUBJECT_KEYS
        signing: {key: file:/run/secrets/log.key, type: ml-dsa-44}
        anchors: [{bucket: "s3://pins", every: 1h}, {email: auditors}, {witness: {url: https://w.example, key: abc}}]
        spool: /var/spool/surefoot
        intake: {checkout: {key: env:AUDIT_KEY, service: checkout}}
        parquet: true
        """,
    )
    assert entry.spool.directory == "/var/spool/surefoot"
    assert [anchor.every for anchor in entry.anchors] == [timedelta(hours=1), None, None]


@pytest.mark.parametrize(
    ("section", "text", "message", "cure"),
    [
        ("audit", "{retention: forever}", "`forever` is not a retention",
         "write `strictest`, or a length such as `7y`"),
        ("audit", "{retention: 7}", "`7` is not a retention", "write `strictest`, or a length such as `7y`"),
        ("audit", "{retention: {fields: {ip: long}}}", "`long` is not a length of time",
         "write it such as `7y`, or `{min: 1y, max: 3y}`"),
        ("audit", "{retention: {all: {hot: 2y, max: 1y}}}", "`hot` is longer than `max`",
         "keep at hand at most as long as at all"),
        ("audit", "{events: {Refund: {category: data}}}", "`Refund` is not an event type",
         "write entity and action in lower case, such as `order.refund`"),
        ("audit", "{anchors: [{every: 1h}]}", "the kind of anchor is missing",
         "write `git: git@backup.example:log.git`"),
        ("audit", "{signing: {key: abc}}", "a secret stands in the spec",
         "write `env:NAME` and set the variable where Surefoot runs"),
        ("access", "{role: auditor}", "the grant names nobody", "write `people: [ana]` or `teams: [payments]`"),
        ("access", "{role: privacy-officer, people: ana}", "opening personal values needs a purpose",
         "write `purpose: requests of data subjects`"),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_with_a_cure(section, text, message, cure):
    assert complaint(section, text)[1:] == (message, cure)
