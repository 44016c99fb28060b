"""What may be a name, and what may be a password."""

import re

from surefoot.domain.access.account import UserName
from surefoot.domain.access.rights import RefusalError

LONGEST_NAME = 63
LONGEST_TITLE = 200
_NAME = re.compile(r"[a-z0-9]([a-z0-9._@-]*[a-z0-9])?")


def as_name(text: str) -> UserName | None:
    """Return the name that somebody typed, in lower case; None if it cannot be one."""
    name = text.strip().lower()
    return UserName(name) if len(name) <= LONGEST_NAME and _NAME.fullmatch(name) else None


def new_name(text: str) -> UserName:
    """Return the name of a new user.

    Raises:
        RefusalError: It cannot be one.
    """
    name = as_name(text)
    if name is None:
        cure = f"write up to {LONGEST_NAME} of a-z, 0-9 and . _ @ - such as `ana` or `ana@shop.example`"
        raise RefusalError("wrong", f"{text[: LONGEST_NAME + 1]!r} cannot be a name: {cure}")
    return name


def demand_password(password: str, name: UserName, least: int, most: int) -> None:
    """Go on if a text may be somebody's password; length is what counts, so nothing else is asked for.

    Raises:
        RefusalError: It is too short, too long, or the name.
    """
    if len(password) < least:
        raise RefusalError("wrong", f"the password has fewer than {least} characters: write a longer one")
    if len(password) > most:
        raise RefusalError("wrong", f"the password has more than {most} characters: write a shorter one")
    if name in {password.lower(), password.lower()[::-1]} or len(set(password)) == 1:
        raise RefusalError("wrong", "the password can be guessed: write one that has nothing to do with the name")
