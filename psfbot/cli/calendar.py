"""A rota as a calendar file, from the command line."""

import click


@click.command()
@click.argument("rota")
def ical(rota: str) -> None:
    """Print a rota as iCalendar.

    For example: psfbot ical infra > infra.ics. ROTA is its id in the catalog, or its schedule's at the pager. A running
    bot serves the same for subscriptions, with names only: /oncall/ROTA.ics
    """
    import asyncio

    from psfbot.app.calendars import ical as made

    click.echo(asyncio.run(made(rota)).encode(), nl=False)
