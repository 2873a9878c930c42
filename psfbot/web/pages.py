"""Pages for people: the start page, and every question as a page, with what the public may see and nothing more.

Whatever a page tells is the answer to a question that anybody may ask in chat, asked by a visitor whom nobody knows.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from psfbot.catalog.model import Catalog
from psfbot.chat import clean
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.message import Message, Speaker
from psfbot.checklists.run import Run
from psfbot.checklists.view import view
from psfbot.errors import StoreBusy
from psfbot.flows.ask import Desk
from psfbot.flows.understand import understand
from psfbot.web.parts import Parts

HERE = Path(__file__).parent
SAFE = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
"""A page has a style sheet of its own, a form that leads to itself, and nothing else."""
VISITOR = Speaker("a visitor")
QUESTIONS: Mapping[str, str] = {
    "services": "what is {}", "people": "who is {}", "teams": "who is in {}", "providers": "what runs on {}",
    "regions": "what runs in {}", "incidents": "incident {}",
}  # fmt: skip
"""The question that each kind of page answers."""
LISTS: Mapping[str, str] = {"incidents": "incidents", "oncall": "who is on call"}
WRITES = "That would change something, and a page changes nothing. Say it in chat, where I know who you are."
OFF = "This bot keeps no checklists."
NONE = "There is no checklist {number}. /checklists lists them."
BUSY = "The storage cannot be read now. Look again soon."
PAGE = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:]")
MOST, HIGHEST, LONGEST_DAY = 50, 2**31, 10
STATUS = {Outcome.NOT_FOUND: 404, Outcome.REFUSED: 404}
"""Of a page about one thing: there is no such thing."""


@dataclass(frozen=True)
class Pages:
    """The addresses that a browser is meant for."""

    parts: Parts

    def routes(self) -> list[Route]:
        """The addresses; none where nobody answers questions."""
        if self.parts.desk is None:
            return []
        return [
            Route("/", self.start),
            Route("/ask", self.asked),
            Route("/checklists", self.checklists),
            Route("/checklists/{number:int}", self.checklist),
            *(Route(f"/{name}", partial(self.told, question=question)) for name, question in LISTS.items()),
            *(Route(f"/{kind}/{{name:path}}", partial(self.one, kind=kind)) for kind in QUESTIONS),
            Route("/static/psfbot.css", style),
        ]

    @cached_property
    def templates(self) -> Environment:
        """How pages look."""
        made = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        made.filters["linked"] = linked
        return made

    @property
    def desk(self) -> Desk:
        """Who answers a visitor: nothing that one asked before is remembered for another."""
        assert self.parts.desk is not None  # noqa: S101 - there are no routes without one
        return replace(self.parts.desk, memories=OrderedDict())

    async def start(self, _: Request) -> Response:
        """How everything stands, and a box to ask in."""
        catalog = self.desk.book().catalog
        runs = await self.runs() if self.parts.checklists else []
        return self.page(
            "start.html",
            "psfbot",
            incidents=await self.answer("incidents"),
            oncall=await self.answer("who is on call"),
            runs=[view(run, self.parts.now(), public=True) for run in runs],
            counts=counts(catalog),
            newest=newest(catalog),
        )

    async def asked(self, request: Request) -> Response:
        """Answer a question."""
        said = request.query_params.get("q", "")[: clean.LONGEST].strip()
        answer = await self.answer(said) if said else Answer("Ask something, such as: who owns docs.python.org")
        return self.page("answer.html", said or "Ask", answer=answer, asked=said)

    async def told(self, _: Request, *, question: str) -> Response:
        """A page that is always the same question."""
        return self.page("answer.html", question, answer=await self.answer(question), asked=question)

    async def one(self, request: Request, *, kind: str) -> Response:
        """One service, person, team, provider, region or incident."""
        name = str(request.path_params["name"])[:200]
        question = QUESTIONS[kind].format(name)
        answer = await self.answer(question)
        status = STATUS.get(answer.outcome, 200)
        return self.page("answer.html", name, status=status, answer=answer, asked=question)

    async def checklists(self, _: Request) -> Response:
        """All checklists, the newest first."""
        shown = [view(run, self.parts.now(), public=True) for run in await self.runs(open_only=False)]
        return self.page("checklists.html", "Checklists", runs=shown)

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
        return self.page("checklist.html", f"Checklist {number}", run=view(run, self.parts.now(), public=True))

    async def runs(self, *, open_only: bool = True) -> list[Run]:
        """Runs, newest first."""
        if self.parts.checklists is None:
            raise HTTPException(404, OFF)
        try:
            return list(await self.parts.checklists.read(lambda runs: runs.runs(open_only=open_only, limit=MOST)))
        except StoreBusy as busy:
            raise HTTPException(503, BUSY, {"retry-after": "30"}) from busy

    async def answer(self, question: str) -> Answer:
        """What a visitor is told; what would change something is not done."""
        desk, message = self.desk, Message(question, VISITOR, "web")
        reading = understand(clean.question(question)[: clean.LONGEST], desk.table, desk.book(), VISITOR)
        if reading and reading.command.writes:
            return Answer(WRITES, outcome=Outcome.REFUSED)
        return (await desk.answer(message)).answer

    def page(self, template: str, title: str, *, status: int = 200, **shown: object) -> HTMLResponse:
        """A page, made of its template."""
        text = self.templates.get_template(template).render({"title": title, "asked": "", **shown})
        return HTMLResponse(text, status, SAFE)


async def style(_: Request) -> Response:
    """How pages look."""
    return FileResponse(HERE / "static" / "psfbot.css", headers={"cache-control": "public, max-age=3600"})


def counts(catalog: Catalog) -> list[tuple[str, int]]:
    """How much the catalog knows."""
    kinds = ("services", "people", "teams", "providers", "regions")
    return [(kind, len(getattr(catalog, kind))) for kind in kinds]


def newest(catalog: Catalog) -> str:
    """The day of the newest fact of the catalog."""
    facts = (fact for one in catalog.services.values() for fact in one.provenance.values())
    return max((str(fact.as_of)[:LONGEST_DAY] for fact in facts if fact.as_of), default="")


def linked(text: str) -> Markup:
    """Words in which the addresses of pages lead there."""
    said, at = Markup(), 0
    for found in PAGE.finditer(text):
        said += escape(text[at : found.start()])
        said += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found[0])
        at = found.end()
    return said + escape(text[at:])
