"""One question from the command line to one answer on it."""

import json
from collections.abc import Coroutine
from typing import Any

import click

from psfbot.app import App, start
from psfbot.chat import render
from psfbot.chat.answer import Outcome
from psfbot.chat.message import Message
from psfbot.cli import streams
from psfbot.flows.ask import Reply
from psfbot.platforms import terminal

OURS = "PSFBOT_"


def ask_once(text: str, person: str, *, as_json: bool) -> int:
    """Print the answer; 0 when there was one, 1 when nothing was found or it was refused."""
    app = start()
    for warning in filter(nobodys, app.warnings):
        click.echo(warning, err=True)
    message = Message(text, app.speaker(person), "terminal", public=False)
    reply = answer(app, message)
    if as_json:
        click.echo(json.dumps(render.data(reply.answer), ensure_ascii=not streams.says_utf_8(), indent=2))
    else:
        terminal.show(reply)
    return 0 if reply.answer.outcome is Outcome.ANSWERED else 1


def nobodys(warning: str) -> bool:
    """Is it surely nobody's setting? A name of two words may be a plugin's, and no plugin is loaded for a question."""
    return "_" not in warning.partition(" ")[0].removeprefix(OURS)


def answer(app: App, message: Message) -> Reply:
    """Ask the desk; a question that waits for nothing is answered without an event loop."""
    if not app.desk.waits(message):
        return at_once(app.desk.answer(message))
    import asyncio

    return asyncio.run(app.desk.answer(message))


def at_once(coroutine: Coroutine[Any, Any, Reply]) -> Reply:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    coroutine.close()
    msg = "a command that is no coroutine waited for something"
    raise RuntimeError(msg)
