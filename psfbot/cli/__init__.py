"""The command line: `psfbot ask`, `console`, `demo`, `catalog …`; exit 0 answered, 1 not, 2 wrong usage."""

import sys
from typing import Any

import click

from psfbot import __version__
from psfbot.cli import completing, streams
from psfbot.cli.calendar import ical
from psfbot.cli.catalog import catalog
from psfbot.cli.checklist import checklist
from psfbot.cli.doctor import doctor
from psfbot.cli.editing import changes
from psfbot.cli.exporting import export, import_
from psfbot.cli.letters import replay, try_
from psfbot.cli.past import postmortem
from psfbot.cli.reviewing import review
from psfbot.cli.running import running
from psfbot.cli.scoring import score
from psfbot.cli.verifying import verify
from psfbot.errors import UserError

INTERRUPTED = 130
READER_GONE = 141
"""What a shell reports for a program that Ctrl-C, or a pipe that nobody reads any more, has ended."""
UNUSABLE = "I cannot use {file}: {why}. Try `ls -ld {file}`."
UNWRITABLE = "I cannot write: {why}. Make room, or send the output elsewhere."


class Group(click.Group):
    """Commands that end with one plain line, and never a traceback, when something outside of psfbot goes wrong."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Make the streams sound before anything is read or written, and tell of a full disk in one line."""
        streams.make_sound()
        try:
            return super().main(*args, **extra)
        except OSError as error:
            if error.filename is not None:
                click.echo(UNUSABLE.format(file=error.filename, why=error.strerror), err=True)
            elif error.errno in streams.UNWRITABLE:
                streams.give_up_on_stdout()
                click.echo(UNWRITABLE.format(why=error.strerror), err=True)
            else:
                raise
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a `UserError` is shown word for word."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            streams.give_up_on_stdout()
            ctx.exit(READER_GONE)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; who asks without saying `ask` is told how."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if len(args) == 1 or args[0].startswith("-"):
                raise
            hint = f"{error.format_message()} To ask something: psfbot ask {' '.join(args)}"
            raise click.UsageError(hint, ctx) from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="psfbot %(version)s")
def main() -> None:
    """Answer questions about the PSF's infrastructure from one reviewed catalog.

    Begin with: psfbot ask who owns docs.python.org
    """


@main.command()
@click.argument("text", nargs=-1, required=True, shell_complete=completing.questions)
@click.option(
    "--as", "person", default="", metavar="PERSON", shell_complete=completing.people, help="Ask as one of the catalog."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a list as CSV, one service a row.")
def ask(text: tuple[str, ...], person: str, *, as_json: bool, as_csv: bool) -> None:
    """Ask one question and print the answer.

    For example: psfbot ask who owns docs.python.org

    The exit code is 0 when it was answered, 1 when nothing was found, or when it was refused or could mean several
    things, and 2 when the command was wrong.
    """
    from psfbot.cli.asking import ask_once

    question = streams.as_typed(" ".join(text)).strip()
    if not question:
        raise click.UsageError("Ask something, for example: psfbot ask who owns docs.python.org")
    if as_json and as_csv:
        raise click.UsageError("Choose --json or --csv, not both.")
    sys.exit(ask_once(question, person, "csv" if as_csv else "json" if as_json else "plain"))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what lets a shell complete names.

    \b
    bash, in ~/.bashrc:                   eval "$(psfbot completion bash)"
    zsh, in ~/.zshrc, after compinit:     eval "$(psfbot completion zsh)"
    fish, in ~/.config/fish/config.fish:  psfbot completion fish | source
    """  # noqa: D301 - \b is click's sign to leave lines as they are
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise UserError(f"There is no completion for {shell}.")
    click.echo(found(main, {}, "psfbot", "_PSFBOT_COMPLETE").source())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def settings(*, as_json: bool, form: str) -> None:
    """Show every setting, psfbot's and the plugins'.

    Each with its value, where that comes from, and what it means. `--format markdown` prints the page
    docs/settings.md.
    """
    from psfbot.cli.listing import print_settings

    print_settings("json" if as_json else form)


@main.command()
def plugins() -> None:
    """List the plugins, and those that failed to load."""
    from psfbot.cli.listing import print_plugins

    sys.exit(print_plugins())


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the tables up to this version.

    The bot does the same when it starts.
    """
    from psfbot.app.upgrading import upgrade_database

    click.echo(upgrade_database())


for command in (*running, try_, replay, postmortem, catalog, checklist, doctor, ical):
    main.add_command(command)
for command in (score, export, import_, verify, review):
    catalog.add_command(command)
for command in changes:
    catalog.add_command(command)
