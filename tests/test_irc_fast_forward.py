"""A week on IRC in seconds: ten thousand faults, and the client is never stuck, never knocks too often, never grows.

PSFBOT_TEST_SEED draws another week; a failure names its seed. A normal run has half the faults: the whole week is
PSFBOT_TEST_FAULTS=10000.
"""

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from chaos import SEED, amount, figures
from irc_world import OFFERED, Visit, World

from psfbot.errors import DeliveryError
from psfbot.platforms.irc.client import Client
from psfbot.platforms.irc.listening import Asked
from psfbot.platforms.irc.pacing import Rank
from psfbot.platforms.irc.plan import Plan
from psfbot.platforms.irc.sasl import Credentials

WEEK = 7 * 24 * 3600.0
FAULTS, ROUNDS = amount("FAULTS", 5_000), 100
CALM = 1200.0
"""Seconds without a new fault at the end of each round; the longest wait for a link is 300 s, for a channel 600 s."""
HEALING = 90.0
"""Seconds after which what went wrong with the network is right again, at most."""
CROWD = 100
"""People who are remembered at most; far fewer than usual, so that a week is long enough to meet more."""
GROWTH = 500
"""Blocks of memory that may come with the last 7,500 faults: the size of a few questions that wait."""
OPS, DEV = "#ops", "#dev"
REFUSALS = ("403", "405", "437", "471", "473", "474", "475", "477", "480", "489", "")
"""Why a channel lets nobody in; the last one is no answer at all."""
BREAKS = ("closes", "resets", "kills", "ends our session", "is a black hole", "hears nothing", "congests", "babbles")
LINES = ("kicks", "bans", "renames", "logs us out", "drops a capability", "crowds", "is broken", "floods", "refuses")
"""What a server does to a link, and what it says on one."""
SWITCHES = {"there is no such host": "no_host", "the port is closed": "refuses", "nobody answers": "silent",
            "services are locked": "locked", "the nick is taken": "taken", "nothing is heard": "deaf"}  # fmt: skip
WEATHER = (*SWITCHES, "we come too often", "we are banned", "capabilities change", "a channel is closed")
"""What a network is like for a while."""


BOOM = "question 3"


class Boom(Exception):
    """A bug in what answers people."""


