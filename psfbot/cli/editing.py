"""`psfbot catalog set | add | remove | rename | new | retire | stamp | delete | diff`: change the file, compare two."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from psfbot.cli.versions import earlier_text, text_of
from psfbot.errors import UserError
from psfbot.text import and_join

if TYPE_CHECKING:
    from psfbot.catalog.edit import Change
    from psfbot.catalog.model import Catalog

Command = TypeVar("Command", bound=Callable[..., Any])

CHANGED = "{}: somebody changed the file in the meantime, so I wrote nothing. Look at it, then try again."
NO_ROOM = "{}: I may not write into its folder, so I wrote nothing. Look at it: ls -ld {}"
MUCH = "Take one thing out at a time: you named {}."
NO_FIELDS = "{}: write each field as FIELD=VALUE, such as owner=mdk."
WARNING = "warning: {}"
DONE = "{}: written."
NO_DIFFERENCE = "No difference."
READ_ONLY = "{}: this file may only be read, so I wrote nothing. If you mean it: chmod u+w {}"

FILE = click.argument("file", required=False, type=click.Path(path_type=Path))
RECORD = click.argument("record", metavar="ID")


def writing(command: Command) -> Command:
    """The file, and the options of every command that changes it."""
    return FILE(editing(command))


def with_file(words: tuple[str, ...]) -> tuple[tuple[str, ...], Path | None]:
    """What was said, and the catalog where the last word is one."""
    if words and "=" not in words[-1] and Path(words[-1]).is_file():
        return words[:-1], Path(words[-1])
    return words, None


def editing(command: Command) -> Command:
    """The options of every command that changes the file."""
    command = click.option("--dry-run", is_flag=True, help="Print the unified diff and write nothing.")(command)
    command = click.option("--because", default="", metavar="TEXT", help="Why; noted beside the fact.")(command)
    return click.option("--by", default="", metavar="PERSON", help="Who says so; noted beside the fact.")(command)


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
@click.argument("words", nargs=-1, metavar="[VALUE] [FILE]")
@click.option("--value", default="", help="Which one of the list; without it the whole field.")
@editing
def remove(record: str, field: str, words: tuple[str, ...], value: str, **options: Any) -> None:
    """Take a value out of a list, or a field out of its record.

    A last word that is a file is the catalog; any other is the value.

    For example: psfbot catalog remove docs.python.org alias manual
    """
    from psfbot.catalog.edit import Remove

    said, file = with_file(words)
    if len(said) > (not value):
        raise UserError(MUCH.format(and_join([*said, *filter(None, [value])])))
    change(Remove(record, field, value or "".join(said)), file=file, **options)


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
@click.argument("fields", nargs=-1, metavar="FIELD=VALUE… [FILE]")
@click.option("--file", type=click.Path(path_type=Path), help="The catalog, if it is not the one that the bot uses.")
@editing
def new(record: str, fields: tuple[str, ...], file: Path | None, **options: Any) -> None:
    """Start a record: a service by its id, others as `people/ID`.

    For example: psfbot catalog new play.python.org "description=Try Python." owner=mdk provider=fastly
    """
    from psfbot.catalog.edit import New

    said, last = with_file(fields)
    pairs = [field.partition("=") for field in said]
    if not all(name and sign for name, sign, _ in pairs):
        raise UserError(NO_FIELDS.format(record))
    change(New(record, {name: value for name, _, value in pairs}), file=file or last, **options)


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
    from psfbot.proposals.wording import markdown

    path = file or current()
    before, after = earlier(base, path), understood(text_of(path), str(path))
    told = lines(before, after)
    if form == "markdown":
        plain = [markdown(line).replace(" -\\> ", " -> ") for line in grouped(told)]
        told = tuple("- **{}**: {}".format(*line.split(": ", 1)) for line in plain)
    click.echo("\n".join(told) or NO_DIFFERENCE)


def earlier(base: str, path: Path) -> "Catalog":
    """The catalog that another file holds, or that git knows as an earlier version of this one."""
    name = base if Path(base).is_file() else f"{base}:{path.resolve().name}"
    return understood(earlier_text(base, path), name)


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
    write(path, text, done.text)
    click.echo("\n".join(done.words))
    click.echo(DONE.format(path), err=True)


def write(path: Path, before: str, after: str) -> None:
    """Put the new text in the place of the old one, at once or not at all, with the same owner and permissions.

    Whoever writes holds a lock on the old file: of two at the same moment the second one sees what the first one wrote.
    """
    import fcntl
    import tempfile

    target = path.resolve()
    was = target.stat()
    if not was.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise UserError(READ_ONLY.format(path, path))
    if not os.access(target.parent, os.W_OK):
        raise UserError(NO_ROOM.format(path, target.parent))
    with (
        target.open("rb") as old,
        tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as beside,
    ):
        new = Path(beside.name)
        try:
            beside.write(after.encode())
            beside.flush()
            if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
                with suppress(PermissionError):
                    os.chown(new, was.st_uid, was.st_gid)
            new.chmod(was.st_mode & 0o7777)
            fcntl.flock(old, fcntl.LOCK_EX)
            if target.read_bytes() != before.encode():
                raise UserError(CHANGED.format(path))
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)


changes = (set_, add, remove, rename, new, retire, stamp, delete, diff)
"""What joins `psfbot catalog`."""
