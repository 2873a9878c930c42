"""Proposed changes of the catalog as JSON and as patches: what everybody may see of them."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.errors import StoreBusy
from psfbot.proposals.proposal import Proposal
from psfbot.proposals.wording import mail, message
from psfbot.web.parts import Parts

MOST = 100
HIGHEST = 2**31
"""Numbers above this are no proposal's."""
NONE = "There is no proposal {number}. /api/v1/proposals lists the newest."
PRIVATE = "Proposal {number} holds what is not for everybody. `proposal {number}` on psfbot's terminal shows it."
OFF = "This bot keeps no proposals."
TYPE = "text/x-patch; charset=utf-8"

Result = TypeVar("Result")


class ShownProposal(BaseModel):
    """One proposal: what it changes in words, and how it stands."""

    model_config = ConfigDict(frozen=True)

    number: int
    about: str
    words: tuple[str, ...]
    by: str
    because: str
    source: str
    state: str
    asked_at: datetime
    changed_at: datetime
    link: str


class Proposals:
    """The addresses of proposals."""

    def __init__(self, parts: Parts) -> None:
        """Keep where they are."""
        self._kept = parts.proposals

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/api/v1/proposals", self.listed),
            Route("/api/v1/proposals/{number:int}", self.one),
            Route("/api/v1/proposals/{number:int}.patch", self.patch),
        ]

    async def listed(self, _: Request) -> Response:
        """The newest, newest first."""
        if self._kept is None:
            raise HTTPException(404, OFF)
        found = await read(self._kept.newest(MOST))
        return JSONResponse({"proposals": [shown(one).model_dump(mode="json") for one in found]})

    async def one(self, request: Request) -> Response:
        """One by its number."""
        return JSONResponse(shown(await self._found(request)).model_dump(mode="json"))

    async def patch(self, request: Request) -> Response:
        """One as a patch for `git am`."""
        found = await self._found(request)
        if not found.public:
            raise HTTPException(403, PRIVATE.format(number=found.number))
        text = mail(found.by, found.asked_at, message(found), found.diff)
        return Response(text, headers={"content-type": TYPE})

    async def _found(self, request: Request) -> Proposal:
        """The one that is asked for."""
        number = int(request.path_params["number"])
        found = await read(self._kept.one(number)) if self._kept and number < HIGHEST else None
        if found is None:
            raise HTTPException(404, NONE.format(number=number))
        return found


async def read(work: Awaitable[Result]) -> Result:
    """Read from the store, or say that it cannot be read now."""
    try:
        return await work
    except StoreBusy as busy:
        raise HTTPException(503, str(busy), {"retry-after": "30"}) from busy


def shown(one: Proposal) -> ShownProposal:
    """A proposal as far as everybody may see it."""
    return ShownProposal(
        number=one.number,
        about=one.about,
        words=one.shown,
        by=one.by.name,
        because=one.because,
        source=one.source,
        state=one.state.value,
        asked_at=one.asked_at,
        changed_at=one.changed_at,
        link=one.link,
    )
