"""What the adapters' tests share."""

from collections.abc import Iterator

import pytest

from tests.unit.integrations.web import Web, web


@pytest.fixture
def server() -> Iterator[Web]:
    """Run a misbehaving server."""
    with web() as running:
        yield running
