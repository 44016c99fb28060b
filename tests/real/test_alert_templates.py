"""Templates of alerts, expanded by us and by promtool."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from surefoot.promql.quote import unquote
from surefoot.promql.template import Context, Sample, expand

pytestmark = [pytest.mark.real]

VALUES = [
    "12",
    "0",
    "-1",
    "0.5",
    "0.00012",
    "1234567",
    "123456.7",
    "NaN",
    "Inf",
    "-Inf",
    "86400.5",
    "3661",
    "59.9999",
    "999.9999999999999",
    "1700000000.5",
    "1023",
]
TEMPLATES = [
    "{{ $value }} {{ .Value }} {{ $labels.job }}x{{ .Labels.nope }}y {{ $externalLabels.cluster }}",
    "{{ $value | humanize }} {{ humanize1024 .Value }} {{ $value | humanizePercentage }}",
    "{{ $value | humanizeDuration }}; {{ $value | humanizeTimestamp }}",
    '{{ printf "%.2f|%v|%g|%e|%6.1f" $value $value $value $value $value }}',
    '{{ printf "%-8.3g|%08.2f|%+.1f|%s|%5.1f%%" $value $value $value $labels.job $value }}',
    '{{ printf "%d" $value }}{{ printf "%s" $value }}{{ printf "%.3v" $value }}',
    '{{ $labels.job | title }} {{ $labels.job | toUpper }} {{ "ABC" | toLower }}',
    "{{ if gt $value 1.0 }}big{{ else if lt $value 0.0 }}neg{{ else }}small{{ end }}{{ if $value }}t{{ end }}",
    "{{ with $labels.nope }}a{{ else }}b{{ end }} c {{- $value -}} d {{/* e */}}",
    "{{ with query \"up{instance='a'}\" }}{{ . | first | value | humanizePercentage }}{{ end }}",
    '{{ range query "sort(up)" }}{{ .Labels.instance }}={{ .Value }};{{ end }}',
    '{{ range query "no" }}{{ else }}-{{ end }}',
    '{{ query "up{instance=\'a\'}" | first | label "instance" }}{{ query "up" | sortByLabel "instance" | len }}',
    "{{ range $k, $v := $labels }}{{ $k }}:{{ $v }},{{ end }}{{ $labels }}",
    '{{ reReplaceAll "(m)y" "$1-${1}" $labels.job }}{{ match "^my" $labels.job }}',
    '{{ "1.2.3.4:90" | stripPort }} {{ "a.b.c:9" | stripDomain }} {{ "1.2.3.4:9" | stripDomain }}',
    '{{ len $labels.job }}{{ and true "x" }}{{ or "" "y" }}{{ not true }}{{ print 1 2 "a" 3 }}',
    "{{ $x := $value }}{{ if true }}{{ $x = 3.0 }}{{ end }}{{ $x }}{{ with $y := 5 }}{{ $y }}{{ end }}",
    '{{ true }}{{ 1.5 }}{{ 0x10 }}{{ 1e3 }}{{ -2 }}{{ ne 1 2 }}{{ le "a" "b" }}{{ eq "a" "b" "a" }}',
]


def _up(text: str) -> list[Sample]:
    up = [Sample({"__name__": "up", "instance": "a"}, 1.0), Sample({"__name__": "up", "instance": "b"}, 2.0)]
    return [] if text == "no" else up[:1] if "'a'" in text else up


@pytest.mark.req("MON-2")
@pytest.mark.parametrize("value", VALUES)
def test_templates_are_expanded_as_promtool_does(tool: Callable[[str], str], tmp_path: Path, value: str):
    annotations = {f"a{number:02}": text for number, text in enumerate(TEMPLATES)}
    rule = {"alert": "A", "expr": "m", "annotations": annotations}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}), "utf-8")
    series = {'m{job="my job-a_b"}': value, 'up{instance="a"}': "1", 'up{instance="b"}': "2"}
    test = {
        "interval": "1m",
        "external_labels": {"cluster": "c1"},
        "input_series": [{"series": labels, "values": values} for labels, values in series.items()],
        "alert_rule_test": [{"eval_time": "0m", "alertname": "A", "exp_alerts": []}],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}), "utf-8")
    command = [tool("promtool"), "test", "rules", "test.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    found = re.search(r"Annotations:\{(.*)\}\n", done.stdout + done.stderr, re.DOTALL)
    assert found, done.stderr
    theirs = {name: unquote(f'"{text}"') for name, text in re.findall(r'(a\d\d)="((?:[^"\\]|\\.)*)"', found[1])}
    context = Context({"__name__": "m", "job": "my job-a_b"}, float(value), _up, {"cluster": "c1"})
    assert {name: expand(text, context) for name, text in annotations.items()} == theirs
