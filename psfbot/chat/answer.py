"""What the bot says back, before any platform gives it a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """How an ask ended; the command line turns it into an exit code."""

    ANSWERED = "answered"
    NOT_FOUND = "not found"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: a name that can be asked about, and what to know of it in few words."""

    name: str
    detail: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cite:
    """A source of what was said, with its date where it is known."""

    title: str
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page worth opening; platforms with buttons show the title on one."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the first line carries the fact, everything else supports it.

    `items` is a list that platforms may lay out as they can; `notes` are doubts (old,
    disputed, assumed); `offers` are questions that the reader may ask next by number.
    `code` is a text such as a patch, whose lines and spaces matter.
    """

    fact: str
    lines: Sequence[str] = ()
    items: Sequence[Item] = ()
    notes: Sequence[str] = ()
    cites: Sequence[Cite] = ()
    links: Sequence[Link] = ()
    offers: Sequence[str] = ()
    outcome: Outcome = Outcome.ANSWERED
    data: Mapping[str, object] = field(default_factory=dict)
    code: str = ""
