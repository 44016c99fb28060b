"""Answers to a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

import click

_CLOSE = 0.5


def unknown(noun: str, given: str, known: Iterable[str], otherwise: str) -> click.UsageError:
    """Make the error for a name that does not exist: the name that was probably meant, or else what to do."""
    close = get_close_matches(given, list(known), 1, _CLOSE)
    cure = f"did you mean `{close[0]}`?" if close else otherwise
    return click.UsageError(f"there is no {noun} `{given}`; {cure}")
