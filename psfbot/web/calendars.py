"""`/oncall/<rota>.ics`: a rota for calendars that subscribe to it; names only, since anybody may read it."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psfbot.web.parts import Parts

TYPE = "text/calendar; charset=utf-8"
NONE = "There is no rota of this name."
FRESH = "public, max-age=300"
"""Calendars ask every few hours; what one of them has just read may serve the others."""


class Calendars:
    """Hands out rotas as calendars."""

    def __init__(self, parts: Parts) -> None:
        """Keep whom to ask."""
        self._parts = parts

    def routes(self) -> list[Route]:
        """The one address."""
        return [Route("/oncall/{rota}.ics", self.calendar)]

    async def calendar(self, request: Request) -> Response:
        """One rota, by its id or by its schedule's."""
        found = await self._parts.calendar(request.path_params["rota"]) if self._parts.calendar else None
        if found is None:
            raise HTTPException(404, NONE)
        return Response(found, headers={"content-type": TYPE, "cache-control": FRESH})
