"""Texts of alerts: the part of Go's ``text/template`` that Prometheus' labels and annotations use.

Supported: ``$labels``, ``$value``, ``$externalLabels``, ``.Labels.x``, own variables, pipes, parentheses,
``if``, ``with``, ``range``, ``else``, ``else if``, comments and trim markers, and the functions of
`surefoot.promql.template.functions`. Anything else is refused by name.
"""

from surefoot.promql.template.expand import Context as Context
from surefoot.promql.template.expand import expand as expand
from surefoot.promql.template.nodes import TemplateError as TemplateError
from surefoot.promql.template.nodes import UnsupportedTemplateError as UnsupportedTemplateError
from surefoot.promql.template.reading import parse as parse
from surefoot.promql.template.reading import queries as queries
from surefoot.promql.template.sample import Sample as Sample
