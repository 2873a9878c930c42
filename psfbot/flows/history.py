"""What the catalog said once: who answered for a service on some day, and what changed in a record since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Literal, Protocol

from psfbot.catalog.model import Catalog, Record

Section = Literal["services", "providers", "platforms", "teams", "people", "regions"]
MOST = 10
"""So many unreadable revisions are passed over to find one that can be read, and so many ids a record may have had."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the catalog's file: its commit, when that was made, and its first line."""

    id: str
    at: datetime
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a revision changed in one record: the names of its fields, or that it came or went, or had the id `was`."""

    revision: Revision
    fields: tuple[str, ...]
    what: Literal["changed", "added", "removed", "renamed"] = "changed"
    was: str = ""


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
    """What changed in a record, the oldest first, as far as the last revisions tell; under its earlier ids, too."""
    found = await under(history, section, id_)
    for _ in range(MOST):
        if not found or found[0].what != "added" or not (was := await id_before(history, found[0], section, id_)):
            break
        first, id_ = replace(found[0], what="renamed", was=was), was
        known = await earlier(history, first.revision)
        older = [one for one in await under(history, section, was) if one.revision in known]
        found = [*older, first, *found[1:]]
    return found


async def id_before(history: History, added: Change, section: Section, id_: str) -> str:
    """The id that a record had before the revision in which it seems to be new; nothing where it is."""
    from psfbot.catalog.diff import renamed  # noqa: PLC0415 - it loads YAML, which most questions do without

    before = await newest(history, await earlier(history, added.revision))
    after = await history.catalog(added.revision)
    if before is None or after is None:
        return ""
    moves = renamed(getattr(before[1], section), getattr(after, section))
    return next((was for was, to in moves.items() if to == id_), "")


async def under(history: History, section: Section, id_: str) -> list[Change]:
    """What changed in a record as long as it had this id."""
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
    catalog = await newest(history, await earlier(history, first))
    record: Record | None = getattr(catalog[1], section).get(id_) if catalog else None
    return record


async def earlier(history: History, revision: Revision) -> list[Revision]:
    """The revisions before one, the oldest first."""
    return list(takewhile(lambda one: one.id != revision.id, await history.revisions()))


def told(revision: Revision, before: Record | None, now: Record | None) -> Change | None:
    """How a record differs from what it was; nothing where only its layout does."""
    if before is None or now is None:
        return None if before is now else Change(revision, (), "added" if before is None else "removed")
    fields = tuple(name for name in type(now).model_fields if getattr(before, name) != getattr(now, name))
    return Change(revision, fields) if fields else None
