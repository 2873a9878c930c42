"""The web application: webhooks by the short way, everything else through Starlette."""

from http import HTTPStatus
from secrets import token_hex

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from psfbot import logs
from psfbot.web.answers import SAFE
from psfbot.web.api import Incidents
from psfbot.web.calendars import Calendars
from psfbot.web.checklists import Checklists
from psfbot.web.docs import Docs
from psfbot.web.drawings import Drawings
from psfbot.web.events import PATH, Events
from psfbot.web.facts import Facts
from psfbot.web.health import Health
from psfbot.web.hooks import PREFIX, Hooks
from psfbot.web.pages import Pages
from psfbot.web.parts import Parts
from psfbot.web.proposals import Proposals
from psfbot.web.visitor import Visitors

SENTENCES = {
    404: "Nothing is at this address.",
    405: "This address cannot be asked in this way; its Allow header names the ways.",
}
BROKEN = "Something went wrong here. The log knows more under the reference {}."

log = logs.get(__name__)


def make_app(parts: Parts) -> ASGIApp:
    """Everything that is served over HTTP."""
    hooks, events = Hooks(parts), Events(parts.slack, parts.limits, parts.counters)
    rest = Starlette(routes=routes(parts), exception_handlers={HTTPException: refused, Exception: broken})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        """Send each request on its way."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await hooks(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == PATH:
            await events(scope, receive, send)
        else:
            await guarded(rest, scope, receive, send)

    return app


def routes(parts: Parts) -> list[Route]:
    """Every address but those of webhooks; pages and the catalog only where somebody answers questions."""
    visitors = Visitors(parts.desk) if parts.desk else None
    api = [
        *(Facts(visitors).routes() if visitors else ()),
        *Incidents(parts).routes(),
        *Checklists(parts).routes(),
        *Proposals(parts).routes(),
    ]
    pages = [*Drawings(visitors).routes(), *Pages(parts, visitors).routes()] if visitors else []
    return [*Health(parts).routes(), *api, *Docs(api).routes(), *Calendars(parts).routes(), *pages]


async def guarded(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the headers that keep browsers out of trouble; what a page set itself stays."""

    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in SAFE if name.encode() not in given]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    try:
        await app(scope, receive, send_safely)
    except Exception:  # noqa: BLE001 - `broken` has logged it and answered; Starlette raises it again
        return


def refused(_: Request, error: Exception) -> Response:
    """What is wrong with a request, as a sentence."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    plain = HTTPStatus(status).phrase
    detail = error.detail if isinstance(error, HTTPException) else plain
    return JSONResponse({"error": SENTENCES.get(status, detail) if detail == plain else detail}, status, headers)


def broken(request: Request, error: Exception) -> Response:
    """A bug: the log has all of it, the client a reference to that."""
    reference = token_hex(4)
    log.error("request failed", reference=reference, path=request.url.path, exc_info=error)
    return JSONResponse({"error": BROKEN.format(reference)}, status_code=500)
