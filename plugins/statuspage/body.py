"""The bodies of status pages: which page, and what became of one of its components or incidents."""

import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from psfbot.plugin import Payload, Said, Time, loose

MOST = 200
"""Components and updates that are looked at: an incident repeats all of them each time."""
HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}")
PAGES = {"2p66nmmycsj3": "status.python.org"}
"""Pages that are known by their id, which is all that a body says for certain."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def folded(text: str) -> str:
    """A state in one spelling: `partial_outage` here is `PARTIALOUTAGE` at Instatus, which copies the format."""
    return re.sub(r"[\s_-]", "", text).lower()


def first(value: object) -> list[object]:
    """A list that is short enough to read; anything else is empty."""
    return value[:MOST] if isinstance(value, list) else []


def host_of(address: str) -> str:
    """The host of an address and nothing else of it: to unsubscribe, its query is all that anybody needs."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host if HOST.fullmatch(host) else ""


Word = Annotated[Said, AfterValidator(folded)]


class Meta(Payload):
    """How to unsubscribe; only the host of that address is read."""

    unsubscribe: Annotated[Said, AfterValidator(host_of)] = ""


class Page(Payload):
    """The status page that says so."""

    id: Said = ""
    url: Annotated[Said, AfterValidator(host_of)] = ""


class Component(Payload):
    """One thing that the page shows a state of."""

    id: Said = ""
    name: Said = ""
    status: Word = ""


class Change(Payload):
    """A component changed."""

    id: Said = ""
    component_id: Said = ""
    old_status: Word = ""
    new_status: Word = ""
    created_at: Time = None


class Update(Payload):
    """What the page said about an incident at one time."""

    id: Said = ""
    body: Said = ""
    status: Word = ""
    created_at: Time = None

    @property
    def told_at(self) -> datetime:
        """When it was said, for sorting: one without a time is the oldest."""
        at = self.created_at or LONG_AGO
        return at if at.tzinfo else at.replace(tzinfo=UTC)


class Incident(Payload):
    """Something that people were told about, with all that was ever said, the newest first or not."""

    id: Said = ""
    name: Said = ""
    status: Word = ""
    impact: Word = ""
    shortlink: Said = ""
    url: Said = ""
    created_at: Time = None
    updated_at: Time = None
    resolved_at: Time = None
    scheduled_for: Said = ""
    backfilled: Annotated[bool, loose(otherwise=False)] = False
    components: Annotated[tuple[Annotated[Component, loose(Component())], ...], BeforeValidator(first)] = ()
    incident_updates: Annotated[tuple[Annotated[Update, loose(Update())], ...], BeforeValidator(first)] = ()

    @property
    def last(self) -> Update:
        """The newest of what was said; the first of those that were said at one time."""
        return max(self.incident_updates, key=lambda update: update.told_at, default=Update())


class Body(Payload):
    """Any webhook of a status page: the part that is there says what it is about."""

    meta: Annotated[Meta, loose(Meta())] = Meta()
    page: Annotated[Page, loose(Page())] = Page()
    component_update: Annotated[Change | None, loose(None)] = None
    component: Annotated[Component, loose(Component())] = Component()
    incident: Annotated[Incident | None, loose(None)] = None
    maintenance: Annotated[Incident | None, loose(None)] = None

    @property
    def host(self) -> str:
        """The page's host, by which people know it; its id where it has none."""
        return PAGES.get(self.page.id, "") or self.meta.unsubscribe or self.page.url or self.page.id

    @property
    def is_ours(self) -> bool:
        """Is it a page of the PSF, whose components are services of ours? Elsewhere `Docs` is somebody else's."""
        return self.host in PAGES.values()
