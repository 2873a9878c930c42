"""The catalog as JSON, for scripts and dashboards: what anybody may see of each record, found by any of its names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.catalog.model import Catalog, Record, Source
from psfbot.catalog.names import Hit, Kind
from psfbot.catalog.query import QueryError
from psfbot.chat import render
from psfbot.text import a, and_join, cut
from psfbot.web import records
from psfbot.web.declared import JSON, Declared, Told, Unknown
from psfbot.web.fresh import fresh
from psfbot.web.records import Wanted, WantedServices
from psfbot.web.said import Asked, ShownAnswer
from psfbot.web.visitor import Visitors

HOW = "Ask with limit= a number from 1, and after= an id."
ASK = "Ask something with q=, as in /api/v1/ask?q=who+owns+docs.python.org"
UNKNOWN = "I know no {kind} called '{said}'."
ELSEWHERE = "'{said}' is no {kind} but {other}: /api/v1/{name}/{id}"
SEVERAL = "'{said}' could be {count} {kinds}: {names}. Ask for one by its id."
LONGEST, FEW = 80, 10
NAME = "Its id, or any other name that the bot understands: a domain, an alias, a URL, a title."


@dataclass(frozen=True)
class Section:
    """One section of the catalog: how it is called, and the shapes in which it is shown."""

    name: str
    kind: Kind
    shown: type[BaseModel]
    one: type[BaseModel]
    listing: type[BaseModel]
    more: Callable[[Catalog, str], Mapping[str, object]]
    example: str
    takes: type[Wanted] = Wanted


SECTIONS = (
    Section("services", "service", records.ShownService, records.OneService, records.ServiceListing,
            records.of_service, "docs.python.org", WantedServices),
    Section("people", "person", records.ShownPerson, records.OnePerson, records.PersonListing,
            records.of_person, "mdk"),
    Section("teams", "team", records.ShownTeam, records.OneTeam, records.TeamListing, records.of_team, "infra"),
    Section("providers", "provider", records.ShownProvider, records.OneProvider, records.ProviderListing,
            records.of_provider, "fastly"),
    Section("regions", "region", records.ShownRegion, records.OneRegion, records.RegionListing,
            records.of_region, "nyc1"),
)  # fmt: skip


class Facts:
    """The JSON addresses of the catalog, and of answers to questions."""

    def __init__(self, visitors: Visitors) -> None:
        """Keep who answers."""
        self._visitors = visitors

    def routes(self) -> list[Route]:
        """The addresses."""
        found: list[Route] = []
        for one in SECTIONS:
            every, single = partial(self.listed, section=one), partial(self.one, section=one)
            found.append(Declared(f"/api/v1/{one.name}", every, told_of_all(one)))
            found.append(Declared(f"/api/v1/{one.name}/{{name:path}}", single, told_of_one(one)))
        return [*found, Declared("/api/v1/ask", self.asked, TOLD_OF_ASK)]

    async def listed(self, request: Request, *, section: Section) -> Response:
        """The records of a section by id, some at a time; of services those that a query asks for."""
        try:
            wanted = section.takes.model_validate(dict(request.query_params))
        except ValidationError:
            raise HTTPException(400, HOW) from None
        book = self._visitors.book
        query = getattr(wanted, "q", "").strip()
        try:
            found = book.query(query) if query else getattr(book.catalog, section.name).values()
        except QueryError as error:
            raise HTTPException(400, str(error)) from None
        return fresh(request, Response(listing(book.catalog, section, found, wanted), media_type=JSON))

    async def one(self, request: Request, *, section: Section) -> Response:
        """One record by any of its names."""
        name = str(request.path_params["name"])
        if not name:
            return await self.listed(request, section=section)
        bound = self._visitors.find(name, section.kind)
        if bound.hit is None or not isinstance(bound.value, Record):
            return self.unknown(name, section, bound.found.hits if bound.found else ())
        catalog, record = self._visitors.book.catalog, bound.value
        more = {**section.more(catalog, record.id), "sources": cited(catalog, [record])}
        text = shown(section.one, section, record, more).model_dump_json()
        there = {"content-location": f"/api/v1/{section.name}/{record.id}"}
        return fresh(request, Response(text, media_type=JSON, headers=there))

    async def asked(self, request: Request) -> Response:
        """The answer to any question, as on a page."""
        said = request.query_params.get("q", "").strip()
        if not said:
            raise HTTPException(400, ASK)
        return JSONResponse(render.data(await self._visitors.plain(said)))

    def unknown(self, name: str, section: Section, hits: Iterable[Hit]) -> Response:
        """Say that nothing, or not one thing alone, is called so, and what comes near."""
        said = cut(name, LONGEST)
        if several := [hit.id for hit in hits]:
            few = several[:FEW] if len(several) <= FEW else [*several[:FEW], "others"]
            names = and_join(few, "or")
            word = SEVERAL.format(said=said, count=len(several), kinds=section.name, names=names)
            return refusal(word, several[:FEW])
        for other in SECTIONS:
            bound = self._visitors.find(name, other.kind) if other is not section else None
            if bound and bound.hit and bound.grade == 0:
                word = ELSEWHERE.format(
                    said=said, kind=section.kind, other=a(other.kind), name=other.name, id=bound.hit.id
                )
                return refusal(word, ())
        known = self._visitors.book.names
        found = known.find(name[:LONGEST], (section.kind,)).near
        near = [hit.id for hit in found or known.nearest(name[:LONGEST], (section.kind,))]
        lead = "Did you mean" if found else "The nearest:"
        offered = f" {lead} {and_join(near, 'or')}{'?' if found else '.'}" if near else ""
        return refusal(f"{UNKNOWN.format(kind=section.kind, said=said)}{offered}", near)


def refusal(error: str, near: Iterable[str]) -> Response:
    """A 404 with what was perhaps meant."""
    return JSONResponse(Unknown(error=error, near=tuple(near)).model_dump(), 404)


def listing(catalog: Catalog, section: Section, found: Iterable[Record], wanted: Wanted) -> str:
    """One answer's worth of records as JSON."""
    every = sorted(found, key=lambda record: record.id)
    left = [record for record in every if record.id > wanted.after]
    some = left[: min(wanted.limit, records.MOST)]
    rows = tuple(shown(section.shown, section, record, {}) for record in some)
    following = some[-1].id if some and len(some) < len(left) else None
    fields: dict[str, Any] = {
        "total": len(every),
        "next": following,
        "sources": cited(catalog, some),
        section.name: rows,
    }
    return section.listing.model_construct(None, **fields).model_dump_json()


