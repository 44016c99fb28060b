"""Nothing is kept that nobody calls."""

from vulture import Vulture

from surefoot.spec.model import SECTIONS
from tests.house.source import ROOT, SOURCE, name

# Fields and members are left out: they are read by name, as JSON or through a template.
KINDS = {"class", "function", "import", "method", "property", "unreachable_code"}
# Called by a framework: click runs verbs, pydantic its hooks.
HOOKS = [  # methods that a library calls by their names
    "__getattr__",
    "get_command",
    "format_commands",
    "ignore_aliases",
    "descend_resolver",
    "ascend_resolver",
    "field_title_should_be_set",
    "process_bind_param",
    "process_result_value",
    "handle_async_request",
    "intercept_service",
    "intercept_unary_unary",
]
CALLED_FROM_OUTSIDE = [
    "@ROUTER.*",
    "@*.command*",
    "@*.group*",
    "@*.result_callback*",
    "@*_validator*",
    "@*_serializer*",
    "@event.listens_for*",
]


def test_no_function_class_or_import_is_unused():
    models = [section.model for section in SECTIONS.values()]  # imported by name, when a spec first uses them
    vulture = Vulture(ignore_decorators=CALLED_FROM_OUTSIDE, ignore_names=[*HOOKS, *models])
    vulture.scavenge([str(SOURCE), str(ROOT / "tests")])
    dead = [
        f"{name(item.filename)}:{item.first_lineno}: {item.typ} {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
        if item.typ in KINDS and SOURCE in item.filename.parents
    ]
    assert not dead, "delete it:\n" + "\n".join(dead)