@dataclass
class Week:
    """The world, the client in it, and what was seen."""

    world: World
    draw: Random
    bugs: Counter[type[Exception]] = field(default_factory=Counter)
    happened: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    blocks: list[int] = field(default_factory=list)
    strangers: int = 0

    def __post_init__(self) -> None:
        plan = Plan(
            "127.0.0.1", 6667, tls=False, channels=(OPS, DEV), credentials=Credentials("psfbot", "correct-horse")
        )
        clock = self.world.time
        self.client = Client(plan, self.asked, bug=self.bug, clock=clock, wall=clock, draw=self.draw.random)
        self.client.listener.manners.limit = self.client.listener.accounts.limit = CROWD

    def bug(self, error: Exception) -> None:
        self.bugs[type(error)] += 1

    def asked(self, asked: Asked) -> None:
        if asked.heard.text == BOOM:
            raise Boom
        self.client.reply(asked.heard.reply_to, f"answer to {asked.heard.text} by {asked.account}")

    @property
    def well(self) -> bool:
        client = self.client
        return client.ready and client.presence.joined == {OPS, DEV} and client.nick.current == "psfbot"

    @property
    def state(self) -> str:
        client = self.client
        return (
            f"seed {SEED}: {client.status}, {client.numbers()}, in {client.presence.joined}, {client.presence.trouble}"
        )

    async def live(self) -> None:
        """All of it, one round after the other."""
        stop = asyncio.Event()
        running, telling = asyncio.ensure_future(self.client.run(stop)), asyncio.ensure_future(self.tell_now_and_then())
        for number in range(ROUNDS):
            await self.suffer(WEEK / ROUNDS - CALM)
            await self.recover(f"round {number}")
            assert not running.done()
            assert not telling.done()
            gc.collect()
            self.blocks.append(sys.getallocatedblocks())
        stop.set()
        await asyncio.wait_for(running, 60)
        telling.cancel()
        await asyncio.wait([telling])

    async def suffer(self, seconds: float) -> None:
        """So many faults in so much time, most apart from each other, some all at once."""
        draw, begun = self.draw, self.world.time()
        moments = [
            draw.uniform(0, seconds) if draw.random() < 0.8 else draw.gauss(seconds / 2, 20)
            for _ in range(FAULTS // ROUNDS)
        ]
        for moment in sorted(moments):
            await asyncio.sleep(max(0.0, begun + moment - self.world.time()))
            self.fault()
        await asyncio.sleep(max(0.0, begun + seconds - self.world.time()))

    def fault(self) -> None:
        """One fault, of a kind that can happen now."""
        visit = self.world.inside
        kind = self.draw.choice((*BREAKS, *LINES, *LINES) if visit and self.draw.random() < 0.9 else WEATHER)
        self.happened[kind] += 1
        if visit is None or kind in WEATHER:
            self.change(kind)
        elif kind in BREAKS:
            self.break_off(kind, visit)
        else:
            visit.tell(*self.lines(kind, visit))

    def later(self, undo: Callable[[], object]) -> None:
        """Put something right again some time later."""
        self.world.call_later(self.draw.uniform(1, HEALING), undo)

    def change(self, kind: str) -> None:
        """The weather, until it is better."""
        world = self.world
        if name := SWITCHES.get(kind):
            setattr(world, name, True)
            self.later(lambda: setattr(world, name, False))
        elif kind == "capabilities change":
            world.caps = self.draw.choice((*OFFERED, ("account-tag",)))
            self.later(lambda: setattr(world, "caps", self.draw.choice(OFFERED)))
        elif kind == "a channel is closed":
            self.close(self.draw.choice((OPS, DEV)))
        else:
            world.greeting = "Trying to reconnect too fast." if kind == "we come too often" else "K-Lined"
            self.later(lambda: setattr(world, "greeting", ""))

    def close(self, room: str) -> None:
        """Let nobody into a channel for a while."""
        self.world.closed_to[room] = self.draw.choice(REFUSALS)
        self.later(lambda: self.world.closed_to.pop(room, None))

    def break_off(self, kind: str, visit: Visit) -> None:
        """Something is wrong with the connection."""
        match kind:
            case "closes":
                visit.end()
            case "resets":
                visit.end(ConnectionResetError(104, "Connection reset by peer"))
            case "kills" | "ends our session":
                visit.tell(
                    *[f":{visit.mask} QUIT :Killed"] * (kind != "kills"), "ERROR :Closing Link: (Killed (op (no)))"
                )
                visit.end()
            case "is a black hole":
                visit.deaf = visit.mute = True
            case "hears nothing":
                visit.deaf = True
                self.chatter(visit)
            case "congests":
                visit.congest()
                self.later(visit.flow)
            case "babbles":
                visit.send(self.draw.randbytes(self.draw.randrange(1, 300)) + b"\r\n")

    def chatter(self, visit: Visit) -> None:
        """Others talk on, while nothing that we say arrives."""
        if not visit.over:
            visit.tell(f":alice!alice@alice.test PRIVMSG {OPS} :nothing of interest")
            self.world.call_later(20, self.chatter, visit)

    def lines(self, kind: str, visit: Visit) -> list[str]:
        """What is no pleasure to hear."""
        room, me = self.draw.choice((OPS, DEV)), visit.mask
        match kind:
            case "kicks" | "bans":
                if kind == "bans":
                    self.close(room)
                kicked = room in visit.rooms
                visit.rooms.discard(room)
                return [f":op!op@op.test KICK {room} {visit.nick} :out"] * kicked
            case "renames":
                visit.nick = f"Guest{self.draw.randrange(1000)}"
                return [f":{me} NICK {visit.nick}"]
            case "logs us out":
                return [f":irc.test 901 {visit.nick} {me} :You are now logged out"]
            case "drops a capability":
                gone = self.draw.choice(sorted(visit.caps) or ["batch"])
                visit.caps.discard(gone)
                return [f":irc.test CAP {visit.nick} DEL :{gone}"]
            case "crowds":
                crowd = [self.stranger() for _ in range(20)]
                return [line for who in crowd for line in (f":{who} JOIN {room}", f":{who} NICK {who[:12]}_")]
            case "floods":
                who = self.stranger()
                return [f":{who} PRIVMSG {visit.nick} :question {number}" for number in range(20)]
            case "is broken":
                return [":", "@", "@= ", ": :", ":x", ":irc.test 353", "KICK", ":alice!a@b JOIN", "005", f":{me} NICK"]
            case _:
                return [f":irc.test {number} {visit.nick} {room} :No" for number in ("404", "442", "263", "482")]

    def stranger(self) -> str:
        """Somebody whom nobody has seen before."""
        self.strangers += 1
        return f"n{self.strangers}!n@host{self.strangers}.test"

    async def recover(self, what: str) -> None:
        """With nothing new going wrong, everything works again in time: presence, a notice, an answer."""
        calm = self.world.time()
        while not self.well:
            await asyncio.sleep(5)
            assert self.world.time() < calm + CALM, f"stuck after {what}: {self.state}"
        self.slowest = max(self.slowest, self.world.time() - calm)
        await asyncio.sleep(max(0.0, calm + CALM - self.world.time()))
        assert self.well, f"no longer well after {what}: {self.state}"
        visit = self.world.inside
        visit.tell(f":alice!alice@alice.test PRIVMSG {OPS} :psfbot: {what}")
        assert await self.client.voice.deliver(OPS, what, self.client.nick.prefix, Rank.ALERT)
        await asyncio.sleep(30)
        assert any(said.startswith(f"answer to {what} by ") for said in self.world.said), self.state

    async def tell_now_and_then(self) -> None:
        """A notice now and then, as the courier hands them over; of each it is known in time what became of it."""
        while True:
            await asyncio.sleep(self.draw.uniform(20, 300))
            if self.client.presence.inside(OPS):
                begun = self.world.time()
                try:
                    await self.client.voice.deliver(OPS, "a notice", self.client.nick.prefix, Rank.ALERT)
                    self.told["proven"] += 1
                except (DeliveryError, OSError) as error:
                    self.told[type(error).__name__] += 1
                assert self.world.time() - begun < 75


def test_in_a_week_of_faults_it_is_never_stuck_never_knocks_too_often_and_never_grows():
    draw = Random(SEED)  # noqa: S311 - faults, not secrets
    world = World(draw)
    try:
        week = Week(world, draw)
        world.run_until_complete(week.live())
    finally:
        world.close()
    figures(
        "a week on IRC", faults=sum(week.happened.values()), connects=len(world.dialled), **week.told,
        slowest_recovery=f"{week.slowest:.0f} s", blocks=week.blocks[::11],
    )  # fmt: skip

    assert sum(week.happened.values()) == FAULTS
    assert set(week.happened) == {*BREAKS, *LINES, *WEATHER}
    assert set(week.bugs) == {Boom}, f"seed {SEED}"
    assert all(fourth - first > 60 for first, fourth in zip(world.dialled, world.dialled[3:], strict=False))
    assert week.blocks[-1] - week.blocks[ROUNDS // 4] < GROWTH