def shown(shape: type[BaseModel], section: Section, record: Record, more: Mapping[str, object]) -> BaseModel:
    """A record in the shape in which it is shown: it was checked when the catalog was read."""
    known = {name: value for name, value in record if name in shape.model_fields}
    fields: dict[str, Any] = {**known, **more, "page": f"/{section.name}/{quote(record.id)}"}
    return shape.model_construct(None, **fields)


def cited(catalog: Catalog, found: Iterable[Record]) -> Mapping[str, Source]:
    """The sources that these records name, in their facts and in their history."""
    ids = {id_ for record in found for entry in record.provenance.values() for id_ in entry.cites}
    ids |= {id_ for record in found for event in getattr(record, "history", ()) for id_ in event.cites}
    return {id_: catalog.sources[id_] for id_ in sorted(ids) if id_ in catalog.sources}


def told_of_all(section: Section) -> Told:
    """What the address of a whole section says of itself."""
    query = ", or those that a query asks for" if section.takes is WantedServices else ""
    return Told(
        about=f"The {section.name} of the catalog by id{query}.",
        gives=section.listing,
        takes=section.takes,
        example=f"/api/v1/{section.name}{'?q=provider:fastly' if query else ''}",
        refuses={400: "A parameter or the query is wrong; the sentence says what to write instead."},
        tagged=True,
    )


def told_of_one(section: Section) -> Told:
    """What the address of one record says of itself."""
    return Told(
        about=f"One {section.kind} by any of its names; `Content-Location` has its own address.",
        gives=section.one,
        path={"name": NAME},
        example=f"/api/v1/{section.name}/{section.example}",
        refuses={404: f"No {section.kind} is called so, or several are; `near` has the ids to choose from."},
        near=True,
        tagged=True,
    )


TOLD_OF_ASK = Told(
    about="The answer to any question that may be asked in chat, as `psfbot ask --json` gives it to a stranger.",
    gives=ShownAnswer,
    takes=Asked,
    example="/api/v1/ask?q=who+owns+docs.python.org",
    refuses={400: "Nothing was asked."},
)
