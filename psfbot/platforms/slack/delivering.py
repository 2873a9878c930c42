"""Alerts from the outbox: posted once, brought up to date in place, with what happened in the thread below."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, Service
from psfbot.errors import DeliveryError
from psfbot.platforms.slack import notices
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.trouble import LOST, as_delivery
from psfbot.relay.incident import Incident
from psfbot.relay.notice import Notice, Parcel
from psfbot.relay.word import below, where_and_whom

BEFORE = timedelta(minutes=10)
"""How far before a notice was made a search for it begins: clocks differ."""
WAITS = "Slack asked to be left alone in this channel"
PATIENT = 2.0
"""Seconds of silence that a notice waits out; a longer one is left to the outbox."""


@dataclass
class Delivering:
    """Gives notices to Slack."""

    calls: Calls
    book: Callable[[], Book]
    incident: Callable[[int], Awaitable[Incident | None]]
    on_call: Callable[[Service], str]
    thread: Callable[[int, str], Awaitable[str]] | None = None

    async def send(self, parcel: Parcel) -> str:
        """Post or update, and return the message's address as the proof."""
        room = parcel.notice.room.name
        if (wait := self.calls.pacer.held(room)) > PATIENT:
            raise DeliveryError(WAITS, final=False, wait=wait)
        try:
            return await self.put(parcel, room)
        except Refused as refused:
            raise as_delivery(refused.refusal, parcel.attempts) from refused

    async def put(self, parcel: Parcel, room: str) -> str:
        """Bring the message up to date that is there already, or post one."""
        if thread := await self.thread_of(parcel.notice):
            channel, ts = await self.calls.post(room, notices.entry(parcel), about(parcel), thread=thread)
            return f"{channel}:{ts}"
        card = notices.card(parcel, await self.facts(parcel.notice))
        if parcel.posted:
            channel, ts = address(parcel.posted)
            try:
                await self.calls.update(channel, ts, card)
            except Refused as refused:
                if refused.refusal.code not in LOST:
                    raise
            else:
                await self.log(parcel, channel, ts)
                return parcel.posted
        channel, ts = await self.calls.post(room, card, about(parcel))
        return f"{channel}:{ts}"

    async def thread_of(self, notice: Notice) -> str:
        """The message of the checklist that a notice is about: what happens to it is told in its thread."""
        return await self.thread(notice.run, notice.room.name) if self.thread and notice.run else ""

    async def log(self, parcel: Parcel, channel: str, ts: str) -> None:
        """Say in the thread what happened, once, however often the parcel is sent."""
        if parcel.notice.quiet:
            return
        if parcel.attempts > 1 and await self.calls.find(channel, about(parcel), since(parcel), thread=ts):
            return
        await self.calls.post(channel, notices.entry(parcel), about(parcel), thread=ts)

    async def find(self, parcel: Parcel) -> str | None:
        """The address of a parcel's message, by its metadata: "" when it is surely not there."""
        try:
            if not parcel.posted:
                thread = await self.thread_of(parcel.notice)
                found = await self.calls.find(parcel.notice.room.name, about(parcel), since(parcel), thread=thread)
                return f"{parcel.notice.room.name}:{found}" if found else found
            if parcel.notice.quiet:
                return ""  # to bring the same message up to date twice harms nobody
            channel, ts = address(parcel.posted)
            found = await self.calls.find(channel, about(parcel), since(parcel), thread=ts)
        except Refused as refused:
            refusal = refused.refusal
            raise DeliveryError(refusal.sentence, final=refusal.final, wait=refusal.wait) from refused
        return parcel.posted if found else found

    async def facts(self, notice: Notice) -> tuple[str, ...]:
        """Where the service runs and whom to ask, while somebody needs that and the notice itself does not tell."""
        if notice.lines or not notice.incident or notices.is_over(notice):
            return ()
        incident = await self.incident(notice.incident)
        catalog = self.book().catalog
        service = catalog.services.get(incident.service or "") if incident else None
        return facts(service, catalog, self.on_call(service)) if service else ()


def facts(service: Service, catalog: Catalog, on_call: str = "") -> tuple[str, ...]:
    """Where a service runs, whom to ask, who is on call, and how to reach them."""
    return (f"Runs {' · '.join(where_and_whom(service, catalog))}", *below(service, catalog, on_call))


def about(parcel: Parcel) -> Mapping[str, str]:
    """What the metadata of a parcel's message says; the time tells databases apart that were begun anew."""
    return {"parcel": str(parcel.id), "made": parcel.created_at.isoformat()}


def since(parcel: Parcel) -> float:
    """The earliest time at which its message may have been posted."""
    return (parcel.created_at - BEFORE).timestamp()


def address(proof: str) -> tuple[str, str]:
    """The channel and the id of a message."""
    channel, _, ts = proof.partition(":")
    return channel, ts
