"""Slack as the rest of psfbot sees it: a platform that takes notices, and a door for questions."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, repeat

import aiohttp

from psfbot import logs
from psfbot.catalog.book import Book
from psfbot.errors import DeliveryError, StoreBusy, UserError
from psfbot.flows.ask import Desk
from psfbot.platforms.slack import calls as web
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.delivering import Delivering
from psfbot.platforms.slack.office import Me, Office
from psfbot.platforms.slack.pacing import Pacer
from psfbot.platforms.slack.plan import Plan
from psfbot.platforms.slack.requests import Answer, answer, refusal
from psfbot.platforms.slack.signature import Proof, prove
from psfbot.platforms.slack.socket import Socket
from psfbot.relay.notice import Parcel
from psfbot.store.cards import SqlCards
from psfbot.store.heard import SqlHeard

FIRST, LONGEST = 1.0, 60.0
"""Seconds between tries to find out who we are."""
LOOK = 30.0
"""Seconds between looks for questions that nobody answered."""
PATIENCE = timedelta(minutes=2)
"""How long another process may take to answer what it heard, before we do, where any of them may hear."""
SOON = timedelta(seconds=6)
"""The same where only the one that leads hears: when we lead it does not any more, and is done within seconds."""
LAST = 3.0
"""Seconds that answers have to be given once the bot stops."""
REFUSED = "Slack refuses {which}: {why}. Compare it with the app's page on api.slack.com, and set it anew."
BOT, APP = "PSFBOT_SLACK_BOT_TOKEN", "PSFBOT_SLACK_APP_TOKEN"
NOT_YET = "not connected yet"

log = logs.get(__name__)


@dataclass
class Slack:
    """One workspace. `run` keeps us connected; `alone` says that no other process can hear for us."""

    plan: Plan
    book: Callable[[], Book]
    heard: SqlHeard
    now: Callable[[], datetime]
    bug: Callable[[Exception], object] = str
    alone: bool = False
    cards: SqlCards | None = None
    name: str = "slack"
    office: Office | None = None
    socket: Socket | None = None
    trouble: str = NOT_YET
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def preflight(self) -> None:
        """Refuse to start with tokens that Slack does not take; a network that is down is no reason to."""
        self.plan.check()
        async with web.session() as session:
            calls = self.calls(session)
            for which, method, token in ((BOT, "auth.test", ""), (APP, "apps.connections.open", self.plan.app_token)):
                if which == APP and not token:
                    continue
                try:
                    await calls.call(method, token=token)
                except Refused as refused:
                    if refused.refusal.settled:
                        raise UserError(REFUSED.format(which=which, why=refused)) from refused
                    log.warning("slack not reached", reason=str(refused))
                    return

    def calls(self, session: aiohttp.ClientSession) -> Calls:
        """The Web API on a session."""
        return Calls(self.plan.token, self.plan.url, session, Pacer(self.plan.interval))

    async def run(self, desk: Desk, stop: asyncio.Event) -> None:
        """Be on Slack until told to stop, and answer at this desk."""
        work = asyncio.ensure_future(self.stay(desk))
        ending = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([work, ending], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            for task in (work, ending):
                task.cancel()
            await asyncio.gather(work, ending, return_exceptions=True)
            await self.close()

    async def stay(self, desk: Desk) -> None:
        """Find out who we are, then hear for as long as we run."""
        office = await self.known(desk)
        tending = asyncio.ensure_future(office.cards.tend() if office.cards else asyncio.Event().wait())
        try:
            await self.hear(office)
        finally:
            tending.cancel()
            await asyncio.gather(tending, return_exceptions=True)

    async def hear(self, office: Office) -> None:
        """Hear for as long as we run, and answer what was left before."""
        patience = timedelta(0) if self.alone else PATIENCE if self.plan.signing_secrets else SOON
        pauses = chain((SOON.total_seconds(),), repeat(LOOK))
        if not self.plan.by_socket:
            while True:
                await self.catch_up(office, patience)
                await asyncio.sleep(next(pauses))
        self.socket = Socket(self.address, office.calls.session, office.take, proxy=office.calls.client.proxy)
        hearing = asyncio.ensure_future(self.socket.run())
        try:
            while not hearing.done():
                await self.catch_up(office, patience)
                await asyncio.wait([hearing], timeout=next(pauses))
            hearing.result()
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)

    async def catch_up(self, office: Office, patience: timedelta) -> None:
        """Answer what was left, and forget what is old."""
        with contextlib.suppress(StoreBusy):  # it mends by itself, and whatever is due stays due
            await office.catch_up(patience)
            await self.heard.forget(self.now())

    async def known(self, desk: Desk) -> Office:
        """The office, once Slack has told us who we are; until then we ask again and again."""
        delay = FIRST
        while True:
            try:
                return await self.open(desk)
            except Refused as refused:
                self.trouble = str(refused)
                log.warning("slack does not know us", reason=self.trouble)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST)

    async def open(self, desk: Desk) -> Office:
        """Ask Slack who we are, unless we know; everything after that shares one session."""
        async with self.opening:
            if self.office is not None:
                return self.office
            session = web.session()
            calls = self.calls(session)
            try:
                me = await calls.call("auth.test")
            except BaseException:
                await session.close()
                raise
            found = Me(str(me.get("user_id", "")), str(me.get("bot_id") or ""), str(me.get("team", "")))
            self.office = Office(desk, calls, found, self.heard, self.now, self.bug, self.cards)
            self.trouble = ""
            log.info("slack knows us", user=found.user, team=found.team)
            return self.office

    async def close(self) -> None:
        """Finish what was begun, and let go of everything."""
        office, self.office, self.socket, self.trouble = self.office, None, None, NOT_YET
        if office is not None:
            await office.lanes.end(LAST)
            await office.calls.session.close()

    async def address(self) -> str:
        """Where to connect to for Socket Mode; each address is good for one connection."""
        assert self.office is not None  # noqa: S101 - nobody connects before we are known
        found = await self.office.calls.call("apps.connections.open", token=self.plan.app_token)
        return str(found.get("url", ""))

    @property
    def ready(self) -> bool:
        """Can anything be said? A revoked token is tried all the same: each notice becomes a dead letter to be seen."""
        return self.office is not None

    @property
    def status(self) -> str:
        """How it stands, in words: `ok`, or why we cannot speak or hear."""
        if self.trouble:
            return self.trouble
        if self.socket is not None and not self.socket.connected:
            return f"hears nothing: {self.socket.trouble}"
        return "ok"

    @property
    def deaf(self) -> str:
        """Why nobody is heard, or what else is wrong although something may be said; nothing when all is well."""
        return "" if self.status == "ok" else self.status

    def numbers(self) -> Mapping[str, float]:
        """What a graph should show."""
        counts = self.office.counts if self.office else {}
        connected = float(self.socket.connected) if self.socket else float(self.ready)
        return {"connected": connected, **{f"{name}_total": float(count) for name, count in counts.items()}}

    async def send(self, parcel: Parcel) -> str:
        """Post one notice, or bring its message up to date."""
        proof = await self.watched(parcel)
        self.trouble = ""
        return proof

    async def watched(self, parcel: Parcel) -> str:
        """The same; when Slack has turned its back on us, that is what our status says."""
        try:
            return await self.delivering.send(parcel)
        except DeliveryError as error:
            cause = error.__cause__
            if isinstance(cause, Refused) and cause.refusal.revoked:
                self.trouble = str(error)
            raise

    async def find(self, parcel: Parcel) -> str | None:
        """Look a notice up in its channel's history."""
        return await self.delivering.find(parcel)

    @property
    def delivering(self) -> Delivering:
        """Who gives notices to Slack; nobody before we are known."""
        if self.office is None:
            raise DeliveryError(NOT_YET, final=False)
        cards = self.office.cards
        thread = cards.thread if cards else None
        return Delivering(self.office.calls, self.book, self.office.incident, self.office.on_call, thread)

    async def request(self, desk: Desk, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request to `/slack/events`; one that is not Slack's learns nothing."""
        proof = prove(headers, body, self.now().timestamp(), self.plan.signing_secrets)
        if proof is not Proof.GENUINE:
            log.warning("slack request refused", proof=proof.value)
            return refusal(proof)
        try:
            office = await self.open(desk)
        except Refused as refused:
            self.trouble = str(refused)
            return refusal(Proof.UNREADY)
        return await answer(office, headers, body)
