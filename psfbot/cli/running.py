"""Commands that keep running: the bot itself, the console and the demo."""

import click


@click.command()
def run() -> None:
    """Run the bot: webhooks, chat platforms, the web page."""
    import asyncio

    from psfbot.app.starting import run_bot

    asyncio.run(run_bot())


@click.command()
@click.option("--as", "person", default="", metavar="PERSON", help="Speak as this person of the catalog.")
def console(person: str) -> None:
    """Chat on the terminal; lines from a pipe are answered one by one."""
    import asyncio

    from psfbot.app.starting import run_console

    asyncio.run(run_console(person))


@click.command()
@click.option("--port", default=8080, show_default=True, help="Port of the web page; 0 takes any free one.")
def demo(port: int) -> None:
    """Run the whole bot with no token and no server, with a chat on the terminal."""
    import asyncio

    from psfbot.app.starting import run_demo

    asyncio.run(run_demo(port))


running = (run, console, demo)
