"""The catalog as the running bot holds it: its facts, its names, and where each record stands in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from psfbot.catalog.model import Catalog
from psfbot.catalog.names import ANY_KIND, Found, Kind, Names

NOWHERE: Mapping[tuple[str, str], int] = MappingProxyType({})
"""The places of a catalog that was not read from a file."""


@dataclass(frozen=True)
class Book:
    """One reading of the catalog: a reload makes a new book, so that one answer never mixes two readings."""

    catalog: Catalog
    names: Names
    places: Mapping[tuple[str, str], int]
    path: str

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
