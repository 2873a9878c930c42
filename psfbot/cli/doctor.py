"""`psfbot doctor`: what is well, what is wrong and how to mend it, what is off; `--fix` mends what it can."""

import sys

import click


@click.command()
@click.option("--fix", is_flag=True, help="Make what is missing where psfbot can, and try it.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(*, fix: bool, as_json: bool) -> None:
    """Look whether everything is set up well.

    Tokens, names in the catalog, webhooks, chat, database: all of it side by side, within seconds.

    Each line says ok, wrong or off; below what is wrong stands how to mend it. The exit code is 1 when something is
    wrong. Nothing is changed without --fix, and no secret is printed.
    """
    import asyncio

    from psfbot.app.doctor import examine
    from psfbot.cli.doctor_text import as_data, as_text
    from psfbot.plugin import Health

    found = asyncio.run(examine(fix=fix))
    click.echo(as_data(found) if as_json else as_text(found))
    sys.exit(1 if any(one.health is Health.WRONG for one in found) else 0)
