import promql_parser
import pytest

from surefoot.promql.names import AGGREGATIONS, FUNCTIONS, RENAMED


@pytest.mark.parametrize("name", sorted(FUNCTIONS - RENAMED.keys()))
def test_parser_knows_every_function(name):
    with pytest.raises(ValueError, match=f"in call to {name!r}|in call to function {name!r}"):
        promql_parser.parse(f"{name}({', '.join(['1'] * 20)})")


@pytest.mark.parametrize("name", sorted(AGGREGATIONS))
def test_parser_knows_every_aggregation(name):
    with pytest.raises(ValueError, match="aggregate expression"):
        promql_parser.parse(f"{name}()")
