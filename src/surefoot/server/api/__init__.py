"""The HTTP API, version 1: a file is a resource."""

from typing import Final

PREFIX: Final = "/api/v1"
