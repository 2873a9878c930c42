"""`psfbot catalog set | add | remove | rename | new | retire | stamp | delete | diff`: change the file, compare two."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from psfbot.errors import UserError

if TYPE_CHECKING:
    from psfbot.catalog.edit import Change, Edited
    from psfbot.catalog.model import Catalog

Command = TypeVar("Command", bound=Callable[..., Any])

CHANGED = "{}: somebody changed the file in the meantime, so I wrote nothing. Look at it, then try again."
UNREADABLE = "{}: this is not UTF-8. See `psfbot catalog check {}`."
NO_BASE = "{}: there is no such file, and git has no such version of {}: {}"
NO_FIELDS = "{}: write each field as FIELD=VALUE, such as owner=mdk."
WARNING = "warning: {}"
DONE = "{}: written."
NO_DIFFERENCE = "No difference."
PATIENCE = 60
"""Seconds for git to find a version."""

FILE = click.argument("file", required=False, type=click.Path(path_type=Path))
RECORD = click.argument("record", metavar="ID")


def writing(command: Command) -> Command:
    """The file, and the options of every command that changes it."""
    command = click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")(command)
    command = click.option("--because", default="", metavar="TEXT", help="Why; noted beside the fact.")(command)
    command = click.option("--by", default="", metavar="PERSON", help="Who says so; noted beside the fact.")(command)
    return FILE(command)


@click.command("set")
@RECORD
@click.argument("field")
@click.argument("value")
@writing
def set_(record: str, field: str, value: str, **options: Any) -> None:
    """Give a field its value; `none` takes the field out.

    For example: psfbot catalog set docs.python.org backup infra --because "the vote of 3 May" --dry-run
    """
    from psfbot.catalog.edit import Set

    change(Set(record, field, value), **options)


@click.command()
@RECORD
@click.argument("field")
@click.argument("value")
@writing
def add(record: str, field: str, value: str, **options: Any) -> None:
    """Put one more value into a list, such as an alias or a link.

    For example: psfbot catalog add docs.python.org link "dashboard https://example.org/docs"
    """
    from psfbot.catalog.edit import Add

    change(Add(record, field, value), **options)


@click.command()
@RECORD
@click.argument("field")
@click.option("--value", default="", help="Which one of the list; without it the whole field.")
@writing
def remove(record: str, field: str, value: str, **options: Any) -> None:
    """Take a value out of a list, or a field out of its record.

    For example: psfbot catalog remove docs.python.org alias --value manual
    """
    from psfbot.catalog.edit import Remove

    change(Remove(record, field, value), **options)


@click.command()
@RECORD
@click.argument("new_id")
@click.option("--kind", default="", help="What it is, where the id alone does not tell: service, person, team …")
@writing
def rename(record: str, new_id: str, kind: str, **options: Any) -> None:
    """Give a record another id; everything that names it follows.

    The old id stays as an alias, where the kind of record has aliases.

    For example: psfbot catalog rename mdk julien --kind person
    """
    from psfbot.catalog.edit import Rename

    change(Rename(f"{kind}:{record}" if kind else record, new_id), **options)


@click.command()
@RECORD
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE…")
@click.option("--file", type=click.Path(path_type=Path), help="The catalog, if it is not the one that the bot uses.")
@click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")
@click.option("--because", default="", metavar="TEXT", help="Why; noted as the record's provenance.")
@click.option("--by", default="", metavar="PERSON", help="Who says so; noted as the record's provenance.")
def new(record: str, fields: tuple[str, ...], **options: Any) -> None:
    """Start a record: a service by its id, others as `people/ID`.

    For example: psfbot catalog new play.python.org "description=Try Python." owner=mdk provider=fastly
    """
    from psfbot.catalog.edit import New

    pairs = [field.partition("=") for field in fields]
    if not all(name and sign for name, sign, _ in pairs):
        raise UserError(NO_FIELDS.format(record))
    change(New(record, {name: value for name, _, value in pairs}), **options)


@click.command()
@RECORD
@writing
def retire(record: str, **options: Any) -> None:
    """Say that a service is no more.

    Its lifecycle becomes retired, and its history tells why (`--because`).
    """
    from psfbot.catalog.edit import Retire

    change(Retire(record, options["because"]), **options)


@click.command()
@RECORD
@click.option("--field", default="", help="The one field that was checked; without it the whole record.")
@writing
def stamp(record: str, field: str, **options: Any) -> None:
    """Note that a record was checked today and is right.

    Who checked it is said with `--by`; a field alone may be named, too.
    """
    from psfbot.catalog.edit import Verify

    change(Verify(record, field), **options)


@click.command()
@RECORD
@writing
def delete(record: str, **options: Any) -> None:
    """Take a whole record out, unless something still names it."""
    from psfbot.catalog.edit import Delete

    change(Delete(record), **options)


@click.command()
@click.argument("base")
@FILE
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
def diff(base: str, file: Path | None, form: str) -> None:
    """Tell in words what changed since BASE.

    BASE is another file, or a version that git knows.

    For example: psfbot catalog diff origin/main
    """
    from psfbot.catalog.diff import grouped, lines
    from psfbot.cli.catalog import current

    path = file or current()
    before, after = earlier(base, path), understood(text_of(path), str(path))
    told = lines(before, after)
    if form == "markdown":
        told = tuple("- **{}**: {}".format(*line.split(": ", 1)) for line in grouped(told))
    click.echo("\n".join(told) or NO_DIFFERENCE)


def earlier(base: str, path: Path) -> "Catalog":
    """The catalog that another file holds, or that git knows as an earlier version of this one."""
    name = base if Path(base).is_file() else f"{base}:{path.resolve().name}"
    return understood(earlier_text(base, path), name)


def earlier_text(base: str, path: Path) -> str:
    """What another file says, or what git knows as an earlier version of this one."""
    if Path(base).is_file():
        return text_of(Path(base))
    import subprocess

    folder, name = path.resolve().parent, path.resolve().name
    wanted = f"{base}:./{name}"
    try:
        done = subprocess.run(  # noqa: S603 - the version is one word behind the end of the options
            ["git", "-C", str(folder), "show", "--end-of-options", wanted],  # noqa: S607 - git is where the path says
            capture_output=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(NO_BASE.format(base, name, error)) from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(NO_BASE.format(base, name, why[-1] if why else "git says no more"))
    return done.stdout.decode(errors="replace")


def understood(text: str, name: str) -> "Catalog":
    """A text as a catalog, or a refusal with its first errors."""
    from psfbot.catalog.edit import sound

    return sound(text, name)


def change(wanted: "Change", *, file: Path | None, dry_run: bool, because: str, by: str) -> None:
    """Make one change, show it, and write it unless this is a dry run."""
    from psfbot.catalog.change import Retire, said_in_chat
    from psfbot.catalog.edit import edited
    from psfbot.catalog.editing.target import target
    from psfbot.cli.catalog import current

    path = file or current()
    text = text_of(path)
    today = datetime.now(UTC).date()
    catalog = understood(text, str(path))
    who = target(catalog, f"person:{by.removeprefix('person:')}")[1] if by else ""
    said = said_in_chat(who, today, because) if who or (because and not isinstance(wanted, Retire)) else None
    done = edited(text, wanted, today, said, catalog=catalog, name=path.name)
    understood(done.text, str(path))
    for warning in done.warnings:
        click.echo(WARNING.format(warning), err=True)
    if dry_run:
        click.echo(done.diff, nl=False)
        return
    write(path, text, done)
    click.echo("\n".join(done.words))
    click.echo(DONE.format(path), err=True)


def text_of(path: Path) -> str:
    """The text of a file with its line ends and byte order mark as they are."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UserError(UNREADABLE.format(path, path)) from None


def write(path: Path, before: str, done: "Edited") -> None:
    """Put the new text in the place of the old one, at once or not at all, with the same permissions."""
    import tempfile

    target = path.resolve()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as beside:
        new = Path(beside.name)
        try:
            beside.write(done.text.encode())
            beside.flush()
            new.chmod(target.stat().st_mode & 0o7777)
            if target.read_bytes() != before.encode():
                raise UserError(CHANGED.format(path))
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)


changes = (set_, add, remove, rename, new, retire, stamp, delete, diff)
"""What joins `psfbot catalog`."""
