"""Commands that keep running: the bot itself, the console and the demo."""

from collections.abc import Callable, Coroutine
from typing import Any

import click

from psfbot.cli import completing


@click.command()
def run() -> None:
    """Run the bot: webhooks, chat, the web page."""
    from psfbot.app.starting import run_bot

    stay(run_bot)


@click.command()
@click.option(
    "--as",
    "person",
    default="",
    metavar="PERSON",
    shell_complete=completing.people,
    help="Speak as one of the catalog.",
)
def console(person: str) -> None:
    """Chat with the catalog on the terminal.

    Lines from a pipe are answered one by one.
    """
    from psfbot.app.talking import run_console

    stay(lambda: run_console(person))


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port of the web page; 0 takes any free one.  [default: 8080, or a free one where that is taken]",
)
def demo(port: int | None) -> None:
    """Try the whole bot: no token, no server.

    A chat on this terminal, a web page on 127.0.0.1, and a database that is gone afterwards (unless
    PSFBOT_DATABASE_URL is set). Lines from a pipe are answered one by one.
    """
    from psfbot.app.starting import run_demo

    stay(lambda: run_demo(port))


def stay(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run what goes on for long, with the garbage collector that short commands do without (`psfbot.__main__`)."""
    import asyncio
    import gc

    gc.enable()
    asyncio.run(work())


running = (run, console, demo)
