"""What machines ask to know whether the server lives, and whether it may be sent requests."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from surefoot.health.aggregate import Endpoint
from surefoot.health.answer import answer
from surefoot.server.exposition import demand_reader
from surefoot.server.house import House

ROUTER = APIRouter(prefix="/health", include_in_schema=False)


@ROUTER.api_route("/{endpoint}", methods=["GET", "HEAD"])
async def health(request: Request, endpoint: Endpoint) -> Response:
    """Report on the server; what fails in particular, only those learn who may read the figures."""
    if endpoint is Endpoint.DEEP:
        await demand_reader(request)
    report = await House.of(request).health.report_async(endpoint)
    found = answer(report, request.method, request.headers.get("accept", ""))
    return Response(found.body, found.code, dict(found.headers))
