"""Logging in and out through plain forms."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from surefoot.server import auth, entering
from surefoot.server.auth import Caller, caller
from surefoot.server.house import House
from surefoot.server.problems import ProblemError
from surefoot.server.web import page

ROUTER = APIRouter(include_in_schema=False)
_SEE_OTHER = 303
_BYTES = 32
_SHOWN = (401, 403, 429)
_OLD_FORM = "this form was too old: try again"


@ROUTER.get("/")
async def home(request: Request) -> Response:
    """Show who is logged in, or the way to the form."""
    try:
        found = await caller(request, await auth.bearer(request))
    except ProblemError:
        return RedirectResponse("/login", _SEE_OTHER)
    if found.user is None or found.session is None:
        return HTMLResponse(page.page("Surefoot", "<p>The API is at /api/v1.</p>\n"))
    return HTMLResponse(page.home(found.user.display, found.user.role, found.session.csrf))


@ROUTER.get("/login")
async def show(request: Request) -> Response:
    """Show the form."""
    return _form(request, local(request.query_params.get("next", "")))


@ROUTER.post("/login")
async def log_in(request: Request) -> Response:
    """Log in and go on to where the form was asked for.

    The form carries a secret that the browser also holds as a cookie, so no other site can log anybody in.
    """
    fields = await auth.form(request)
    onwards, name = local(fields.get("next", "")), fields.get("name", "")
    if not auth.is_own_site(request) or not auth.same(
        fields.get(auth.CSRF_FIELD, ""), request.cookies.get(_cookie(request), "")
    ):
        return _form(request, onwards, name, ProblemError(403, _OLD_FORM))
    try:
        _, secret = await entering.enter(request, name, fields.get("password", ""))
    except ProblemError as problem:
        if problem.status not in _SHOWN:
            raise
        return _form(request, onwards, name, problem)
    response = RedirectResponse(onwards, _SEE_OTHER)
    entering.set_cookie(request, response, secret)
    response.delete_cookie(_cookie(request), path="/", secure=_secure(request), httponly=True, samesite="strict")
    return response


@ROUTER.post("/logout")
async def log_out(request: Request, found: Annotated[Caller, Depends(caller)]) -> Response:
    """Log out and show the form."""
    if found.session is not None:
        await entering.go(request, found.session)
    response = RedirectResponse("/login", _SEE_OTHER)
    entering.drop_cookie(request, response)
    return response


def local(path: str) -> str:
    """Return a path of this server to go on to; `/` for everything that leads elsewhere."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isascii() or not path.isprintable():
        return "/"
    return quote(path, safe="/?&=%:@+,;-._~")


def _form(request: Request, onwards: str, name: str = "", problem: ProblemError | None = None) -> Response:
    secret = House.of(request).services.random(_BYTES).hex()
    markup = page.log_in(secret, onwards, name[:100], problem.detail if problem else "")
    response = HTMLResponse(markup, problem.status if problem else 200, problem.headers if problem else None)
    response.set_cookie(_cookie(request), secret, path="/", secure=_secure(request), httponly=True, samesite="strict")
    return response


def _cookie(request: Request) -> str:
    return House.of(request).services.settings.cookie + "-form"


def _secure(request: Request) -> bool:
    return House.of(request).services.settings.secure
