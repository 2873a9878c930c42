"""The running bot looks for drift when an admin asks, over real connections, tells the room, and answers for it."""

import asyncio
from datetime import timedelta

import near_world
import pytest
from drift_kit import CATALOG, recorded
from near_world import Answer
from stage import Ear

from psfbot.app import start
from psfbot.app.bot import Bot
from psfbot.chat.message import Message, Speaker
from psfbot.flows.drifting import LOOKED
from psfbot.store.db import Database
from psfbot.store.marks import SqlMarks

pytestmark = pytest.mark.anyio
BOSS, GUEST = Speaker("boss", operator=True), Speaker("guest", account="guest")
WAIT = 20.0


@pytest.fixture
async def bot(tmp_path):
    """A bot with the catalog of the drift tests; PEP 11 lists one platform under another tier."""
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    pep = recorded("pep-0011.rst").replace("Tier 3\n------\n\n====", "Tier 2\n------\n\n====")
    with near_world.web({"/pep": Answer(body=pep), "*": Answer(404)}) as files:
        environ = {
            "PSFBOT_CATALOG": str(tmp_path / "catalog.yaml"), "PSFBOT_PORT": "0", "PSFBOT_PLUGINS": "pep11",
            "PSFBOT_PEP11_URL": f"http://{files.place}/pep", "PSFBOT_DRIFT_DAY": "off",
        }  # fmt: skip
        with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
            ear, bound = Ear("irc"), asyncio.Event()
            made = Bot(start(environ), db, {"irc": ear}, {"irc": "#infra"}, asyncio.Event())
            made.ear = ear
            running = asyncio.ensure_future(made.run(lambda _: bound.set()))
            await bound.wait()
            yield made
            made.stop.set()
            await running


async def says(bot, text, speaker):
    reply = await bot.desk.answer(Message(text, speaker, "irc", "#infra"))
    return " / ".join(reply.lines)


async def test_an_admin_asks_the_room_hears_and_everybody_may_ask_for_more(bot):
    assert "I have not compared" in await says(bot, "what drifted", GUEST)
    assert "needs an admin" in await says(bot, "look for drift", GUEST)

    assert (await says(bot, "look for drift", BOSS)).startswith("I compare the catalog")
    async with asyncio.timeout(WAIT):
        while LOOKED not in await SqlMarks(bot.db).all():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)
    await bot.settled()

    told = [parcel.notice.text for parcel in bot.ear.parcels if parcel.notice.text.startswith("DRIFT")]
    assert told == [
        (
            "DRIFT 1 fact of the catalog differs from what is out there, 1 of them new: riscv64-unknown-linux-gnu "
            "(platform-tier). `what drifted` lists all of it."
        )
    ]
    assert "To put it right: `set platform:riscv64-unknown-linux-gnu tier 2`" in await says(
        bot, "drift riscv64-unknown-linux-gnu", GUEST
    )
    looked = (await SqlMarks(bot.db).all())[LOOKED]
    assert (looked.value, timedelta(0) <= bot.heartbeat.now() - looked.at < timedelta(seconds=WAIT)) == ("", True)
