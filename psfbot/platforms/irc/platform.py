"""IRC as the rest of psfbot sees it: a platform that takes notices, and a door for questions."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from psfbot import logs
from psfbot.catalog.book import Book
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.message import Message, Speaker
from psfbot.errors import DeliveryError
from psfbot.flows.ask import NOT_UNDERSTOOD, Desk, Reply
from psfbot.platforms.irc.client import Client
from psfbot.platforms.irc.hearing import Heard
from psfbot.platforms.irc.listening import Asked
from psfbot.platforms.irc.pacing import Rank
from psfbot.platforms.irc.plan import Plan
from psfbot.platforms.irc.safe import one_line, plain
from psfbot.relay.incident import Happening
from psfbot.relay.notice import Notice, Parcel, Priority
from psfbot.relay.word import NO_ROTA

PAGE = 4
"""Lines of an answer before `more`."""
REPEAT = " (repeat?)"
ON_CALL = "On call: "
WAITING = frozenset(
    {
        Happening.OPENED, Happening.REOPENED, Happening.RELEASED, Happening.WORSE, Happening.REMINDED,
        Happening.GROUPED,
    }
)  # fmt: skip
"""What happened to a problem that somebody should take."""
RANKS = {Priority.VITAL: Rank.URGENT, Priority.BULK: Rank.BULK}
"""Before whom a notice goes that is no usual one: what is vital waits for no other room and no answer."""
CHANNEL = "#&+!"
NOT_IN = "psfbot is not in {channel}: {why}"
UNWANTED = "nobody asked psfbot to be there; add it to PSFBOT_IRC_CHANNELS"
LATER = 5.0
"""Seconds after which a channel that we are not in is worth another look: as long as before the first try to join."""
AT_ONCE = 20
"""Questions that are answered in one turn of the loop: others wait no longer than a few milliseconds."""
MOST_WAITING = 20
"""Questions of one person that wait for the answer to the one before."""
UNKNOWN_COMMAND = NOT_UNDERSTOOD.partition("'")[0]

log = logs.get(__name__)


@dataclass(frozen=True)
class Known:
    """What a catalog says of IRC: whose account is whose, and which channels are public."""

    book: Book
    fold: Callable[[str], str]
    people: dict[str, str]
    public: dict[str, bool]

    @classmethod
    def of(cls, book: Book, fold: Callable[[str], str]) -> Self:
        """Look it up in the whole catalog, once; of several rooms with one channel, one that is public decides."""
        public: dict[str, bool] = {}
        for room in book.catalog.rooms.values():
            if room.irc:
                public[fold(room.irc)] = room.public or public.get(fold(room.irc), False)
        people = {one.irc.casefold(): one.id for one in book.catalog.people.values() if one.irc}
        return cls(book, fold, people, public)


@dataclass
class Irc:
    """One network. `run` keeps it connected; without it nothing is ready."""

    plan: Plan
    book: Callable[[], Book]
    bug: Callable[[Exception], object] = str
    name: str = "irc"
    desk: Desk | None = None
    talks: dict[str, deque[Asked]] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    names: Known | None = None
    answered: tuple[int, int] = (0, 0)

    @cached_property
    def client(self) -> Client:
        """The client, which knows nothing of the catalog."""
        return Client(self.plan, self.asked, self.channels(), self.bug)

    def channels(self) -> tuple[str, ...]:
        """The channels to be in: those of the settings, and the catalog's rooms that hear alerts."""
        rooms = (room for room in self.book().catalog.rooms.values() if room.alerts != "none")
        return (*self.plan.channels, *(room.irc for room in rooms if room.irc))

    async def run(self, desk: Desk, stop: asyncio.Event) -> None:
        """Be on IRC until told to stop, and answer at this desk."""
        self.desk = desk
        try:
            await self.client.run(stop)
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            self.talks.clear()

    @property
    def ready(self) -> bool:
        """Can anything be said?"""
        return self.client.ready

    @property
    def status(self) -> str:
        """How it stands, in words: the link, and each channel that we should be in and are not."""
        trouble = (f"{channel}: {why}" for channel, why in self.client.presence.trouble.items())
        return "; ".join([self.client.status, *trouble])

    @property
    def remark(self) -> str:
        """Which channels we are kept out of, and why; nothing when we are where we should be."""
        trouble = self.client.presence.trouble.items()
        return "; ".join(f"not in {channel}: {why}" for channel, why in trouble)

    def numbers(self) -> Mapping[str, float]:
        """What a graph should show."""
        return self.client.numbers()

    async def send(self, parcel: Parcel) -> str:
        """Say one short line, and return the server's proof that it was passed on.

        What only brings a message up to date is left out: a line on IRC stays as it was said.
        """
        if parcel.notice.quiet:
            return parcel.posted
        room = parcel.notice.room.name
        self.follow()
        presence = self.client.presence
        if room[:1] in CHANNEL and not presence.inside(room):
            why = presence.trouble.get(presence.known(room), "not joined yet") if presence.known(room) else UNWANTED
            raise DeliveryError(NOT_IN.format(channel=room, why=why), final=not presence.known(room), wait=LATER)
        text = plain(said(parcel.notice)) + (REPEAT if parcel.repeat else "")
        rank = RANKS.get(parcel.notice.priority, Rank.ALERT)
        return await self.client.voice.deliver(room, text, self.client.nick.prefix, rank)

    async def find(self, parcel: Parcel) -> str | None:
        """Nobody can tell: IRC keeps no history that everybody may read."""
        del parcel
        return None

    def follow(self) -> None:
        """The catalog may want the bot in other channels than before."""
        if self.channels() != self.client.presence.wanted:
            self.client.voice.put(self.client.presence.want(self.channels()), Rank.JOIN)
            self.client.tick()

    def asked(self, asked: Asked) -> None:
        """Somebody asks: one person's questions are answered in their order, and nobody waits for another's.

        What needs nothing but the catalog is answered before anything else is read, unless many ask at once.
        """
        who = asked.account or self.client.folded(asked.heard.nick)
        if who in self.talks:
            if len(self.talks[who]) < MOST_WAITING:
                self.talks[who].append(asked)
            return
        if self.desk and self.in_time() and (reply := self.desk.at_once(self.message(asked))):
            self.say(asked.heard, reply)
            return
        self.talks[who] = deque([asked])
        task = asyncio.create_task(self.talk(who))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def in_time(self) -> bool:
        """May one more be answered before the loop looks at anything else? It does so after each read of the link."""
        reads = self.client.link.reads if self.client.link else 0
        self.answered = (reads, self.answered[1] + 1 if self.answered[0] == reads else 1)
        return self.answered[1] <= AT_ONCE

    async def talk(self, who: str) -> None:
        """Answer what one person asks, until they ask no more."""
        questions = self.talks[who]
        try:
            while questions:
                await self.answer(questions.popleft())
        except Exception as error:  # noqa: BLE001 - a bug in one talk is told, and harms no other
            self.bug(error)
        finally:
            self.talks.pop(who, None)

    async def answer(self, asked: Asked) -> None:
        """Answer one question, in its room."""
        assert self.desk is not None  # noqa: S101 - nobody asks before `run`
        self.say(asked.heard, await self.desk.answer(self.message(asked)))

    def say(self, heard: Heard, reply: Reply) -> None:
        """Say an answer where the question was asked."""
        if heard.bang and heard.channel and for_another_bot(heard.text, reply.answer):
            return
        self.client.reply(heard.reply_to, *self.lines(reply, heard.nick if heard.channel else ""))

    def lines(self, reply: Reply, nick: str) -> list[str]:
        """An answer as it is said; in a channel it begins with whom it is for."""
        first, *rest = map(plain, reply.lines or ("",))
        return [f"{one_line(nick)}: {first}" if nick else first, *rest]

    def message(self, asked: Asked) -> Message:
        """A question as the desk takes it: with the person whose account asks, and the room with its rules."""
        heard, book = asked.heard, self.book()
        speaker = Speaker(heard.nick, asked.account, self.person(asked.account, book))
        return Message(heard.text, speaker, self.name, heard.channel, self.public(heard.channel, book), PAGE)

    def person(self, account: str | None, book: Book) -> str | None:
        """Whose account it is, by the catalog."""
        return None if account is None else self.known(book).people.get(account.casefold())

    def public(self, channel: str | None, book: Book) -> bool:
        """May anybody be listening? In private nobody does; a channel is public unless the catalog says otherwise."""
        return channel is not None and self.known(book).public.get(self.client.folded(channel), True)

    def known(self, book: Book) -> Known:
        """What this catalog says of IRC."""
        fold = self.client.fold
        if self.names is None or self.names.book is not book or self.names.fold is not fold:
            self.names = Known.of(book, fold)
        return self.names


def said(notice: Notice) -> str:
    """The one line of a notice; of a problem that waits for somebody, who is on call and what to type."""
    if not notice.incident or notice.kind not in WAITING:
        return notice.text
    on_call = next((line for line in notice.lines if line.startswith(ON_CALL) and NO_ROTA not in line), "")
    call = [on_call[:1].lower() + on_call[1:].rstrip(".")] if on_call else []
    order = [] if f"ack {notice.incident}" in notice.text else [f"!ack {notice.incident}"]
    return " · ".join([notice.text, *call, *order])


def for_another_bot(text: str, answer: Answer) -> bool:
    """Did a `!` call some other bot of the channel? So it seems when we cannot make anything of it, nor guess."""
    nothing = f"called '{text.strip()}'" in answer.fact and "Did you mean" not in answer.fact
    return answer.fact.startswith(UNKNOWN_COMMAND) or (answer.outcome is Outcome.NOT_FOUND and nothing)
