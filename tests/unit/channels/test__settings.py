"""Settings describe themselves."""

from dataclasses import dataclass, field
from typing import Literal

import jsonschema
import pytest

from surefoot.channels import all_channels
from surefoot.channels._settings import SECRET, Setting, schema_of, secrets_of, settings_of


@dataclass(frozen=True, slots=True)
class Example:
    """Settings.

    Attributes:
        key: The key, in
            two lines.
        rooms: Rooms.
        how: Ways.
    """

    key: str = field(repr=False, metadata=SECRET)
    rooms: tuple[str, ...] = ()
    how: Literal["a", "b"] = "a"


@dataclass(frozen=True, slots=True)
class Silent:
    """Settings."""

    key: str


def test_a_dataclass_is_a_form():
    assert settings_of(Example) == (
        Setting("key", "text", (), required=True, secret=True, default="", meaning="The key, in two lines."),
        Setting("rooms", "list", (), required=False, secret=False, default="", meaning="Rooms."),
        Setting("how", "choice", ("a", "b"), required=False, secret=False, default="a", meaning="Ways."),
    )


def test_a_dataclass_is_a_schema():
    schema = schema_of(Example)
    jsonschema.validate({"key": "k", "rooms": ["a"], "how": "b"}, schema)
    for wrong in ({}, {"key": "k", "how": "c"}, {"key": "k", "more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_a_setting_without_a_meaning_is_told():
    with pytest.raises(LookupError, match=r"Silent\.key: say what it means"):
        settings_of(Silent)


def test_secrets_are_found_and_not_shown():
    assert secrets_of(Example("s3cr3t")) == ("s3cr3t",)
    assert "s3cr3t" not in repr(Example("s3cr3t"))


@pytest.mark.parametrize("name", sorted(all_channels()))
def test_every_channel_describes_its_settings(name: str):
    kind = all_channels()[name].settings
    assert all(each.meaning.endswith(".") for each in settings_of(kind))
    assert set(schema_of(kind)) == {"type", "properties", "required", "additionalProperties"}
