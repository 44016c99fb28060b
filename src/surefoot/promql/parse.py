"""Text to tree, and for a refused text the place and the cure."""

import re
from functools import lru_cache

import promql_parser
from promql_parser import Expr

from surefoot.promql.diagnose import diagnose
from surefoot.promql.error import PromqlError
from surefoot.promql.limits import check_limits
from surefoot.promql.names import RENAMED
from surefoot.promql.spelling import spell
from surefoot.promql.tokens import Kind, Token, tokenize

_ODD = re.compile("|".join(["`", *RENAMED]))


def parse(text: str) -> Expr:
    """Parse an expression.

    ``holt_winters`` is read as ``double_exponential_smoothing``, its name in Prometheus 3. The tree can be
    changed by whoever holds it, so none is shared between calls.

    Args:
        text: PromQL with every placeholder replaced.

    Raises:
        PromqlError: It does not parse, or its types do not fit; says where and how to mend it. Also for
            what the parser allows but Prometheus does not (``or`` between matchers), and for what no tree
            can hold: over 400 nested terms, an ``@`` outside the years 1970 to 9999, over 292 years.
    """
    spelt = _checked(text)
    try:
        return promql_parser.parse(spelt)
    except UnicodeEncodeError:
        start = next(index for index, character in enumerate(text) if "\ud800" <= character <= "\udfff")
        message = "the text holds half a character: save it as UTF-8"
        raise PromqlError(message, start, start + 1) from None
    except ValueError as error:
        raise diagnose(text, _tokens(text), str(error)) from None
    except RecursionError:
        raise PromqlError("the expression is nested too deeply: split it into recording rules", 0, len(text)) from None


@lru_cache(maxsize=1024)
def _checked(text: str) -> str:
    """Refuse what must not reach the parser, and spell the rest for it.

    Remembered, because a rule's text is parsed by everything that looks at the rule, and this takes four
    times as long as the parser.
    """
    tokens = _tokens(text)
    check_limits(tokens)
    return spell(tokens) if _ODD.search(text) else text


def _tokens(text: str) -> list[Token]:
    return [token for token in tokenize(text) if token.kind != Kind.COMMENT]
