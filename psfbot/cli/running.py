"""Commands that keep running: the console and the demo."""

import click


@click.command()
@click.option("--as", "person", default="", metavar="PERSON", help="Speak as this person of the catalog.")
def console(person: str) -> None:
    """Chat on the terminal; lines from a pipe are answered one by one."""
    chat(person, keep_history=True)


@click.command()
@click.option("--port", default=8080, show_default=True, help="Port of the web page.")
def demo(port: int) -> None:
    """Run the whole bot with no token and no server, with a chat on the terminal."""
    chat("", keep_history=False)


def chat(person: str, *, keep_history: bool) -> None:
    """Talk to whoever sits at the terminal."""
    import asyncio

    from psfbot.app import start
    from psfbot.platforms.console import Console

    app = start()
    for warning in app.warnings:
        click.echo(warning, err=True)
    history = app.state / "history" if keep_history else None
    asyncio.run(Console(app.desk, app.speaker(person), history).run())


running = (console, demo)
