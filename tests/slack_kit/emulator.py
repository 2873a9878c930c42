"""The npm `emulate`, a Slack that somebody else wrote: channels, threads, metadata and views, but no Socket Mode."""

import asyncio
import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from ircd_process import free_ports, installed
from requiring import require

TOKEN = "xoxb-emulated"  # noqa: S105 - it opens nothing
PATIENCE = 30.0


def token_of(name: str) -> str:
    """The token of one of its people."""
    return TOKEN if name == "psfbot" else f"xoxp-{name}"


def emulate() -> str:
    """Where it is installed; without it the test is skipped, or fails where nothing may skip."""
    return installed("emulate") or require("the Slack emulator is not here: npm install --global emulate@0.11.2")


@dataclass
class Emulator:
    """One of its workspaces, in a process of its own."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    session: aiohttp.ClientSession | None = None
    port: int = 0
    views: list[dict[str, Any]] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    bot: str = ""
    room: str = ""
    other: str = ""
    direct: str = ""
    users: dict[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        program = emulate()
        (self.port,) = free_ports(1)
        people = ["psfbot", "jacob", "julien", "guest"]
        seed = {
            "slack": {
                "team": {"name": "PSF", "domain": "psf"},
                "users": [{"name": name, "real_name": name, "email": f"{name}@example.org"} for name in people],
                "channels": [{"name": "infra"}, {"name": "ops"}],
                "bots": [{"name": "psfbot"}],
                "tokens": [
                    {"token": TOKEN, "user": "psfbot"},
                    *({"token": f"xoxp-{one}", "user": one} for one in people),
                ],
            }
        }
        file = self.folder / "emulate.json"
        file.write_text(json.dumps(seed))
        command = [program, "start", "-s", "slack", "-p", str(self.port), "--seed", str(file)]
        with (self.folder / "emulate.log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)  # noqa: S603, ASYNC220
        self.session = aiohttp.ClientSession()
        await self.ready()
        members = (await self.call("users.list", {}, TOKEN))["members"]
        self.users = {member["name"]: member["id"] for member in members}
        channels = {one["name"]: one["id"] for one in (await self.call("conversations.list", {}, TOKEN))["channels"]}
        self.bot, self.room, self.other = self.users["psfbot"], channels["infra"], channels["ops"]
        opened = await self.call("conversations.open", {"users": self.users["jacob"]}, TOKEN)
        self.direct = opened["channel"]["id"]

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.call("auth.test", {}, TOKEN)
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)
                else:
                    return

    async def stop(self) -> None:
        if self.session:
            await self.session.close()
        if self.process:
            self.process.kill()
            self.process.wait()

    async def call(self, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        assert self.session is not None
        url, headers = f"http://127.0.0.1:{self.port}/api/{method}", {"Authorization": f"Bearer {token}"}
        async with self.session.post(url, json=given, headers=headers) as answer:
            said = await answer.json()
        if method == "views.open" and said["ok"]:
            self.views.append(said["view"])
        if method == "views.publish" and said["ok"]:
            self.homes[given["user_id"]] = given["view"]
        if method == "chat.postEphemeral" and said["ok"]:
            self.ephemeral.append(given)
        return said

    async def trigger(self, user: str) -> str:
        return str((await self.call("views.generateTriggerId", {"user_id": user}, TOKEN))["trigger_id"])

    async def say(self, text: str, user: str, channel: str, thread: str = "") -> str:
        """Let somebody say something; its id."""
        (name,) = [name for name, one in self.users.items() if one == user]
        given = {"channel": channel, "text": text, **({"thread_ts": thread} if thread else {})}
        return str((await self.call("chat.postMessage", given, token_of(name)))["ts"])

    async def listed(self, channel: str) -> list[dict[str, Any]]:
        """All messages of a channel, threads too, oldest first."""
        given = {"channel": channel, "limit": 1000, "include_all_metadata": True}
        tops = (await self.call("conversations.history", given, TOKEN))["messages"]
        found = []
        for top in tops:
            thread = await self.call("conversations.replies", {**given, "ts": top["ts"]}, TOKEN)
            found += thread["messages"]
        return sorted(found, key=lambda message: message["ts"])
