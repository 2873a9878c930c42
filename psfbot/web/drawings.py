"""`/catalog/graph`: who needs whom and what runs on what, as a whole, or around one service with `?service=NAME`."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, Service
from psfbot.text import count, cut
from psfbot.web import look
from psfbot.web.fresh import fresh
from psfbot.web.graph import table
from psfbot.web.graph.around import around
from psfbot.web.graph.bundled import page
from psfbot.web.graph.table import Name
from psfbot.web.graph.whole import GONE, whole
from psfbot.web.visitor import Visitors

TITLE = "What hangs on what"
ABOUT = "{services} with an arrow from each to what it needs. The tables below tell all {needs}."
UNKNOWN = "I know no service called '{said}'."
SEVERAL = "'{said}' could be several services. Which one?"
LEVELS = (1, 2, 3, 4)
USUAL = 2
LONGEST = 80
MOST_NEEDED = 12


class Kept(NamedTuple):
    """The page of the whole catalog, and the reading of the catalog that it is of."""

    book: Book
    text: str


class Drawings:
    """The address of the drawing."""

    def __init__(self, visitors: Visitors) -> None:
        """Keep who knows the catalog; the whole is drawn once for each reading of it."""
        self._visitors = visitors
        self._kept: Kept | None = None

    def routes(self) -> list[Route]:
        """The one address."""
        return [Route("/catalog/graph", self.graph)]

    async def graph(self, request: Request) -> Response:
        """The whole, or what is around one service."""
        name = request.query_params.get("service", "").strip()
        if not name:
            return fresh(request, self.everything())
        levels = request.query_params.get("levels", "")
        far = int(levels) if levels in {str(one) for one in LEVELS} else USUAL
        bound = self._visitors.find(name, "service")
        if isinstance(bound.value, Service):
            return fresh(request, self.one(bound.value, far))
        hits = [hit.id for hit in bound.found.hits] if bound.found else []
        return self.unknown(name, hits)

    def everything(self) -> HTMLResponse:
        """The whole catalog."""
        book = self._visitors.book
        if self._kept is None or self._kept.book is not book:
            self._kept = Kept(book, bytes(drawn(book.catalog).body).decode())
        return HTMLResponse(self._kept.text, headers=look.SAFE)

    def one(self, service: Service, levels: int) -> HTMLResponse:
        """One service with what is around it."""
        book = self._visitors.book
        needs, users = book.web.needs(service.id).needed, book.web.breaks("service", service.id).struck
        hang = count(len(users), "service hangs", "services hang") if users else "nothing hangs"
        fact = f"{service.id} hangs on {count(len(needs), 'other')}, and {hang} on it."
        found = around(book.catalog, service, levels)
        return look.page(
            "around.html", f"{TITLE}: {service.id}", service=service, page=page(service.id), fact=fact, levels=levels,
            choices=LEVELS, picture=found.picture, steps=found.steps,
            sides=(
                table.side(book.catalog, f"What {service.id} hangs on", needs),
                table.side(book.catalog, f"What hangs on {service.id}", users),
            ),
        )  # fmt: skip

    def unknown(self, name: str, several: Sequence[str]) -> HTMLResponse:
        """Say that nothing, or not one service alone, is called so."""
        names = self._visitors.book.names
        near = several or [hit.id for hit in names.find(name, ("service",)).near or names.nearest(name, ("service",))]
        said = cut(name, LONGEST)
        fact = (SEVERAL if several else UNKNOWN).format(said=said)
        return look.page("graph_unknown.html", TITLE, status=404, fact=fact, said=said, near=named(near[:MOST_NEEDED]))


def named(ids: Sequence[str]) -> list[Name]:
    """Services with their pages."""
    return [Name(id_, page(id_)) for id_ in ids]


def drawn(catalog: Catalog) -> HTMLResponse:
    """The page of the whole catalog."""
    found, by = whole(catalog), table.users(catalog)
    services = sorted(catalog.services.values(), key=lambda one: one.id)
    joined = [one for one in services if one.depends_on or one.id in by]
    most = sorted((one for one in joined if one.id in by), key=lambda one: -len(by[one.id]))
    needs = sum(len(one.depends_on) for one in joined)
    return look.page(
        "graph.html", TITLE, picture=found.picture, drawn=found.drawn, alone=named(found.alone),
        gone=named([one.id for one in services if one.lifecycle in GONE]), places=table.places(catalog),
        nowhere=named(table.nowhere(catalog)),
        rows=[table.line(one, by) for one in joined[: table.MOST]], left=len(joined) - table.MOST,
        most=[table.line(one, by) for one in most[:MOST_NEEDED]],
        about=ABOUT.format(services=count(found.drawn, "service"), needs=count(needs, "need")),
    )  # fmt: skip
