"""What the catalog said once: who answered for a service on some day, and what changed in a record since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Literal, Protocol

from psfbot.catalog.model import Catalog, Record

Section = Literal["services", "providers", "platforms", "teams", "people", "regions"]
MOST = 10
"""So many unreadable revisions are passed over to find one that can be read."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the catalog's file: its commit, when that was made, and its first line."""

    id: str
    at: datetime
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision changed in one record: the names of its fields, or that it came or went."""

    revision: Revision
    fields: tuple[str, ...]
    what: Literal["changed", "added", "removed"] = "changed"


class History(Protocol):
    """The past of the catalog's file, where it is kept."""

    async def revisions(self) -> Sequence[Revision]:
        """Every revision, the oldest first; none where nobody keeps them."""

    async def touching(self, section: Section, id_: str) -> Sequence[Revision]:
        """The revisions, of the last ones, in which the text of a record is new or other than before."""

    async def catalog(self, revision: Revision) -> Catalog | None:
        """The catalog as it was; None where it had faults."""


class Unkept:
    """The past of a file that nobody keeps."""

    async def revisions(self) -> Sequence[Revision]:
        """There are none."""
        return ()

    async def touching(self, section: Section, id_: str) -> Sequence[Revision]:  # noqa: ARG002 - as `History` has it
        """There are none."""
        return ()

    async def catalog(self, revision: Revision) -> Catalog | None:  # noqa: ARG002 - as `History` has it
        """There is none."""
        return None


async def as_of(history: History, day: date) -> tuple[Revision, Catalog] | None:
    """The last readable state at the end of a day; nothing where the file is younger."""
    end = datetime.combine(day + timedelta(days=1), time.min, UTC)
    return await newest(history, [one for one in await history.revisions() if one.at < end])


async def newest(history: History, revisions: Sequence[Revision]) -> tuple[Revision, Catalog] | None:
    """The last of these that can be read."""
    for revision in reversed(revisions[-MOST:]):
        found = await history.catalog(revision)
        if found is not None:
            return revision, found
    return None


async def changes(history: History, section: Section, id_: str) -> list[Change]:
    """What changed in a record, the oldest first, as far as the last revisions tell."""
    found: list[Change] = []
    touching = await history.touching(section, id_)
    before = await record_before(history, touching[0], section, id_) if touching else None
    for revision in touching:
        catalog = await history.catalog(revision)
        if catalog is None:
            continue
        now: Record | None = getattr(catalog, section).get(id_)
        if change := told(revision, before, now):
            found.append(change)
        before = now
    return found


async def record_before(history: History, first: Revision, section: Section, id_: str) -> Record | None:
    """The record as it was before the first revision that is looked at; the file may be older than that."""
    known = await history.revisions()
    earlier = list(takewhile(lambda one: one.id != first.id, known))
    catalog = await newest(history, earlier)
    record: Record | None = getattr(catalog[1], section).get(id_) if catalog else None
    return record


def told(revision: Revision, before: Record | None, now: Record | None) -> Change | None:
    """How a record differs from what it was; nothing where only its layout does."""
    if before is None or now is None:
        return None if before is now else Change(revision, (), "added" if before is None else "removed")
    fields = tuple(name for name in type(now).model_fields if getattr(before, name) != getattr(now, name))
    return Change(revision, fields) if fields else None
