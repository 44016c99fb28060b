"""The page that Prometheus reads."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from surefoot.domain.access.rights import Right, demand
from surefoot.server.auth import address_of, bearer_of
from surefoot.server.house import House
from surefoot.server.settings import is_loopback

ROUTER = APIRouter(include_in_schema=False)


@ROUTER.get("/metrics")
async def metrics(request: Request) -> Response:
    """Show the figures to this machine, and elsewhere to a token with the scope `read`."""
    await demand_reader(request)
    return Response(House.of(request).metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def demand_reader(request: Request) -> None:
    """Go on if figures may be shown.

    Raises:
        ProblemError: The request comes from elsewhere, without a good token.
        RefusalError: The token is not for reading.
    """
    if not _is_local(request):
        demand((await bearer_of(request)).actor, Right.READ)


def _is_local(request: Request) -> bool:
    """Tell whether this machine asks, under its own name: a page whose name was bent to this machine does not."""
    return is_loopback(address_of(request)) and is_loopback(request.url.hostname or "")
