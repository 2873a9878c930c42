"""A page: somebody is called on purpose; and what else a pager is told about it later."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from psfbot.oncall.shift import Known

LONGEST = 1000
"""Characters of a page's text that every pager takes."""


class Signal(StrEnum):
    """What a pager is told: call somebody, somebody has it, it is over, somebody wrote something down."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    NOTE = "note"


class Paging(Known):
    """One thing to tell a pager.

    `key` is what makes it one of a kind: told twice, it calls once. `incident` is the
    pager's own id of an incident that it opened itself, where there is one. `before` is set
    when it may have been told already: it is when somebody first asked for it, and what would
    stand there twice is looked for since then.
    """

    signal: Signal
    key: str
    text: str = ""
    about: str = ""
    source: str = "psfbot"
    severity: Literal["critical", "error", "warning", "info"] = "critical"
    by: str = ""
    incident: str = ""
    before: datetime | None = None


class Asked(StrEnum):
    """Where a page stands: asked for, being sent, sent, or not."""

    ASKED = "asked"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Page(Known):
    """A page that somebody asked for, and what became of it. `answer` is what they were told in the end."""

    key: str
    place: str
    rota: str
    people: tuple[str, ...] = ()
    about: str
    text: str
    author: str
    asked_at: datetime
    state: Asked = Asked.ASKED
    answer: str = ""


def page_key(place: str, about: str, text: str, at: datetime) -> str:
    """A name for a page: asked for twice in one moment and place, it is still one page."""
    words = "\n".join((place, about, text, at.isoformat(timespec="seconds")))
    return f"psfbot-{sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
