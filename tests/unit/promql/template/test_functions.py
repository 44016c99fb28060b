import math

import pytest

from surefoot.promql.template.functions import call
from surefoot.promql.template.nodes import TemplateError
from surefoot.promql.template.wording import go_float


@pytest.mark.parametrize(
    ("function", "value", "printed"),
    [
        ("humanize", 1234567.0, "1.235M"),
        ("humanize", 0.00012, "120u"),
        ("humanize", 0.0, "0"),
        ("humanize", -1.0, "-1"),
        ("humanize", 1e21, "1Z"),
        ("humanize", math.inf, "+Inf"),
        ("humanize", "5000", "5k"),
        ("humanize1024", 1048576.0, "1Mi"),
        ("humanize1024", 1023.0, "1023"),
        ("humanize1024", 0.5, "0.5"),
        ("humanizePercentage", 0.1234567, "12.35%"),
        ("humanizePercentage", math.nan, "NaN%"),
        ("humanizeDuration", 0.0, "0s"),
        ("humanizeDuration", 0.0123, "12.3ms"),
        ("humanizeDuration", 59.9999, "60s"),
        ("humanizeDuration", 61.0, "1m 1s"),
        ("humanizeDuration", 3661.0, "1h 1m 1s"),
        ("humanizeDuration", 86400.5, "1d 0h 0m 0s"),
        ("humanizeDuration", -90061.0, "-1d 1h 1m 1s"),
        ("humanizeDuration", -math.inf, "-Inf"),
        ("humanizeTimestamp", 1700000000.5, "2023-11-14 22:13:20.5 +0000 UTC"),
        ("humanizeTimestamp", 0.0, "1970-01-01 00:00:00 +0000 UTC"),
        ("humanizeTimestamp", math.nan, "NaN"),
        ("title", "my job-a_b", "My Job-A_b"),
        ("toUpper", "abc", "ABC"),
        ("toLower", "ABC", "abc"),
        ("stripPort", "1.2.3.4:90", "1.2.3.4"),
        ("stripPort", "plain", "plain"),
        ("stripDomain", "a.b.c:9", "a:9"),
        ("stripDomain", "1.2.3.4:9", "1.2.3.4:9"),
    ],
)
def test_functions_print_what_those_of_prometheus_print(function, value, printed):
    assert call(function, [value]) == printed


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("reReplaceAll", ["(m)y", "$1-${1}$7", "my job"], "m-m job"),
        ("match", ["^my", "my job"], True),
        ("and", [True, "", "x"], ""),
        ("or", ["", "y"], "y"),
        ("not", [0.0], True),
        ("eq", ["a", "b", "a"], True),
        ("ne", [1, 2], True),
        ("lt", ["a", "b"], True),
        ("gt", [math.nan, 1.0], True),
        ("ge", [1.0, 1.0], True),
        ("le", [2.0, 1.0], False),
        ("len", ["é"], 2),
        ("index", [{"job": "api"}, "job"], "api"),
        ("print", [1, 2, "a", 3], "1 2a3"),
        ("println", ["q", 4], "q 4\n"),
        ("args", [1, "b"], {"arg0": 1, "arg1": "b"}),
        ("printf", ["%.2f|%v|%g|%e|%6.1f|%-8.3g|%08.2f|%+.1f|%d%%", *[12.0] * 8, 5],
         "12.00|12|12|1.200000e+01|  12.0|12      |00012.00|+12.0|5%"),
        ("printf", ["%q %t %x %.3v", 'a"b', True, 255, 1.23456], '"a\\"b" true ff 1.23'),
        ("printf", ["%d %s %d", 1.5, 2.5], "%!d(float64=1.5) %!s(float64=2.5) %!d(MISSING)"),
        ("printf", ["x", 1], "x%!(EXTRA int=1)"),
    ],
)  # fmt: skip
def test_functions_of_several_arguments(name, arguments, result):
    assert call(name, arguments) == result


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("humanize", ["x"], "no number"),
        ("first", [5], "result of a query"),
        ("value", [5], "no sample"),
        ("toUpper", [5], "no text"),
        ("eq", [1, 1.0], "incompatible types"),
        ("lt", [True, False], None),
        ("match", ["(", "x"], "regular expression"),
        ("index", [[], 0], "is not in"),
        ("title", [], "does not take 0"),
        ("len", [5.0], "no length"),
        ("sortByLabel", ["a", "b"], "result of a query"),
        ("humanizeTimestamp", [1e300], "outside"),
    ],
)
def test_functions_refuse_what_does_not_fit(name, arguments, why):
    if why is None:
        assert call(name, arguments) is False
        return
    with pytest.raises(TemplateError, match=why):
        call(name, arguments)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e6, "1e+06"),
        (999999.0, "999999"),
        (123456.7, "123456.7"),
        (0.0001, "0.0001"),
        (1e-7, "1e-07"),
        (999.9999999999999, "999.9999999999999"),
        (-0.0, "-0"),
        (1e100, "1e+100"),
        (math.nan, "NaN"),
    ],
)
def test_floats_are_printed_as_go_prints_them(value, text):
    assert go_float(value) == text
