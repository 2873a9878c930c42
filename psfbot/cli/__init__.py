"""The command line: `psfbot ask`, `console`, `demo`, `catalog …`; exit 0 answered, 1 not, 2 wrong usage."""

import sys

import click

from psfbot import __version__
from psfbot.cli.catalog import catalog
from psfbot.cli.letters import replay, try_
from psfbot.cli.running import running
from psfbot.errors import UserError


class Group(click.Group):
    """Commands whose `UserError` is shown word for word, with exit code 1 and no traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; tell what went wrong in one line."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="psfbot %(version)s")
def main() -> None:
    """Answer questions about the PSF's infrastructure from one reviewed catalog."""


@main.command()
@click.argument("text", nargs=-1, required=True, shell_complete=lambda _context, _parameter, typed: completions(typed))
@click.option("--as", "person", default="", metavar="PERSON", help="Ask as this person of the catalog.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def ask(text: tuple[str, ...], person: str, *, as_json: bool) -> None:
    """Ask one question: psfbot ask who owns docs.python.org."""
    from psfbot.cli.asking import ask_once

    sys.exit(ask_once(" ".join(text), person, as_json=as_json))


def completions(incomplete: str) -> list[str]:
    """Names of the catalog that start so; a broken catalog completes nothing."""
    from psfbot.app import start

    try:
        return start().book.names.complete(incomplete)
    except UserError:
        return []


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script: eval "$(psfbot completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise UserError(f"There is no completion for {shell}.")
    click.echo(found(main, {}, "psfbot", "_PSFBOT_COMPLETE").source())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def settings(*, as_json: bool) -> None:
    """Show every setting: its value, where that comes from, and what it means."""
    from psfbot.cli.listing import print_settings

    print_settings(as_json=as_json)


@main.command()
def plugins() -> None:
    """List the plugins: what each brings, and those that failed to load."""
    from psfbot.cli.listing import print_plugins

    sys.exit(print_plugins())


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to this version; the bot does the same at its start."""
    from psfbot.app.starting import upgrade_database

    click.echo(upgrade_database())


for command in (*running, try_, replay, catalog):
    main.add_command(command)
