"""The IRC client that stays: it connects, logs in, joins, and begins again whenever anything ends that."""

import asyncio
import contextlib
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from psfbot import logs
from psfbot.errors import UserError
from psfbot.platforms.irc.accounts import Accounts
from psfbot.platforms.irc.backoff import Backoff
from psfbot.platforms.irc.connection import Ears, Link, NotConnected, Reactor, joinable
from psfbot.platforms.irc.fold import folding
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.listening import Asked, Listener
from psfbot.platforms.irc.login import Login
from psfbot.platforms.irc.manners import Manners
from psfbot.platforms.irc.nick import Nick
from psfbot.platforms.irc.pacing import Full, Queue, Rank
from psfbot.platforms.irc.plan import Plan
from psfbot.platforms.irc.presence import Presence
from psfbot.platforms.irc.proof import Proofs
from psfbot.platforms.irc.sts import Policies
from psfbot.platforms.irc.voice import Voice, joins
from psfbot.platforms.irc.waiting import done, happens
from psfbot.platforms.irc.watch import Watch

SOONEST, LATEST = 0.02, 15.0
"""Seconds between two looks at what time has brought, at least and at most."""
LOGIN = 60.0
"""Seconds that registration may take, with the login."""
NO_MOTD = 10.0
"""Seconds after the welcome when everything counts as said, although no message of the day came to its end."""
ARRIVING = 15.0
"""Seconds to wait for the last channels before we speak in the others."""
GOODBYE = 2.0
"""Seconds that a server has to take our QUIT."""
WINDOW = 6
"""Lines that may be on their way before the server has shown that it reads them; what a stall lets go comes at once."""
MUTED = 0.25
"""Seconds between two looks while we are on our way into channels."""
LOGGED_OUT = "901"

log = logs.get(__name__)


