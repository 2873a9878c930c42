"""IRC as a platform, on a fake server and with a desk of the sample catalog: what it is told, and what it says."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

from conftest import Asking
from fake_ircd import fake_ircd
from irc_stage import QUICK
from stage import sample

from psfbot.platforms.irc.platform import Irc

CHANGES = {
    "people": {"coffee": {"irc": "Jacob"}, "mdk": {"irc": "julien"}},
    "rooms": {
        "ops": {"irc": "#Psf-Ops", "public": False, "alerts": "none"},
        "talk": {"irc": "#talk", "public": True, "alerts": "none"},
    },
}


class Told:
    """The platform on a fake server, with a desk of the sample catalog."""

    def __init__(self, fake, **changes):
        self.fake, self.bugs = fake, []
        self.book = sample(**CHANGES)
        self.irc = Irc(replace(QUICK, port=fake.port, **changes), lambda: self.book, self.bugs.append)
        self.messages = []
        self.desk = Asking(self.book).desk
        answer = self.desk.answer

        async def kept(message, *known):
            self.messages.append(message)
            return await answer(message, *known)

        self.desk.answer = kept

    async def until(self, true):
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    async def asked(self, *words, **where):
        """Say it, and wait for the last line of the answer."""
        before = len(self.fake.lines("PRIVMSG"))
        self.fake.say(*words, **where)
        await self.until(lambda: len(self.fake.lines("PRIVMSG")) > before)
        return self.fake.lines("PRIVMSG")[before:]


def play(story, **changes):
    """Play a story on a connected platform."""

    async def run():
        async with asyncio.timeout(60), fake_ircd() as fake, connected(Told(fake, **changes)) as told:
            return await story(told)

    return asyncio.run(run())


@asynccontextmanager
async def connected(told):
    stop = asyncio.Event()
    running = asyncio.create_task(told.irc.run(told.desk, stop))
    try:
        await told.until(lambda: told.irc.ready)
        yield told
    finally:
        stop.set()
        await running
    assert told.bugs == []
