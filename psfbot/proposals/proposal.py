"""A change to the catalog that somebody proposed in chat, from its question to its merge."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, cast, get_args

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator

from psfbot.catalog.change import Add, Change, Remove, said_in_chat
from psfbot.catalog.editing.spot import SINGULAR, WORDS
from psfbot.catalog.fields import fields
from psfbot.catalog.model import Provenance
from psfbot.text import one_line

PREFIX = "psfbot/"
"""How the branches begin that psfbot makes: it never writes to another."""
LONGEST = 60
"""Characters of a branch's name that tell people what it is about."""
KINDS: dict[str, type[Change]] = {kind.__name__.lower(): kind for kind in get_args(Change)}
"""The kinds of changes by the words under which they are kept."""
CRUD = " .,:;\"'()\\"
"""Signs of which alone no name is made for git."""
UNLISTED = "localhost"
"""The host of an address that leads nowhere, for who has none."""


def kind_of(change: Change) -> str:
    """The kind of a change in a word: `set`, `retire`."""
    return type(change).__name__.lower()


def written(change: Change) -> dict[str, Any]:
    """A change as it is kept: with its kind, since several kinds have the same fields."""
    return {"kind": kind_of(change), **asdict(change)}


def read(kept: object) -> Change:
    """A change as it was kept."""
    if isinstance(kept, Mapping):
        return KINDS[kept["kind"]](**{name: value for name, value in kept.items() if name != "kind"})
    if isinstance(kept, get_args(Change)):
        return cast("Change", kept)
    msg = "this is no change to the catalog"
    raise ValueError(msg)


Kept = Annotated[Change, PlainValidator(read), PlainSerializer(written)]


class Noun(BaseModel):
    """Anything that is kept of a proposal; it never changes once made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """How far a proposal has come.

    asked: its proposer has not said yes; sending: it is on its way to the forge, also after a fault or a restart;
    open: people look at it; merged, closed: they have decided; refused: it cannot be made any more, and why is known;
    replaced: a later one of the same change stands on its branch now.
    """

    ASKED = "asked"
    SENDING = "sending"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"
    REFUSED = "refused"
    REPLACED = "replaced"


class Author(Noun):
    """Who proposes: their id in the catalog where they have one, and who the commit is by."""

    person: str = ""
    name: str
    github: str = ""
    email: str = ""

    @property
    def public_address(self) -> str:
        """Where they are written to, for who may not see their own address: the one that GitHub gives everybody."""
        return f"{self.github}@users.noreply.github.com" if self.github else f"{self.person or 'nobody'}@{UNLISTED}"

    @property
    def address(self) -> str:
        """Where they are written to."""
        return self.email or self.public_address


def signed(name: str) -> str:
    """A name or an address as git takes it: no address hides in a name, and one of mere dots and commas is none."""
    kept = one_line(name.translate({ord(sign): None for sign in "<>"}))
    return kept if kept.strip(CRUD) else "unknown"


class Proposal(Noun):
    """One or more changes that go together, who wants them and why, and how they stand.

    `bares` says that the diff shows what is not for everybody, though its words may not: in the lines around a change.
    `section`, `id` and `field` tell what it is about: two proposals of the same change share their branch, and so
    their pull request. `words` are the change in words, and `shown` as much of it as everybody may see. `source` is
    what it comes from: `chat`, or a checklist. `place` is where it was asked, and only who asked there may say yes;
    `room` is told what becomes of it (`irc #python-infra`). `link` and `reference` are the forge's page and number for
    it; `remark` is the last thing that was told of it, such as the name of a check that fails, so that nothing is told
    twice. `version` counts how often it was kept, so that of two who act on it at once one finds that it is late.
    """

    number: int = 0
    version: int = 1
    changes: tuple[Kept, ...]
    section: str
    id: str
    field: str = ""
    words: tuple[str, ...]
    shown: tuple[str, ...]
    diff: str
    bares: bool = False
    by: Author
    because: str = ""
    source: str = "chat"
    place: str
    room: str = ""
    state: State = State.ASKED
    asked_at: datetime
    changed_at: datetime
    branch: str
    link: str = ""
    reference: str = ""
    remark: str = ""
    tries: int = 0

    @property
    def about(self) -> str:
        """What it is about, as people name it: `docs.python.org owner`."""
        return f"{self.id} {self.field}".strip()

    @property
    def said(self) -> Provenance:
        """The provenance of the changed facts: who said so, when and why."""
        return said_in_chat(self.by.person, self.asked_at.date(), self.because)

    @property
    def public(self) -> bool:
        """May everybody see all of it?"""
        return self.words == self.shown and not self.bares

    @property
    def lasting(self) -> bool:
        """Is it still under way?"""
        return self.state in {State.SENDING, State.OPEN}


def branch_of(section: str, id: str, field: str, change: Change, source: str = "") -> str:  # noqa: A002
    """The branch of a change: the same for the same kind of change to the same field, whatever the value.

    A list takes several values one by one, so there the value counts as well. Git allows few signs in the name of a
    branch, so what people can read of it is cut, and a hash tells it apart.
    """
    kind, path = kind_of(change), steady(section, field)
    value = change.value.casefold() if isinstance(change, Add | Remove) else ""
    whole = f"{kind} {section}/{id} {path} {value} {source}"
    readable = re.sub(r"[^a-z0-9]+", "-", f"{id}-{source or path or kind}".lower()).strip("-")[:LONGEST].rstrip("-")
    return f"{PREFIX}{readable}-{sha256(whole.encode()).hexdigest()[:8]}"


def steady(section: str, field: str) -> str:
    """A field by one name, however people say it: `alias` and `aliases`, `owner` and `primary owner`."""
    plain = " ".join(re.split(r"[\s_-]+", field.strip().casefold()))
    first, dot, rest = WORDS.get(section, {}).get(plain, plain).partition(".")
    own = fields((section, ""))
    names = (first.replace(" ", "_"), f"{first}s", SINGULAR.get(first, first))
    return next((one for one in names if one in own), first) + dot + rest
