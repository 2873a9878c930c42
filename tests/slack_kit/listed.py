"""Checklists as people use them in Slack: forms that open, messages that change, and the same run on IRC."""

import asyncio

from psfbot.chat.message import Message, Speaker
from slack_kit import said
from slack_kit.stage import until
from slack_kit.workspace import JACOB, ROOM

DOCS = "docs.python.org"
ON_IRC = Speaker("Jacob Coffee", account="coffee", person="coffee")


async def form(bot, text="checklist start move", user=JACOB):
    """The window that a command opens."""
    before = len(bot.front.workspace.views)
    await bot.command(text, user)
    await until(lambda: len(bot.front.workspace.views) > before)
    return bot.front.workspace.views[-1]


async def submit(bot, view, user=JACOB, **fields):
    """Send a form; what Slack is answered at once."""
    named = {name.replace("__", ":"): value for name, value in fields.items()}
    envelope = await bot.front.send("interactive", said.submit(view, user, **named))
    await until(lambda: envelope in bot.front.acks)
    return bot.front.acks[envelope][1]


async def start(bot, user=JACOB, **more):
    """Start a checklist by the form, and return its message."""
    view = await form(bot, user=user)
    assert await submit(bot, view, user, template="move", service=DOCS, **more) is None
    return await shown(bot, "0 of 5 done")


async def shown(bot, words, room=ROOM):
    """The message of the checklist, once it shows these words."""
    found = []

    async def there():
        await asyncio.sleep(0.005)
        found[:] = [m for m in await bot.messages(room) if words in str(m["blocks"]) and "thread_ts" not in m]
        return bool(found)

    async with asyncio.timeout(20):
        while not await there():
            pass
    return found[-1]


async def say(bot, text, speaker=ON_IRC):
    """Say something on IRC."""
    message = Message(text, speaker, "irc", "#python-infra", public=False)
    return (await bot.desk.answer(message)).lines[0]


async def run(bot):
    return await bot.lists.get(1)


def buttons(message):
    return [e["action_id"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
