import pytest

from surefoot.promql.template import Context, Sample, TemplateError, UnsupportedTemplateError, expand

UP = [
    Sample({"__name__": "up", "instance": "b"}, 2.0),
    Sample({"__name__": "up", "instance": "a"}, 1.0),
]


def context(value: float = 12.0) -> Context:
    labels = {"__name__": "m", "job": "my job-a_b"}
    return Context(labels, value, lambda text: UP if text == "up" else [], {"cluster": "c1"}, "http://x/p")


@pytest.mark.req("MON-2")
@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("plain }} text", "plain }} text"),
        ("{{ $value }} {{ .Value }} {{$value}}", "12 12 12"),
        ("{{ $labels.job }}/{{ .Labels.nope }}/", "my job-a_b//"),
        ("{{ $externalLabels.cluster }} {{ externalURL }}", "c1 http://x/p"),
        ("a {{- $value -}} b", "a12b"),
        ("a{{/* no }} word */}}z", "az"),
        ("a {{- /* no */ -}} z", "az"),
        ('{{ "a}}b" }}{{ `c\\` }}', "a}}bc\\"),
        ("{{ $x := 1.0 }}{{ $x = $value }}{{ $x }}", "12"),
        ("{{ if gt $value 20.0 }}big{{ else if gt $value 10.0 }}mid{{ else }}small{{ end }}", "mid"),
        ("{{ with $labels.nope }}a{{ else }}b{{ end }}", "b"),
        ("{{ with $x := 5 }}{{ $x }}{{ . }}{{ end }}", "55"),
        ('{{ with query "up" }}{{ . | first | value | humanizePercentage }}{{ end }}', "200%"),
        ('{{ with query "none" }}{{ . | first | value }}{{ end }}', ""),
        ('{{ range query "up" | sortByLabel "instance" }}{{ .Labels.instance }}={{ .Value }};{{ end }}', "a=1;b=2;"),
        ('{{ range $i, $s := query "up" }}{{ $i }}{{ $s.Labels.instance }} {{ end }}', "0b 1a "),
        ('{{ range $s := query "up" }}{{ $s.Value }}{{ else }}none{{ end }}', "21"),
        ('{{ range query "none" }}x{{ else }}none{{ end }}', "none"),
        ("{{ range $k, $v := $labels }}{{ $k }}:{{ $v }},{{ end }}", "__name__:m,job:my job-a_b,"),
        ('{{ (query "up" | first).Value }}{{ first (query "up") | label "instance" }}', "2b"),
        ("{{ $labels }}", "map[__name__:m job:my job-a_b]"),
        ('{{ $labels.job | printf "%s: %12s" "x" }}', "x:   my job-a_b"),
    ],
)
def test_templates_are_expanded_as_prometheus_does(text, expanded):
    assert expand(text, context()) == expanded


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ $value", "never closed"),
        ("{{ if true }}", "never closed"),
        ("{{ end }}", "closes nothing"),
        ("{{ }}", "holds nothing"),
        ("{{ $nope }}", "undefined variable"),
        ("{{ $nope = 1 }}", "undefined variable"),
        ("{{ .Nope }}", "can't evaluate field Nope"),
        ('{{ first (query "none") }}', "no elements"),
        ("{{ (1 }}", "never closed"),
        ("{{ 1 | }}", "empty step"),
        ("{{ 1 2 }}", "no function"),
        ("{{ nil }}", "nil is not a command"),
        ("{{ range 5 }}{{ end }}", "can't iterate"),
        ('{{ query "up" }}', "cannot be printed"),
        ('{{ "\\q" }}', "no escape"),
        ("{{ 1 ) }}", "unexpected"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(text, why):
    with pytest.raises(TemplateError, match=why) as caught:
        expand(text, context())
    assert not isinstance(caught.value, UnsupportedTemplateError)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{{ define "x" }}{{ end }}', "define"),
        ('{{ template "x" }}', "template"),
        ("{{ tableLink 1 }}", "tableLink"),
        ('{{ printf "%c" 65 }}', "%c"),
        ("{{ 'a' }}", "'a'"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(text, name):
    with pytest.raises(UnsupportedTemplateError, match=name):
        expand(text, context())
