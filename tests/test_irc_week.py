"""A week of faults in fast-forward: the client is never stuck, never pushy, and takes no more memory than at first.

PSFBOT_TEST_FAULTS and PSFBOT_TEST_SEED make it a long run: a week has 10,000.
"""

import asyncio
import gc
import random

from chaos import SEED, amount, figures
from fake_ircd import fake_ircd
from irc_stage import QUICK
from skipping import SkippingLoop

from psfbot.platforms.irc.client import Client
from psfbot.platforms.irc.sasl import Credentials

FAULTS = amount("FAULTS", 300)
EVERY = 60.48
"""Seconds between two faults: 10,000 of them make a week."""
CALM = 1500.0
"""Seconds without a fault after which everything must be well: the longest waits for a link and a channel, and some."""
MINUTE = 60.0


class Week:
    """A client, a server that does not mean well, and the moments at which the client came."""

    def __init__(self, fake):
        loop = asyncio.get_running_loop()
        self.fake, self.draw, self.clock = fake, random.Random(SEED), loop.time  # noqa: S311
        self.came, self.bugs, self.asked = [], [], []
        self.healthy = fake.caps
        plan = QUICK.__class__(
            host="127.0.0.1", port=fake.port, tls=False, realname="a week", channels=("#room", "#other"),
            credentials=Credentials("psfbot", "right"),
        )  # fmt: skip
        self.client = Client(
            plan, self.asked.append, bug=self.bugs.append, clock=loop.time, wall=loop.time, draw=self.draw.random
        )  # fmt: skip
        self.client.backoff.attempt = self.attempt(self.client.backoff.attempt)

    def attempt(self, write_down):
        def kept(now):
            self.came.append(self.clock())
            write_down(now)

        return kept

    def heal(self):
        """The network is well."""
        fake = self.fake
        fake.passwords["psfbot"], fake.caps, fake.banned, fake.deaf, fake.refuses = (
            "right",
            self.healthy,
            "",
            False,
            False,
        )
        fake.taken.clear()
        fake.no_entry.clear()

    def harm(self):
        """One fault of many kinds; some last until the network is healed, and most end the link."""
        fake, draw = self.fake, self.draw
        lasting = (
            lambda: setattr(fake, "deaf", True),
            lambda: setattr(fake, "refuses", True),
            lambda: setattr(fake, "banned", "no bots"),
            lambda: setattr(fake, "caps", ("account-tag",)),
            lambda: fake.passwords.update(psfbot="wrong"),
            lambda: fake.taken.add("psfbot"),
            lambda: fake.no_entry.update({"#room": draw.choice(("471", "473", "474", "475", "477", "437"))}),
        )
        passing = (
            lambda: fake.visit.reset(),  # noqa: PLW0108 - the visit that is newest then
            lambda: fake.visit.writer.close(),  # noqa: PLW0108
            lambda: fake.send(":op!o@h KICK #room {nick} :out", ":op!o@h KICK #other {nick} :out"),
            lambda: fake.send("ERROR :Closing Link: restart in progress"),
            lambda: fake.send(b"\xff\xfe\r\n" + draw.randbytes(300) + b"\r\n"),
            lambda: fake.send(b"@a=" + b"x" * 100_000),
            lambda: fake.send(":{server} 901 {nick} psfbot!u@h :You are now logged out"),
            lambda: fake.send(f":{fake.visit.prefix} NICK :Guest{draw.randrange(9999)}"),
            lambda: fake.say("ned", "#room", "psfbot: " + "who owns docs? " * draw.randrange(30)),
            lambda: fake.send(f":{fake.visit.prefix} PART #room", ":{server} 437 {nick} #other :split"),
        )
        if draw.random() < 0.4:
            draw.choice(lasting)()
        if fake.visits:
            draw.choice(passing)()

    async def live(self):
        """All the faults, then calm; how many objects there were early and late."""
        stop, sizes = asyncio.Event(), []
        running = asyncio.create_task(self.client.run(stop))
        for number in range(FAULTS):
            await asyncio.sleep(self.draw.expovariate(1 / EVERY))
            self.harm()
            await asyncio.sleep(0)
            if self.draw.random() < 0.5:
                self.heal()
            assert not running.done()
            if number in {FAULTS // 5, FAULTS - 1}:
                sizes.append(self.size())
        self.heal()
        await asyncio.sleep(CALM)
        assert self.client.ready, (self.client.status, self.client.presence.trouble)
        assert self.client.presence.joined == {"#room", "#other"}
        assert self.client.nick.current == "psfbot"
        stop.set()
        await asyncio.wait_for(running, 60)
        return sizes

    def size(self):
        """How many objects there are, without what the test itself keeps."""
        self.fake.received.clear()
        del self.fake.visits[:-1]
        self.asked.clear()
        gc.collect()
        return len(gc.get_objects())


def test_a_week_of_faults_is_outlived():
    async def story():
        async with fake_ircd() as fake:
            week = Week(fake)
            week.heal()
            began = week.clock()
            sizes = await week.live()
            return week, sizes, week.clock() - began

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        week, (early, late), seconds = runner.run(story())
    crowded = max(sum(0 <= other - one < MINUTE for other in week.came) for one in week.came[:2000])
    found = {"connections": len(week.came), "most_in_a_minute": crowded, "objects": (early, late)}
    figures("a week", faults=FAULTS, days=round(seconds / 86400, 2), **found)

    assert week.bugs == []
    assert len(week.came) > FAULTS / 10
    assert crowded <= 3
    assert late < early * 1.1
