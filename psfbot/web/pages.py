"""Pages for people: the start page, and every question as a page, with what the public may see and nothing more.

Whatever a page tells is the answer to a question that anybody may ask in chat, asked by a visitor whom nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psfbot.catalog.model import Catalog, Service
from psfbot.chat import clean
from psfbot.chat.answer import Answer, Outcome
from psfbot.checklists.run import Run
from psfbot.checklists.view import view
from psfbot.errors import StoreBusy
from psfbot.web import look
from psfbot.web.parts import Parts
from psfbot.web.visitor import Visitors

QUESTIONS: Mapping[str, str] = {
    "services": "what is {}", "people": "who is {}", "teams": "who is in {}", "providers": "what runs on {}",
    "regions": "what runs in {}", "incidents": "incident {}",
}  # fmt: skip
"""The question that each kind of page answers."""
LISTS: Mapping[str, str] = {"incidents": "incidents", "oncall": "who is on call"}
OFF = "This bot keeps no checklists."
NONE = "There is no checklist {number}. /checklists lists them."
BUSY = "The storage cannot be read now. Look again soon."
MOST, HIGHEST, LONGEST_DAY = 50, 2**31, 10
STATUS = {Outcome.NOT_FOUND: 404, Outcome.REFUSED: 404}
"""Of a page about one thing: there is no such thing."""


@dataclass(frozen=True)
class Pages:
    """The addresses that a browser is meant for."""

    parts: Parts
    visitors: Visitors

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/", self.start),
            Route("/ask", self.asked),
            Route("/checklists", self.checklists),
            Route("/checklists/{number:int}", self.checklist),
            *(Route(f"/{name}", partial(self.told, question=question)) for name, question in LISTS.items()),
            *(Route(f"/{kind}/{{name:path}}", partial(self.one, kind=kind)) for kind in QUESTIONS),
            Route("/static/psfbot.css", look.style),
        ]

    async def start(self, _: Request) -> Response:
        """How everything stands, and a box to ask in."""
        catalog = self.visitors.book.catalog
        runs = await self.runs() if self.parts.checklists else []
        return look.page(
            "start.html",
            "psfbot",
            incidents=await self.visitors.answer("incidents"),
            oncall=await self.visitors.answer("who is on call"),
            runs=[view(run, self.parts.now(), public=True) for run in runs],
            counts=counts(catalog),
            newest=newest(catalog),
        )

    async def asked(self, request: Request) -> Response:
        """Answer a question."""
        said = request.query_params.get("q", "")[: clean.LONGEST].strip()
        answer = (
            await self.visitors.answer(said) if said else Answer("Ask something, such as: who owns docs.python.org")
        )
        return look.page("answer.html", said or "Ask", answer=answer, asked=said)

    async def told(self, _: Request, *, question: str) -> Response:
        """A page that is always the same question."""
        return look.page("answer.html", question, answer=await self.visitors.answer(question), asked=question)

    async def one(self, request: Request, *, kind: str) -> Response:
        """One service, person, team, provider, region or incident; all of them where no name is given."""
        name = str(request.path_params["name"])[:200].strip()
        if not name:
            return await self.told(request, question=kind if kind in LISTS else f"list {kind}")
        question = QUESTIONS[kind].format(name)
        answer = await self.visitors.answer(question)
        status = STATUS.get(answer.outcome, 200)
        found = self.visitors.find(name, "service").value if kind == "services" else None
        around = found.id if isinstance(found, Service) else ""
        return look.page("answer.html", name, status=status, answer=answer, asked=question, around=around)

    async def checklists(self, _: Request) -> Response:
        """All checklists, the newest first."""
        shown = [view(run, self.parts.now(), public=True) for run in await self.runs(open_only=False)]
        return look.page("checklists.html", "Checklists", runs=shown)

    async def checklist(self, request: Request) -> Response:
        """One checklist with its steps, without evidence."""
        number = int(request.path_params["number"])
        kept = self.parts.checklists
        if kept is None or number >= HIGHEST:
            raise HTTPException(404, NONE.format(number=number) if kept else OFF)
        try:
            run = await kept.read(lambda runs: runs.run(number))
        except StoreBusy as busy:
            raise HTTPException(503, BUSY, {"retry-after": "30"}) from busy
        if run is None:
            raise HTTPException(404, NONE.format(number=number))
        return look.page("checklist.html", f"Checklist {number}", run=view(run, self.parts.now(), public=True))

    async def runs(self, *, open_only: bool = True) -> list[Run]:
        """Runs, newest first."""
        if self.parts.checklists is None:
            raise HTTPException(404, OFF)
        try:
            return list(await self.parts.checklists.read(lambda runs: runs.runs(open_only=open_only, limit=MOST)))
        except StoreBusy as busy:
            raise HTTPException(503, BUSY, {"retry-after": "30"}) from busy


def counts(catalog: Catalog) -> list[tuple[str, int]]:
    """How much the catalog knows."""
    kinds = ("services", "people", "teams", "providers", "regions")
    return [(kind, len(getattr(catalog, kind))) for kind in kinds]


def newest(catalog: Catalog) -> str:
    """The day of the newest fact of the catalog."""
    facts = (fact for one in catalog.services.values() for fact in one.provenance.values())
    return max((str(fact.as_of)[:LONGEST_DAY] for fact in facts if fact.as_of), default="")
