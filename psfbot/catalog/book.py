"""The catalog as the running bot holds it: its facts, its names, and where each record stands in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from psfbot.catalog.model import Catalog, Service
from psfbot.catalog.names import ANY_KIND, Found, Kind, Names

if TYPE_CHECKING:
    from psfbot.catalog.cards import Cards
    from psfbot.catalog.impact import Web
    from psfbot.catalog.index import Index

NOWHERE: Mapping[tuple[str, str], int] = MappingProxyType({})
"""The places of a catalog that was not read from a file."""


@dataclass(frozen=True)
class Book:
    """One reading of the catalog: a reload makes a new book, so that one answer never mixes two readings.

    `refused` tells what is wrong with a newer file, while this reading stays in force.
    """

    catalog: Catalog
    names: Names
    places: Mapping[tuple[str, str], int]
    path: str
    refused: str = ""

    @classmethod
    def of(cls, catalog: Catalog, places: Mapping[tuple[str, str], int] = NOWHERE, path: str = "catalog.yaml") -> Self:
        """Index the names of a catalog and keep both together."""
        return cls(catalog, Names(catalog), places, path)

    def line_of(self, section: str, id: str) -> int | None:  # noqa: A002 - the catalog's own word
        """The line where a record starts, as in `services`, `docs.python.org`; None when nobody noted it."""
        return self.places.get((section, id))

    def find(self, said: str, kinds: Sequence[Kind] = ANY_KIND) -> Found:
        """The records that these words may mean (see `Names.find`)."""
        return self.names.find(said, kinds)

    def query(self, text: str) -> tuple[Service, ...]:
        """The services that match a query (see `catalog.query`)."""
        from psfbot.catalog.index import find  # noqa: PLC0415 - most questions need no index
        from psfbot.catalog.lookup import forbid_signed_values  # noqa: PLC0415 - the same

        forbid_signed_values(text)
        return find(text, self.index)

    @cached_property
    def cards(self) -> "Cards":
        """What is said of each service, kept from the first question about it."""
        from psfbot.catalog.cards import Cards  # noqa: PLC0415 - a question about no service needs none

        return Cards(self.catalog)

    @cached_property
    def index(self) -> "Index":
        """The indexes that queries run on, made with the first one."""
        from psfbot.catalog.index import Index  # noqa: PLC0415 - the same

        return Index(self.catalog)

    @cached_property
    def web(self) -> "Web":
        """Who hangs on whom, made with the first question about it."""
        from psfbot.catalog.impact import Web  # noqa: PLC0415 - the same

        return Web(self.catalog)
