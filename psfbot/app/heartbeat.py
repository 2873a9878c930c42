"""A beat every five minutes that takes the way of every alert, and an alarm when one does not come through.

It goes through psfbot's own web server, the inbox, the reading and the outbox, into a sink that tells nobody. Someone
outside is called after each one, who alarms when the calls stop: nobody inside can tell that all of psfbot is gone.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from time import monotonic

from pydantic import SecretStr

from psfbot import logs
from psfbot.errors import DeliveryError, StoreBusy, UserError
from psfbot.flows.beat import ROOM, SOURCE
from psfbot.flows.handoff import Marks
from psfbot.plugin import Configuration, Ignored, Payload, Plugin, Response, Secrets
from psfbot.relay.letter import Fate, Letter
from psfbot.relay.notice import Delivery, Notice, Parcel, Priority, Room
from psfbot.relay.ports import Platform, Store
from psfbot.relay.word import span

EVERY = timedelta(minutes=5)
FIRST = timedelta(minutes=1)
"""How long after the start the first beat goes out: first things first."""
LATE = timedelta(minutes=11)
"""Two beats in a row are missing, and the third has had its time: something stands still."""
PATIENCE = 20.0
"""Seconds that a room may take to be told past the outbox, and whoever is outside to answer."""
ALARM = "heartbeat alarm"
"""The name of the mark that remembers an alarm: what stands still, or nothing when all is well again."""
TAKEN = 202
STOPPED = (
    "HEARTBEAT: alerts have not come through psfbot since {since:%H:%M} UTC, {stage}. "
    "Until they do again, silence here is no good news; psfbot's log and /readyz say more · {whom}"
)
MOVES = "HEARTBEAT: alerts come through psfbot again, after {time}"

Post = Callable[[str, bytes], Awaitable[int]]
"""Posts a body to a path of psfbot's own web server; the status that came."""
Call = Callable[[str], Awaitable[Response]]
log = logs.get(__name__)


class Stage(StrEnum):
    """Where a beat can get stuck, in words for a room."""

    CLOCK = "nothing sends a beat: its loop stands still"
    DOOR = "webhooks are not taken: the web server or the storage does not answer"
    READING = "webhooks are taken and kept, but not read"
    DELIVERY = "webhooks are read, but the outbox is not delivered"


class Beat(Payload):
    """A beat by its id."""

    beat: str


class Unguessable(Configuration):
    """The secret that this process alone knows."""

    hook_secret: Secrets = ()


def door() -> Plugin:
    """What reads a beat: there is nothing in it to read."""
    plugin = Plugin(SOURCE, about="psfbot's own heartbeat.", settings=Unguessable)

    @plugin.alerts(Beat)
    def read(beat: Beat) -> Ignored:
        return Ignored(f"psfbot's own heartbeat {beat.beat}")

    return plugin


