"""`psfbot run` with a platform whose outside world is a file: what stands in it was told, whatever happens to the bot.

Settings: CHAOS_TOLD names the file, CHAOS_FINDS says whether it can be searched, CHAOS_LEASE is the lease in seconds,
CHAOS_SECONDS the longest that a room takes.
"""

import asyncio
import json
import os
import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from psfbot import logs
from psfbot.app import start
from psfbot.app.bot import Bot
from psfbot.app.starting import set_up_logs
from psfbot.relay.notice import Parcel
from psfbot.store.db import Database

RECORD = 512
"""Bytes of a notice in the file: a page holds a whole number of them, so each is written wholly or not at all."""

log = logs.get(__name__)


@dataclass(frozen=True)
class World:
    """Writes each notice down so that it survives a kill at any moment, and takes its time before and after."""

    file: Path
    searched: bool
    seconds: float
    name: str = "irc"
    ready: bool = True

    async def send(self, parcel: Parcel) -> str:
        await asyncio.sleep(random.uniform(0, self.seconds))  # noqa: S311
        told = {"id": parcel.id, "room": parcel.notice.room.name, "text": parcel.notice.text, "repeat": parcel.repeat}
        with self.file.open("ab", buffering=0) as file:
            file.write(json.dumps(told | {"pid": os.getpid()}).encode().ljust(RECORD - 1) + b"\n")
            os.fsync(file.fileno())
        await asyncio.sleep(random.uniform(0, self.seconds))  # noqa: S311
        return str(parcel.id)

    async def find(self, parcel: Parcel) -> str | None:
        if not self.searched:
            return None
        known = (
            {json.loads(line)["id"] for line in self.file.read_text("utf-8").splitlines()} if self.file.exists() else ()
        )
        return str(parcel.id) if parcel.id in known else ""


async def main() -> None:
    app = start()
    set_up_logs(app, app.settings.log_level)
    env = os.environ
    world = World(Path(env["CHAOS_TOLD"]), bool(env.get("CHAOS_FINDS")), float(env.get("CHAOS_SECONDS", "0.004")))
    with await asyncio.to_thread(Database.open, app.database_url()) as db:
        bot = Bot(app, db, {"irc": world}, {"irc": "#ops"}, asyncio.Event())
        bot.courier.lease = timedelta(seconds=float(env.get("CHAOS_LEASE", "60")))
        await bot.run(lambda port: log.info("ready", port=port, leads=bot.leader.leads))


if __name__ == "__main__":
    asyncio.run(main())
