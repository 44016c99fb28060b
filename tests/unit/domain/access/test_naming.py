"""Names and passwords."""

import pytest

from surefoot.domain.access.account import UserName
from surefoot.domain.access.naming import as_name, demand_password, new_name
from surefoot.domain.access.rights import RefusalError

ANA = UserName("ana-maria-example")


@pytest.mark.parametrize("text", ["ana", "Ana", " ana@shop.example ", "a", "a-b_c.d@e", "0"])
def test_names_are_kept_in_lower_case(text: str):
    assert as_name(text) == text.strip().lower()


@pytest.mark.parametrize("text", ["", " ", "-ana", "ana.", "an a", "ana\n", "änä", "a" * 64, "ana/..", "a\0b", "<b>"])
def test_what_cannot_be_a_name_is_refused_with_what_can(text: str):
    if text == "ana\n":
        text = "ana\nbo"
    assert as_name(text) is None
    with pytest.raises(RefusalError, match="a-z, 0-9"):
        new_name(text)


@pytest.mark.parametrize("password", ["correct horse", "пароль из слов", "😀" * 11 + "!"])
def test_length_is_what_counts_in_a_password(password: str):
    demand_password(password, ANA, 12, 256)


@pytest.mark.parametrize("password", ["", "short", "x" * 257, "a" * 12, "Ana-Maria-Example", "elpmaxe-airam-ana"])
def test_passwords_that_are_short_or_guessed_are_refused(password: str):
    with pytest.raises(RefusalError) as refused:
        demand_password(password, ANA, 12, 256)
    assert refused.value.kind == "wrong"
    assert not password or password not in str(refused.value)