@dataclass
class Heartbeat:
    """Sends beats while this process leads, sees them come in, and tells when they do not.

    It is itself the platform that the beats are delivered to.
    """

    post: Post
    newest: Callable[[str, bytes], Awaitable[Letter | None]]
    store: Store
    marks: Marks
    now: Callable[[], datetime]
    leads: Callable[[], bool]
    platforms: Mapping[str, Platform]
    rooms: Callable[[], Sequence[Room]]
    whom: Callable[[], str]
    ring: Callable[[], None]
    call: Call
    outside: SecretStr | None = None
    steady: Callable[[], float] = monotonic
    secret: str = field(default_factory=lambda: token_hex(24))
    plugin: Plugin = field(default_factory=door)
    name: str = SOURCE
    ready: bool = True
    started: datetime | None = None
    sent_at: datetime | None = None
    taken_at: datetime | None = None
    came_at: datetime | None = None
    body: bytes = b""
    stuck: str = ""
    untold: tuple[Notice, ...] = ()
    outside_trouble: str = ""
    led: bool = False
    looked: tuple[datetime, float] | None = None
    calls: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def settings(self) -> Unguessable:
        """What the web server checks a beat with."""
        return Unguessable(hook_secret=(SecretStr(self.secret),))

    async def beat(self) -> None:
        """Send a beat when it is time; whoever does not lead sends none, because nobody would deliver it."""
        now = self.now()
        if await self.leading(now):
            last = self.sent_at or (self.started or now) - EVERY + FIRST
            if now - last >= EVERY:
                await self.send_one(now)

    async def look_out(self) -> None:
        """See whether beats come through; whoever sends them must not be the one who looks, lest both stand still."""
        now, before = self.now(), self.looked
        self.looked = (now, self.steady())
        if await self.leading(now):
            if before and now - before[0] - timedelta(seconds=self.looked[1] - before[1]) >= EVERY:
                log.warning("clock set forward, or machine asleep", since=before[0].isoformat())
                self.started, self.came_at = now, None  # the time that was left out says nothing about beats
            await self.watch(now)

    async def leading(self, now: datetime) -> bool:
        """Does this process lead? Then it begins to count when it took over."""
        if not self.leads():
            self.led = False
        elif not self.led or any(at and at > now + EVERY for at in (self.started, self.sent_at, self.came_at)):
            await self.take_over(now)  # anew also where the clock was set back: those times would stand for hours
        return self.led

    async def take_over(self, now: datetime) -> None:
        """Begin to count anew; an alarm that was told by whoever led before is still on."""
        self.started, self.sent_at, self.came_at, self.led = now, None, None, True  # at once: two loops may ask
        self.untold = ()
        try:
            known = (await self.marks.all()).get(ALARM)
        except StoreBusy:
            self.led = False  # else that alarm would be forgotten, and its end never told
            raise
        self.stuck = known.value if known else ""

    async def send_one(self, now: datetime) -> None:
        """Post a beat to the web server, as any sender would."""
        self.sent_at = now
        body = json.dumps({"beat": f"{now:%Y-%m-%dT%H:%M:%SZ} {token_hex(8)}"}).encode()
        try:
            status = await self.post(f"/hooks/{SOURCE}/{self.secret}", body)
        except UserError as error:
            log.warning("heartbeat not taken", reason=str(error))
            return
        if status == TAKEN:
            self.taken_at, self.body = self.now(), body
        else:
            log.warning("heartbeat not taken", status=status)

    async def send(self, parcel: Parcel) -> str:
        """A beat has come all the way: the proof is that this runs."""
        self.came_at = self.now()
        if self.outside:
            task = asyncio.ensure_future(self.call_outside(self.outside.get_secret_value()))
            self.calls.add(task)
            task.add_done_callback(self.calls.discard)
        return f"came through: {parcel.notice.text[:60]}"

    async def find(self, parcel: Parcel) -> str | None:
        """A beat of which nobody knows whether it came is sent once more."""
        del parcel
        return ""

    async def call_outside(self, url: str) -> None:
        """Let whoever is outside know; trouble with them is theirs, and told in the log once."""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self.call(url)
            fine = 200 <= answer.status < 300  # noqa: PLR2004 - a redirect leads to a page that nobody has called
            trouble = "" if fine else f"it answered {answer.status}"
        except TimeoutError:
            trouble = f"no answer within {PATIENCE:.0f} s"
        except UserError as error:
            trouble = str(error)
        if trouble != self.outside_trouble:
            log.warning("dead-man not reached", reason=trouble) if trouble else log.info("dead-man reached again")
        self.outside_trouble = trouble

    async def watch(self, now: datetime) -> None:
        """Alarm when nothing came through for too long, and say when it does again; each is told once."""
        last = max(at for at in (self.came_at, self.started, now - timedelta(days=365)) if at)
        if now - last < LATE:
            if self.stuck and self.came_at:
                await self.moves_again(now)
            return
        if self.stuck:
            self.untold = await self.around(self.untold, now)
            return
        stage = await self.stopped_at(now)
        self.stuck = stage.value
        log.error("heartbeat stopped", stage=stage.name.lower(), since=last.isoformat())
        said = STOPPED.format(since=last, stage=stage.value, whom=self.whom())
        await self.tell(said, now, around=stage in PAST_OUTBOX)
        await self.mark(now, stage.value, last)  # only now: whoever dies before that leaves it to the next leader

    async def moves_again(self, now: datetime) -> None:
        """Say that it is over."""
        known = (await self.marks.all()).get(ALARM)
        time = span(now - (known.at if known else now))
        self.stuck, self.untold = "", ()
        log.info("heartbeat comes through again")
        await self.mark(now, "", now)
        await self.tell(MOVES.format(time=time), now, around=False)

    async def mark(self, now: datetime, stage: str, since: datetime) -> None:
        """Remember an alarm or its end; the storage may be what stands still."""
        del now
        try:
            await self.marks.set(ALARM, since, stage)
        except StoreBusy as busy:
            log.warning("storage busy", work="heartbeat", reason=str(busy))

    async def stopped_at(self, now: datetime) -> Stage:
        """How far did the last beat come?"""
        if self.sent_at is None or now - self.sent_at >= LATE:
            return Stage.CLOCK
        if self.taken_at is None or now - self.taken_at >= LATE:
            return Stage.DOOR
        try:
            letter = await self.newest(SOURCE, self.body)
        except StoreBusy:
            return Stage.DOOR
        return Stage.READING if letter is None or letter.fate in {Fate.NEW, Fate.QUARANTINED} else Stage.DELIVERY

    async def tell(self, text: str, now: datetime, *, around: bool) -> None:
        """Tell the rooms for all alerts: through the outbox, or around it where that may be what stands still."""
        notices = [
            Notice(incident=0, version=0, room=room, kind=SOURCE, text=text, priority=Priority.URGENT)
            for room in self.rooms()
            if room != ROOM
        ]
        if not around:
            try:
                await self.store.write(lambda ledger: [ledger.post(notice, now) for notice in notices])
            except StoreBusy as busy:
                log.warning("storage busy", work="heartbeat", reason=str(busy))
            else:
                self.ring()
                return
        self.untold = await self.around(tuple(notices), now)

    async def around(self, notices: tuple[Notice, ...], now: datetime) -> tuple[Notice, ...]:
        """Tell rooms without the outbox; those that cannot be told now, and are to be told later."""
        done = await asyncio.gather(*(self.tell_directly(notice, now) for notice in notices))
        return tuple(notice for notice, over in zip(notices, done, strict=True) if not over)

    async def tell_directly(self, notice: Notice, now: datetime) -> bool:
        """Tell one room without the outbox; False where that is worth another try."""
        platform = self.platforms.get(notice.room.platform)
        if platform is None or not platform.ready:
            return platform is None
        parcel = Parcel(
            id=0,
            notice=notice,
            state=Delivery.SENDING,
            attempts=1,
            created_at=now,
            not_before=now,
            token=token_hex(8),
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await platform.send(parcel)
        except (DeliveryError, TimeoutError) as error:
            log.warning("alarm not told", lane=notice.room.lane, reason=str(error) or "no answer")
            return not isinstance(error, DeliveryError) or error.final  # without an answer it may have been told
        return True

    def trouble(self) -> str:
        """What stands still, in a few words; nothing while beats come through."""
        return self.stuck.partition(":")[0] if self.led else ""

    def ages(self) -> Mapping[str, float]:
        """Seconds since a beat last passed each stage; nothing of those that none has passed."""
        stages = {"sent": self.sent_at, "taken": self.taken_at, "delivered": self.came_at}
        return {stage: (self.now() - at).total_seconds() for stage, at in stages.items() if at and self.led}


PAST_OUTBOX = frozenset({Stage.DOOR, Stage.DELIVERY})
"""Where the outbox itself may be what stands still."""
