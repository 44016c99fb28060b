"""The ASGI application: every route, and what surrounds them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from surefoot.server import exposition, handlers, health, intake, tiles
from surefoot.server.api import PREFIX, audit, session, tokens, users
from surefoot.server.frame import Frame
from surefoot.server.house import House, Services
from surefoot.server.limits import Bounded
from surefoot.server.web import entrance


def create(services: Services) -> Frame:
    """Make the application of one server."""
    house = House(services)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await house.hashed(lambda: services.passwords.matches("", ""))  # the first comparison takes longer
        yield
        house.close()

    app = FastAPI(
        title="Surefoot",
        version=services.version,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.house = house
    api = (session.ROUTER, users.ROUTER, tokens.ROUTER, audit.ROUTER, intake.ROUTER)
    for router in (*api, tiles.ROUTER, health.ROUTER, exposition.ROUTER, entrance.ROUTER):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=str(files("surefoot.server") / "static")))
    handlers.register(app)
    return Frame(Bounded(app, services.numbers.body), house)
