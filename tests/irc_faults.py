"""What a fault of the library `irc` is: a story that a bot on the bare library fails and psfbot passes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fake_ircd import FakeIrcd, fake_ircd
from irc_bots import CALL, PATIENCE, ROOM, Bare, until

Story = Callable[[FakeIrcd, Any], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One fault: its number in our list of findings, a story, and how the story ends with the library alone."""

    number: int
    name: str
    story: Story
    ends: tuple[type[Exception], ...]
    bare: type[Bare] = Bare

    def __str__(self) -> str:
        """What the test of it is called."""
        return f"{self.number}-{self.name}"


class Faults(list[Fault]):
    """The stories of one file."""

    def __call__(self, number: int, *ends: type[Exception], bare: type[Bare] = Bare) -> Callable[[Story], Story]:
        """Add a story that ends so with the library alone."""

        def add(story: Story) -> Story:
            self.append(Fault(number, getattr(story, "__name__", ""), story, ends, bare))
            return story

        return add


async def play(one: Fault, bot: Any) -> None:
    """Tell a bot a story, in a loop that only writes to the log what goes wrong in a callback."""
    async with fake_ircd() as fake:
        try:
            await asyncio.wait_for(one.story(fake, bot), 3 * PATIENCE)
        finally:
            await bot.stop()


async def come_in(fake: FakeIrcd, bot: Any, **wishes: Any) -> None:
    """Start, and get as far as the room."""
    await bot.start(fake.port, **wishes)
    await fake.wait(f"^JOIN :?{ROOM}$", PATIENCE)


def call(fake: FakeIrcd, text: str, target: str = ROOM) -> None:
    """Somebody asks the bot something."""
    fake.say("alice", target, CALL + text)


async def hears(bot: Any, text: str) -> bool:
    """Does it hear this before long?"""
    try:
        await until(lambda: text in [said for _, said in bot.heard], bot.patience)
    except TimeoutError:
        return False
    return True


def refuses(bot: Any, line: str) -> bool:
    """Does it say that this line cannot go anywhere?"""
    try:
        bot.raw(line)
    except ConnectionError:
        return True
    return False
