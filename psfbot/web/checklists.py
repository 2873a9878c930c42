"""Checklists as JSON, for dashboards and scripts: how far each is, and no evidence, which is for the team's rooms."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.checklists.ports import Runs
from psfbot.checklists.run import Run
from psfbot.checklists.view import View, view
from psfbot.web.declared import BUSY, Declared, Shown, Told, read
from psfbot.web.parts import Parts

MOST = 1000
HIGHEST = 2**31
"""Numbers above this are no checklist's."""
HOW = "Ask with state=open or state=all."
NONE = "There is no checklist {number}. /api/v1/checklists?state=all lists them."
OFF = "This bot keeps no checklists."

Result = TypeVar("Result")


class ShownStep(Shown):
    """One step: where it stands and what its check said, without evidence."""

    number: int
    id: str
    text: str
    state: str
    needs: tuple[str, ...]
    point_of_no_return: bool
    check: str
    verdict: str
    at: datetime | None
    assigned: str


class ShownRun(Shown):
    """One checklist: how far it is."""

    number: int
    name: str
    title: str
    service: str
    course: str
    over: int
    total: int
    stale: bool
    started_at: datetime
    changed_at: datetime
    target: date | None
    campaign: int | None
    next: tuple[str, ...]


class OneRun(ShownRun):
    """One checklist with its steps."""

    steps: tuple[ShownStep, ...]


class RunListing(Shown):
    """Checklists, newest first."""

    checklists: tuple[ShownRun, ...]


class WantedRuns(Shown):
    """Which checklists."""

    state: Annotated[Literal["open", "all"], Field(description="The open ones, or all.")] = "open"


class Checklists:
    """The JSON addresses of checklists."""

    def __init__(self, parts: Parts) -> None:
        """Keep where runs are, and the clock."""
        self._kept, self._now = parts.checklists, parts.now

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Declared("/api/v1/checklists", self.listed, TOLD_OF_ALL),
            Declared("/api/v1/checklists/{number:int}", self.one, TOLD_OF_ONE),
        ]

    async def listed(self, request: Request) -> Response:
        """Checklists, newest first; the open ones unless `state=all`."""
        try:
            wanted = WantedRuns.model_validate(dict(request.query_params))
        except ValidationError:
            raise HTTPException(400, HOW) from None
        found = await self._read(lambda runs: runs.runs(open_only=wanted.state == "open", limit=MOST))
        return JSONResponse(RunListing(checklists=tuple(map(self._summary, found))).model_dump(mode="json"))

    async def one(self, request: Request) -> Response:
        """One checklist with its steps."""
        number = int(request.path_params["number"])
        run = await self._read(lambda runs: runs.run(number)) if number < HIGHEST else None
        if run is None:
            raise HTTPException(404, NONE.format(number=number))
        shown = view(run, self._now())
        steps = tuple(ShownStep.model_validate(row) for row in shown.rows)
        detail = OneRun(**dict(self._summary(run)), steps=steps)
        return JSONResponse(detail.model_dump(mode="json"))

    def _summary(self, run: Run) -> ShownRun:
        """A checklist without its steps."""
        shown: View = view(run, self._now())
        following = tuple(row.spot for row in shown.rows if row.open) if run.open else ()
        return ShownRun.model_validate({**dict(shown), "next": following})

    async def _read(self, work: Callable[[Runs], Result]) -> Result:
        """Read from the store, or say that it cannot be read now."""
        if self._kept is None:
            raise HTTPException(404, OFF)
        return await read(self._kept.read(work))


TOLD_OF_ALL = Told(
    about="Checklists, newest first: how far each is.",
    gives=RunListing,
    takes=WantedRuns,
    example="/api/v1/checklists?state=all",
    refuses={400: HOW, 404: OFF, 503: BUSY},
)
TOLD_OF_ONE = Told(
    about="One checklist with its steps, without evidence.",
    gives=OneRun,
    path={"number": "The checklist's number."},
    example="/api/v1/checklists/1",
    refuses={404: "There is no checklist of this number.", 503: BUSY},
)
