import pytest

from surefoot.promql.order import reads, segments, writes


def cut(*rules: tuple[str, str]) -> list[tuple[int, int, bool]]:
    """Cut rules, given as names and expressions; names in capitals are alerts."""
    kinds = ["alert" if name.isupper() else "record" for name, _ in rules]
    written = [writes(kind, name, {}) for kind, (name, _) in zip(kinds, rules, strict=True)]
    return segments(written, [reads(expr, ()) for _, expr in rules])


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], []),
        ([("a", "m"), ("b", "a"), ("C", "b > 1")], [(0, 1, False), (1, 2, False), (2, 3, False)]),
        ([("a", "b"), ("b", "m"), ("c", "m")], [(0, 2, True), (2, 3, False)]),
        ([("x", "m"), ("a", "a or m")], [(0, 1, False), (1, 2, True)]),
        ([("a", "c"), ("b", "d"), ("c", "m"), ("d", "m"), ("e", "a")], [(0, 4, True), (4, 5, False)]),
        ([("a", '{__name__=~"b|z"}'), ("b", "m")], [(0, 2, True)]),
        ([("a", '{__name__!~"a|b",job="x"}'), ("b", "m")], [(0, 1, False), (1, 2, False)]),
        ([("a", '{job="x"}'), ("b", "m")], [(0, 2, True)]),
        ([("a", "ALERTS"), ("B", "m")], [(0, 2, True)]),
        ([("a", "m"), ("b", "m offset -5m")], [(0, 2, True)]),
        ([("a", "m @ 5"), ("b", "m")], [(0, 2, True)]),
        ([("a", "m offset 5m"), ("b", "m")], [(0, 1, False), (1, 2, False)]),
    ],
)
def test_rules_that_read_later_ones_take_turns(rules, expected):
    assert cut(*rules) == expected


def test_the_queries_of_templates_count():
    fixed = reads("m", ['{{ with query "later" }}{{ . | first | value }}{{ end }}', '{{ query "(" }}', "query {{"])
    assert fixed.last({"later": [(3, {"__name__": "later"})]}) == 3
    assert fixed.last({"other": [(3, {"__name__": "other"})]}) == -1
    assert reads("m", ['{{ query (printf "%s" "x") }}']).last({"any": [(3, {"__name__": "any"})]}) == 3


@pytest.mark.parametrize(
    ("read", "labels", "turns"),
    [
        ('later{slo="a"}', {"slo": "b"}, False),
        ('later{slo="a"}', {"slo": "a"}, True),
        ('later{slo="a"}', {}, True),
        ('later{slo=~"a|b"}', {"slo": "b"}, True),
        ('later{slo!~"a|b"}', {"slo": "b"}, False),
        ('later{slo=""}', {"slo": "b"}, False),
        ('{slo="a"}', {"slo": "b"}, False),
        ('{slo="a"}', {"slo": "a"}, True),
        ('{__name__="later",slo="a"}', {"slo": "b"}, False),
    ],
)
def test_a_rule_reads_a_later_one_only_if_its_labels_may_fit(read, labels, turns):
    written = [writes("record", "first", {"slo": "c"}), writes("record", "later", labels)]
    cut = segments(written, [reads(read, ()), reads("m", ())])
    assert cut == ([(0, 2, True)] if turns else [(0, 1, False), (1, 2, False)])


@pytest.mark.parametrize(
    ("read", "last"),
    [
        ('ALERTS{alertname="Down"}', 1),
        ('ALERTS{alertname="Up"}', -1),
        ('ALERTS{alertstate="firing"}', 1),
        ('ALERTS{team="b"}', -1),
        ('ALERTS{host="x"}', 1),
        ('ALERTS_FOR_STATE{team="a"}', 1),
    ],
)
def test_of_an_alert_its_name_and_plain_labels_are_known(read, last):
    labels = {"team": "a", "host": "{{ $labels.instance }}", "alertstate": "odd"}
    written = {one["__name__"]: [(1, one)] for one in writes("alert", "Down", labels)}
    assert reads(read, ()).last(written) == last
