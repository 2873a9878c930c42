"""What works once Slack knows us: each thing that is heard counts once, is acknowledged, and then done in its turn."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from psfbot import logs
from psfbot.catalog.model import Service
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.ask import Desk
from psfbot.flows.relay import Relay
from psfbot.oncall.line import in_a_line
from psfbot.platforms.slack import reading, who
from psfbot.platforms.slack.acting import Acting
from psfbot.platforms.slack.answering import Answering
from psfbot.platforms.slack.bolt import Listener, over_socket
from psfbot.platforms.slack.calls import Calls
from psfbot.platforms.slack.checklist_acting import Ticking, lasts
from psfbot.platforms.slack.checklist_cards import Cards
from psfbot.platforms.slack.checklist_starting import wanted
from psfbot.platforms.slack.checklist_telling import Telling
from psfbot.platforms.slack.lanes import Lanes
from psfbot.platforms.slack.reading import Heard, Kind, Payload
from psfbot.platforms.slack.socket import Acknowledgement
from psfbot.relay.incident import Incident
from psfbot.store.cards import SqlCards
from psfbot.store.heard import SqlHeard

ASKED = frozenset({Kind.MENTION, Kind.DIRECT})
"""What is answered after a restart as well, as is what changes a checklist; another button is pressed again."""
STALE = timedelta(hours=1)
"""An answer to an older question helps nobody."""
AGAIN = "again"

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Slack knows it."""

    user: str
    bot: str
    team: str


@dataclass
class Office:
    """Everything between an envelope and its answer."""

    desk: Desk
    calls: Calls
    me: Me
    heard: SqlHeard
    now: Callable[[], datetime]
    bug: Callable[[Exception], object] = str
    kept: SqlCards | None = None
    lanes: Lanes = field(init=False)
    at_hand: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is being done yet."""
        self.lanes = Lanes(self.bug)

    @cached_property
    def answering(self) -> Answering:
        """Who answers questions."""
        return Answering(self.desk, self.calls)

    @cached_property
    def acting(self) -> Acting:
        """Who does what buttons say."""
        return Acting(self.desk, self.calls, self.answering, self.incident, self.ticking)

    @cached_property
    def cards(self) -> Cards | None:
        """Who keeps the messages of checklists, where this bot keeps any."""
        return Cards(self.desk, self.calls, self.kept, self.bug) if self.kept else None

    @cached_property
    def ticking(self) -> Ticking | None:
        """Who does what is pressed on checklists."""
        return Ticking(self.desk, self.cards, Telling(self.calls)) if self.cards else None

    @cached_property
    def listener(self) -> Listener:
        """Who hears what Slack sends."""
        return Listener(self.calls.client, self.me.user, self.me.bot, self.keep, self.amiss)

    async def incident(self, number: int) -> Incident | None:
        """One incident, where this bot keeps any."""
        relay: Relay | None = self.desk.ports(Relay) if self.desk.ports else None
        return await relay.look(lambda ledger: ledger.incident(number)) if relay else None

    def on_call(self, service: Service) -> str:
        """Who is on call for a service, as far as this bot was told last."""
        relay: Relay | None = self.desk.ports(Relay) if self.desk.ports else None
        return in_a_line(self.desk.book().catalog, relay.watches(), service, self.now()) if relay else ""

    def read(self, payload: Payload) -> Heard | None:
        """What a payload says to us."""
        return reading.heard(payload, self.me.user, who.people(self.desk.book().catalog))

    async def amiss(self, payload: Payload) -> Mapping[str, str]:
        """What is wrong with a form, by field, before it is taken; nothing where nobody can tell."""
        said = self.read(payload)
        if self.ticking is None or said is None or said.kind is not Kind.FORM:
            return {}
        try:
            return await self.ticking.amiss(said)
        except (StoreBusy, UserError):
            return {}

    async def keep(self, payload: Payload) -> bool:
        """Write down what was heard, before it is acknowledged; False when that was done before.

        While the storage is busy an event is left unacknowledged, so that Slack tells it again;
        what a person pressed or typed is not told again, so it is done at once.
        """
        key = reading.key_of(payload)
        if not key:
            return True
        said = self.read(payload)
        asks = said is not None and is_kept(said)
        try:
            new = await self.heard.keep(key, json.dumps(payload) if asks else "", self.now())
        except StoreBusy:
            if payload.get("event_id"):
                raise
            return True
        self.count("heard" if new else "repeated")
        if new and asks:
            self.at_hand.add(key)  # from now on, so that nobody takes it for something left over
        return new

    def begin(self, payload: Payload, *, again: bool = False) -> None:
        """Do what was heard, after all that the same person said before in the same place."""
        key, said = reading.key_of(payload), self.read(payload)
        if said is None:
            return
        self.at_hand.add(key)
        if not self.lanes.begin((said.channel, said.user), partial(self.do, said, key, again=again)):
            self.lanes.begin(key, partial(self.drop, said, key))

    async def do(self, said: Heard, key: str, *, again: bool) -> None:
        """Do it, and remember that it is done; what a restart cuts short is not."""
        try:
            if self.ticking and wanted(said):
                await self.ticking.starting.open(said)
            elif said.kind in {Kind.MENTION, Kind.DIRECT, Kind.COMMAND, Kind.SHORTCUT}:
                await self.answering.answer(said, again=again)
            else:
                await self.acting.act(said)
        except Exception as error:  # noqa: BLE001 - told once; to do it again would fail again
            self.bug(error)
        self.count("answered")
        await self.over(said, key)

    async def over(self, said: Heard, key: str) -> None:
        """It is done with; while the storage is busy it stays on the list, and its answer is found later."""
        if is_kept(said):
            with contextlib.suppress(StoreBusy):
                await self.heard.done(key)
        self.at_hand.discard(key)

    async def drop(self, said: Heard, key: str) -> None:
        """Leave something unanswered, for good."""
        log.warning("not heard out", user=said.user, channel=said.channel)
        await self.over(said, key)

    async def catch_up(self, patience: timedelta) -> None:
        """Answer what was heard, and not answered, before somebody restarted us; the oldest first."""
        for one in await self.heard.waiting(self.now() - patience):
            if one.key in self.at_hand:
                continue
            if self.now() - one.at > STALE:
                await self.heard.done(one.key)
                continue
            log.info("question taken up again", key=one.key)
            self.begin(json.loads(one.body), again=True)

    async def take(self, frame: Mapping[str, Any]) -> Acknowledgement:
        """One envelope of Socket Mode: what to acknowledge it with, and what to do then; None: it should come again."""
        request = over_socket(frame.get("payload"))
        if request is None:
            return {}, nothing  # it would be no better the next time
        response, heard = await self.listener.take(request)
        if response.status >= 500:  # noqa: PLR2004
            return None
        return said_in(response.body), partial(self.begin, request.body) if heard else nothing

    def count(self, what: str) -> None:
        """One more of it."""
        self.counts[what] = self.counts.get(what, 0) + 1


def is_kept(said: Heard) -> bool:
    """Is it done after a restart as well?"""
    return said.kind in ASKED or lasts(said)


def said_in(body: str | None) -> Mapping[str, Any]:
    """What is told with an acknowledgement, if anything is."""
    found = json.loads(body) if body and body.startswith("{") else {}
    return found if isinstance(found, dict) else {}


def nothing() -> None:
    """What there is to do about what was heard before."""
