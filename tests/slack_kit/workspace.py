"""A workspace in memory: the few methods of the Web API that psfbot calls, for tests that need no npm."""

import json
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from time import time
from typing import Any

BOT, BOT_ID, ROOM, OTHER, DIRECT = "U0BOT", "B0BOT", "C0INFRA", "C0OPS", "D0TALK"
JACOB, JULIEN, GUEST = "U0JACOB", "U0JULIEN", "U0GUEST"


@dataclass
class Workspace:
    """Messages, views and who may see what; a method it does not know is refused as Slack would."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {ROOM: [], OTHER: [], DIRECT: []})
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    revoked: bool = False
    ids: Any = field(default_factory=lambda: count(1))

    bot: str = BOT
    room: str = ROOM
    other: str = OTHER
    direct: str = DIRECT

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nor to stop."""

    async def trigger(self, user: str) -> str:
        return f"trigger-{user}-{next(self.ids)}"

    async def say(self, text: str, user: str, channel: str, thread: str = "") -> str:
        """Let somebody say something; its id."""
        given = {"channel": channel, "text": text, **({"thread_ts": thread} if thread else {})}
        return str(self.put(given, {"user": user})["ts"])

    async def listed(self, channel: str) -> list[dict[str, Any]]:
        """All messages of a channel, threads too, oldest first."""
        return deepcopy(self.messages[channel])

    async def call(self, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        if self.revoked:
            return {"ok": False, "error": "token_revoked"}
        if not token.startswith(("xoxb-", "xapp-")):
            return {"ok": False, "error": "invalid_auth"}
        work = getattr(self, "do_" + method.replace(".", "_"), None)
        return await work(given) if work else {"ok": False, "error": "unknown_method"}

    async def do_auth_test(self, _):
        return {"ok": True, "user_id": BOT, "bot_id": BOT_ID, "team": "PSF", "team_id": "T0"}

    async def do_chat_postMessage(self, given):  # noqa: N802
        return self.put(given, {"user": BOT, "bot_id": BOT_ID})

    def put(self, given: dict[str, Any], by: dict[str, Any]) -> dict[str, Any]:
        channel = given.get("channel", "")
        if channel not in self.messages:
            return {"ok": False, "error": "channel_not_found"}
        if channel in self.archived:
            return {"ok": False, "error": "is_archived"}
        ts = f"{int(time())}.{next(self.ids):06}"
        kept = {name: given[name] for name in ("text", "blocks", "thread_ts", "metadata") if name in given}
        message = {"type": "message", "ts": ts, **by, **kept}
        self.messages[channel].append(message)
        return {"ok": True, "channel": channel, "ts": ts, "message": message}

    async def do_chat_update(self, given):
        for message in self.messages.get(given.get("channel", ""), []):
            if message["ts"] == given.get("ts"):
                message.update({name: given[name] for name in ("text", "blocks") if name in given})
                return {"ok": True, "channel": given["channel"], "ts": given["ts"]}
        return {"ok": False, "error": "message_not_found"}

    async def do_chat_postEphemeral(self, given):  # noqa: N802
        self.ephemeral.append(given)
        return {"ok": True, "message_ts": "1.1"}

    async def do_conversations_history(self, given):
        if given.get("channel") not in self.messages:
            return {"ok": False, "error": "channel_not_found"}
        return self.page([m for m in self.messages[given["channel"]] if "thread_ts" not in m][::-1], given)

    async def do_conversations_replies(self, given):
        found = [m for m in self.messages[given["channel"]] if given["ts"] in {m["ts"], m.get("thread_ts")}]
        return self.page(found, given)

    def page(self, found, given):
        oldest = float(given.get("oldest") or 0)
        found = [message for message in found if float(message["ts"]) >= oldest]
        begin, size = int(given.get("cursor") or 0), int(given.get("limit") or 100)
        after = str(begin + size) if begin + size < len(found) else ""
        keep = given.get("include_all_metadata") in {"true", True, "1"}
        shown = [
            {name: value for name, value in message.items() if name != "metadata" or keep}
            for message in found[begin : begin + size]
        ]
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": after}}

    async def do_views_open(self, given):
        if not str(given.get("trigger_id", "")).startswith("trigger-"):
            return {"ok": False, "error": "invalid_trigger_id"}
        view = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
        self.views.append({**view, "id": f"V{next(self.ids)}"})
        return {"ok": True, "view": self.views[-1]}

    async def do_views_push(self, given):
        return await self.do_views_open(given)

    async def do_views_update(self, given):
        at = next((n for n, view in enumerate(self.views) if view["id"] == given["view_id"]), None)
        if at is None:
            return {"ok": False, "error": "not_found"}
        self.views[at] = {**given["view"], "id": given["view_id"]}
        return {"ok": True, "view": self.views[at]}

    async def do_views_publish(self, given):
        self.homes[given["user_id"]] = given["view"]
        return {"ok": True}
