"""What the HTTP side is handed by the app, and all that it knows of the rest."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psfbot.checklists.ports import Store as Runs
from psfbot.flows.ask import Desk
from psfbot.plugin import Configuration, Plugin
from psfbot.proposals.ports import Proposals
from psfbot.relay.ports import Inbox, Store
from psfbot.web.events import Answering
from psfbot.web.limits import Limits
from psfbot.web.metrics import Counters

OK, OK_BUT = "ok", "ok, but "
"""What `ready` says of a part that is of use; behind the second one stands what is amiss with it."""


@dataclass(frozen=True)
class Parts:
    """Where webhooks go, who understands them, and whom to ask how things stand.

    `ready` names what must work for this process to be of use, with `ok` or what is
    wrong with it; what is switched off is not named. The store is asked without it.
    `bell` is rung after a webhook was stored, and must not wait. `slack` answers what
    Slack posts, where that is switched on. `checklists` is where runs of checklists are kept. `calendar`
    makes iCalendar of a rota that it is asked for, without anything private. `proposals` is where those are kept.
    `desk` answers questions, for pages.
    """

    inbox: Inbox
    store: Store
    plugins: Mapping[str, Plugin]
    plugin_settings: Mapping[str, Configuration]
    now: Callable[[], datetime]
    ready: Callable[[], Awaitable[Mapping[str, str]]]
    bell: Callable[[], None]
    counters: Counters
    limits: Limits = field(default_factory=Limits)
    slack: Answering | None = None
    calendar: Callable[[str], Awaitable[str | None]] | None = None
    checklists: Runs | None = None
    proposals: Proposals | None = None
    desk: Desk | None = None