@dataclass
class Client:
    """One bot on one network; `ask` is handed each question."""

    plan: Plan
    ask: Callable[[Asked], None]
    wanted: tuple[str, ...] = ()
    bug: Callable[[Exception], object] = str
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    draw: Callable[[], float] = random.random
    latest: float = LATEST
    status: str = "not connected yet"
    trouble: str = ""
    connects: int = 0
    link: Link | None = None
    login: Login | None = None
    since: float = 0.0
    welcomed_at: float = 0.0
    upgraded: int | None = None
    absences: dict[str, str] = field(default_factory=dict)
    asked_behind: int = 0
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    fold: Callable[[str], str] = field(default_factory=lambda: folding("rfc1459"))

    def folded(self, name: str) -> str:
        """A name in the network's lower case, which may be known only after the first lines."""
        return self.fold(name)

    @cached_property
    def voice(self) -> Voice:
        """What speaks."""
        pace = Queue(self.plan.burst, self.plan.interval, window=WINDOW if self.plan.interval else 0)
        return Voice(pace, Proofs(self.folded), self.clock, self.bug, choked=self.choked)

    @cached_property
    def listener(self) -> Listener:
        """What hears."""
        manners = Manners(burst=self.plan.questions, every=self.plan.question_every)
        return Listener(
            Accounts(self.folded), manners, self.folded, self.ask, self.reply, self.command, self.stirred.set, self.wall
        )  # fmt: skip

    @cached_property
    def presence(self) -> Presence:
        """Where we are."""
        return Presence(self.wanted or self.plan.channels, self.folded)

    @cached_property
    def nick(self) -> Nick:
        """Who we are."""
        return Nick(self.plan.nick, self.plan.nick, self.folded)

    @cached_property
    def watch(self) -> Watch:
        """Whether the server lives."""
        return Watch(quiet=self.plan.quiet, deadline=self.plan.deadline)

    @cached_property
    def backoff(self) -> Backoff:
        """When to connect."""
        least, most = self.plan.waits
        return Backoff(least=least, most=most, per_minute=self.plan.per_minute, draw=self.draw)

    @cached_property
    def policies(self) -> Policies:
        """Which servers want TLS."""
        known = Policies(self.plan.folder, lambda trouble: log.warning("sts not kept", reason=trouble))
        known.load()
        return known

    @property
    def ready(self) -> bool:
        """Are we in, and may we speak?"""
        return self.link is not None and not self.voice.muted

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until told to stop."""
        while not stop.is_set():
            if await happens(stop, self.backoff.wait(self.clock())):
                break
            self.backoff.attempt(self.clock())
            upgraded = self.upgraded
            try:
                await self.session(stop)
            except (OSError, UserError, EOFError) as error:
                self.trouble = str(error) or type(error).__name__
            finally:
                self.over()
            if self.upgraded == upgraded and not stop.is_set():
                self.backoff.lost(self.clock())
                again = round(self.backoff.wait(self.clock()), 1)
                self.status = f"not connected: {self.trouble}"
                log.warning("irc not connected", reason=self.trouble, again_in=again, host=self.plan.host)
        self.status = "stopped"

    def endpoint(self) -> tuple[int, bool]:
        """Which port, and whether with TLS: as set, unless the server insists on TLS."""
        if self.plan.tls:
            return self.plan.port, True
        port = self.policies.port(self.plan.host, self.wall()) or self.upgraded
        return (port, True) if port else (self.plan.port, False)

    async def session(self, stop: asyncio.Event) -> None:
        """One connection from its beginning to its end."""
        port, tls = self.endpoint()
        over = asyncio.Event()
        trust, self.link = self.plan.trust, Reactor().server()
        ears = Ears(self.heard, lambda _: over.set(), self.voice.flush, self.bug, trust.check)
        self.status = f"connecting to {self.plan.host}, port {port}"
        if self.trouble:
            self.status += f", after {self.trouble}"
        opening = asyncio.ensure_future(self.link.open(self.plan.host, port, ears, trust.context() if tls else None))
        if not await done(opening, stop):
            return
        self.connects += 1
        self.since, self.welcomed_at = self.clock(), 0.0
        credentials = self.plan.credentials
        private = tls or self.plan.loopback
        self.login = Login(
            self.plan.nick, self.plan.realname, credentials, private, tls, secrets.token_urlsafe, self.draw
        )  # fmt: skip
        self.voice.up(self.link)
        self.voice.put(self.login.begin(), Rank.AUTH)
        while not over.is_set() and not stop.is_set():
            self.stirred.clear()
            await happens(over, self.until_next(), stop, self.stirred)
            try:
                self.tick()
            except Exception as error:  # noqa: BLE001 - as with a line: the client must outlive any bug behind it
                self.bug(error)
        if stop.is_set():
            await self.leave(self.link, "stopped by its operator; back soon", over)
        self.trouble = self.link.reason

    async def leave(self, link: Link, reason: str, over: asyncio.Event) -> None:
        """Say goodbye, and wait a moment for the server to hear it."""
        with contextlib.suppress(NotConnected):
            link.send(f"QUIT :{reason}")
            await happens(over, GOODBYE)
        link.hang_up(reason)

    def over(self) -> None:
        """The connection is no more."""
        link, self.link = self.link, None
        if link and link.secure:
            self.policies.renew(self.plan.host, self.wall())
        if link and not link.done:
            link.hang_up(self.trouble or "stopped")
        self.voice.down()
        self.presence.lost()
        self.listener.lost()
        self.login = None

    def heard(self, line: Line) -> None:
        """Hand a line of the server to everybody who may learn from it."""
        now, login = self.clock(), self.login
        if login is None or self.link is None:
            return
        self.alive(line, now)
        if line.command == "PRIVMSG" and self.welcomed_at and not self.nick.is_me(line.nick):
            self.voice.heard(line)  # what others say changes nothing about who and where we are
            self.listener.heard(line, now)
            return
        self.voice.put(login.heard(line), Rank.AUTH)
        if line.command in {"CAP", "005"}:
            self.agreed(login, self.link)
        if login.fault:
            self.fail(login)
            return
        if not login.welcome:
            return
        if not self.welcomed_at:
            self.welcomed(login, now)
        self.voice.put(self.nick.heard(line, now), Rank.AUTH)
        self.named()
        self.voice.put(self.presence.heard(line, now), Rank.JOIN)
        self.voice.heard(line)
        self.listener.heard(line, now)
        if line.command == LOGGED_OUT and self.plan.credentials.required:
            self.hang_up("the server logged us out of the account")
        elif line.command not in {"PRIVMSG", "PONG"}:
            self.tend(now)
            self.stirred.set()

    def alive(self, line: Line, now: float) -> None:
        """Any line shows that the server lives; a PING is answered before all else."""
        if line.command == "PONG":
            if self.watch.pong(line.text, now):
                self.arrived(now)
            return
        self.watch.heard(now)
        if line.command == "PING":
            self.voice.put([f"PONG :{line.text}"], Rank.PONG)

    def arrived(self, now: float) -> None:
        """The server has read all that was sent before our PING; where that came late, perhaps all of it just now."""
        late = self.watch.lag > self.plan.interval
        self.voice.queue.arrived(self.asked_behind, now if late else None)
        self.voice.flush()

    def choked(self) -> None:
        """Too much is on its way without a sign that it arrives: ask for one."""
        self.ping(early=True)

    def ping(self, *, early: bool = False) -> None:
        """Ask the server for a sign of life, if it is time."""
        if token := self.watch.ping(self.clock(), early=early):
            self.asked_behind = next(reversed(self.voice.queue.flying), 0)
            self.voice.put([f"PING :{token}"], Rank.PONG)

    def agreed(self, login: Login, link: Link) -> None:
        """Capabilities or what the server supports have changed."""
        on = frozenset(login.caps.on)
        accounts, features = self.listener.accounts, link.features
        accounts.caps = self.voice.proofs.caps = on
        accounts.whox = features.has("WHOX")
        self.fold = folding(features.word("CASEMAPPING", "rfc1459"))
        self.listener.prefixes = features.word("CHANTYPES", "#&")
        self.listener.statusmsg = features.word("STATUSMSG")
        self.nick.monitor = features.has("MONITOR")
        if link.secure and login.caps.listed and login.caps.sts:
            self.policies.learn(self.plan.host, login.caps.sts, link.port, self.wall())

    def named(self) -> None:
        """Everybody who needs our nick has it."""
        nick = self.nick.current
        if self.listener.nick != nick:
            self.listener.nick = self.listener.accounts.nick = self.presence.nick = self.voice.proofs.nick = nick

    def welcomed(self, login: Login, now: float) -> None:
        """The network let us in."""
        self.welcomed_at = now
        self.trouble = ""
        self.backoff.registered(now)
        self.voice.queue.fresh()
        self.watch.start(now)
        self.nick = Nick(self.plan.nick, login.current, self.folded, logged_in=login.logged_in)
        self.status = f"connected to {self.plan.host} as {login.current}"
        log.info("irc connected", host=self.plan.host, nick=login.current, account=login.account or "none")
        if login.warning:
            log.warning("irc without login", reason=login.warning)

    def fail(self, login: Login) -> None:
        """Registration cannot go on: leave at once, so that there is no session without a login."""
        if login.upgrade:
            self.upgraded = login.upgrade.port
        self.hang_up(login.fault)

    def hang_up(self, reason: str) -> None:
        """End the connection for a reason of ours."""
        link = self.link
        if link and not link.reason:
            with contextlib.suppress(NotConnected):
                link.send("QUIT :I try again later")
            link.hang_up(reason, gently=True)

    def tend(self, now: float) -> None:
        """Go where we should be, by the nick that we should have; speak once we are there."""
        login, link = self.login, self.link
        if login is None or link is None or not (login.ready or now - self.welcomed_at >= NO_MOTD):
            return
        login.ready = True
        if (mode := link.features.word("BOT")) and not self.nick.marked:
            self.nick.marked = True
            self.voice.put([f"MODE {self.nick.current} +{mode}"], Rank.AUTH)
        self.voice.put(self.nick.due(now), Rank.AUTH)
        self.join(link, now)
        if self.voice.muted and (now - self.welcomed_at >= ARRIVING or self.arrived_everywhere()):
            self.voice.unmute()
        self.tell_absences()

    def arrived_everywhere(self) -> bool:
        """Is there a yes or a no from each channel?"""
        presence = self.presence
        return all(name in presence.joined or name in presence.trouble for name in presence.channels)

    def join(self, link: Link, now: float) -> None:
        """Ask to be let in where we are not, in as few lines as the network allows, and no faster than it bears."""
        most = joinable(link.features)
        while not self.voice.joining and (channels := self.presence.due(now, most)):
            self.voice.put(joins(channels), Rank.JOIN)

    def tell_absences(self) -> None:
        """Log what keeps us out of a channel, once, and that it is over."""
        known, self.absences = self.absences, dict(self.presence.trouble)
        for channel, why in self.absences.items():
            if known.get(channel) != why:
                log.warning("irc not in a channel", channel=channel, reason=why)
        for channel in known.keys() - self.absences.keys():
            if self.presence.inside(channel):
                log.info("irc in a channel again", channel=channel)

    def tick(self) -> None:
        """What time brings about."""
        now, login, link = self.clock(), self.login, self.link
        if login is None or link is None or link.reason:
            return
        if not login.welcome:
            if now - self.since >= LOGIN:
                self.hang_up(f"registration was not over after {LOGIN:g} seconds")
            return
        self.ping()
        if self.watch.dead(now):
            link.hang_up(f"the server gave no sign of life for {self.plan.deadline:g} seconds")
            return
        self.listener.tick(now)
        self.tend(now)

    def until_next(self) -> float:
        """Seconds until time brings something about."""
        now, login = self.clock(), self.login
        if login is None or not login.welcome:
            return max(SOONEST, min(self.latest, self.since + LOGIN - now))
        waits = [self.latest, self.watch.wait(now)]
        if self.voice.muted or self.voice.joining:
            waits.append(MUTED)
        else:
            waits += [
                wait
                for wait in (self.presence.wait(now), self.nick.wait(now), self.listener.wait(now))
                if wait is not None
            ]
        return max(SOONEST, min(waits))

    def command(self, text: str) -> None:
        """Ask the server something, or answer it in passing."""
        with contextlib.suppress(Full):
            self.voice.put([text], Rank.REPLY)

    def reply(self, target: str, *lines: str) -> None:
        """Say something to a room or a person; what nobody could read any more in such a flood is left out."""
        try:
            self.voice.say(target, lines, self.nick.prefix)
        except Full as full:
            log.warning("answer dropped", reason=str(full))

    def numbers(self) -> Mapping[str, float]:
        """What a graph should show."""
        return {
            "connected": float(self.ready),
            "channels": float(len(self.presence.joined)),
            "queue_depth": float(self.voice.queue.depth),
            "lag_seconds": self.watch.behind(self.clock()) if self.link else 0.0,
            "flood_waits_total": float(self.voice.queue.waits),
            "reconnects_total": float(max(0, self.connects - 1)),
        }
