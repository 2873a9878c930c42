"""What was, from the command line: the page to begin a postmortem with."""

import click


@click.command()
@click.argument("number", type=click.IntRange(min=1))
def postmortem(number: int) -> None:
    """Print an incident as Markdown, to begin its postmortem with.

    For example: psfbot postmortem 12 > incident-12.md. Times are UTC; it tells who did what, what was told where, how
    long it took to acknowledge and to resolve, and what failed with it.
    """
    import asyncio

    from psfbot.app.reviewing import postmortem as page

    click.echo(asyncio.run(page(number)), nl=False)
