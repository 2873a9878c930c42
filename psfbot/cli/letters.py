"""Webhooks from the command line: post a recorded one, or have stored ones read again."""

import re
import sys

import click

from psfbot.cli import completing
from psfbot.text import cut, one_line

URL = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?", re.IGNORECASE)
NO_URL = "'{url}' is no URL: write all of it, such as http://127.0.0.1:8080."


@click.command("try")
@click.argument("plugin", shell_complete=completing.plugins)
@click.argument("payload", shell_complete=completing.payloads)
@click.option(
    "--url", default="", metavar="URL", help="The bot to post to; else the one on PSFBOT_HOST and PSFBOT_PORT."
)
def try_(plugin: str, payload: str, url: str) -> None:
    """Post a recorded webhook to a running bot.

    For example: psfbot try pingdom http_down. It is signed with the secret that is set here, so that one must be the
    bot's own.

    PAYLOAD is the name of a file in the plugin's folder `payloads`, or the path of any file.
    """
    import asyncio

    if url and not URL.fullmatch(url):
        raise click.BadParameter(NO_URL.format(url=cut(one_line(url), 60)), param_hint="--url")

    from psfbot.app.trial import try_once

    status, said = asyncio.run(try_once(plugin, payload, url))
    click.echo(f"{status}: {said}")
    sys.exit(0 if status == 202 else 1)  # noqa: PLR2004


@click.command()
@click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
@click.option("--since", default="", metavar="TIME", help="All that came since: 2026-11-20, 2026-11-20T12:00 or 2h.")
@click.option("--list", "only_list", is_flag=True, help="Only show what is quarantined.")
def replay(ids: tuple[int, ...], since: str, *, only_list: bool) -> None:
    """Have stored webhooks read again.

    Those in quarantine, or these numbers, or all since a time. The running bot reads them; what was taken before is
    known, and told to nobody twice.
    """
    import asyncio

    from psfbot.app.replaying import listed, replay_letters

    work = listed() if only_list else replay_letters(ids, since)
    click.echo(asyncio.run(work))
