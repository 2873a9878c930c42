"""The shape of an answer to a question, as programs get it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from psfbot.chat.answer import Outcome
from psfbot.web.declared import Shown


class Asked(Shown):
    """A question."""

    q: Annotated[str, Field(description="The question, as in chat: `who owns docs.python.org`.")]


class ShownItem(Shown):
    """One entry of a list: a name that can be asked about, and what to know of it in few words."""

    name: str
    detail: str
    kind: str


class ShownCite(Shown):
    """A source of what was said, with its date where it is known."""

    title: str
    url: str
    date: str


class ShownPage(Shown):
    """A page worth opening."""

    title: str
    url: str


class ShownAnswer(Shown):
    """One answer: `fact` is what was asked for, everything else supports it.

    `notes` are doubts, `offers` what else may have been meant, `code` a text whose lines and spaces matter. `data` is
    the same for programs; it is empty where the answer is of more than the catalog.
    """

    fact: str
    lines: tuple[str, ...]
    items: tuple[ShownItem, ...]
    notes: tuple[str, ...]
    cites: tuple[ShownCite, ...]
    links: tuple[ShownPage, ...]
    offers: tuple[str, ...]
    outcome: Outcome
    data: Mapping[str, object]
    code: str
