"""Commands that keep running: the bot itself, the console and the demo."""

import click

from psfbot.cli import completing


@click.command()
def run() -> None:
    """Run the bot: webhooks, chat, the web page."""
    import asyncio

    from psfbot.app.starting import run_bot

    asyncio.run(run_bot())


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
    import asyncio

    from psfbot.app.starting import run_console

    asyncio.run(run_console(person))


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
    import asyncio

    from psfbot.app.starting import run_demo

    asyncio.run(run_demo(port))


running = (run, console, demo)
