"""Proposed changes of the catalog as JSON and as patches: what everybody may see of them."""

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.proposals.proposal import Proposal
from psfbot.proposals.wording import mail, message
from psfbot.web.declared import BUSY, Declared, Shown, Told, read
from psfbot.web.parts import Parts

MOST = 100
HIGHEST = 2**31
"""Numbers above this are no proposal's."""
NONE = "There is no proposal {number}. /api/v1/proposals lists the newest."
PRIVATE = "Proposal {number} holds what is not for everybody. `proposal {number}` on psfbot's terminal shows it."
OFF = "This bot keeps no proposals."
TYPE = "text/x-patch; charset=utf-8"


class ShownProposal(Shown):
    """One proposal: what it changes in words, and how it stands."""

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


class ProposalListing(Shown):
    """Proposals, newest first."""

    proposals: tuple[ShownProposal, ...]


class Proposals:
    """The addresses of proposals."""

    def __init__(self, parts: Parts) -> None:
        """Keep where they are."""
        self._kept = parts.proposals

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Declared("/api/v1/proposals", self.listed, TOLD_OF_ALL),
            Declared("/api/v1/proposals/{number:int}", self.one, TOLD_OF_ONE),
            Declared("/api/v1/proposals/{number:int}.patch", self.patch, TOLD_OF_PATCH),
        ]

    async def listed(self, _: Request) -> Response:
        """The newest, newest first."""
        if self._kept is None:
            raise HTTPException(404, OFF)
        found = await read(self._kept.newest(MOST))
        return JSONResponse(ProposalListing(proposals=tuple(map(shown, found))).model_dump(mode="json"))

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


PATH = {"number": "The proposal's number."}
NOBODYS = "There is no proposal of this number."
TOLD_OF_ALL = Told(
    about=f"The newest proposed changes of the catalog, {MOST} at most, newest first.",
    gives=ProposalListing,
    example="/api/v1/proposals",
    refuses={404: OFF, 503: BUSY},
)
TOLD_OF_ONE = Told(
    about="One proposal: what it changes in words, and how it stands.",
    gives=ShownProposal,
    path=PATH,
    example="/api/v1/proposals/1",
    refuses={404: NOBODYS, 503: BUSY},
)
TOLD_OF_PATCH = Told(
    about="One proposal as a patch for `git am`.",
    gives=TYPE.partition(";")[0],
    path=PATH,
    example="/api/v1/proposals/1.patch",
    refuses={403: "It holds what is not for everybody.", 404: NOBODYS, 503: BUSY},
)
