"""`psfbot catalog …`: check the file, and what else is done with it."""

import json
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from psfbot.catalog.finding import Finding

HOMES = (Path(__file__).parents[1] / "plugins", Path(__file__).parents[2] / "plugins")
"""Where our own plugins are: in a wheel, and in a checkout."""
FILE = click.argument("file", required=False, type=click.Path(path_type=Path))
FILES = click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
"""Several, since pre-commit hands over all that a commit touches at once."""


@click.group()
def catalog() -> None:
    """Check, describe and change the catalog."""


@catalog.command()
@FILES
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.option("--new-since", "base", default="", metavar="BASE", help="Only what another file, or git's BASE, has not.")
def check(files: tuple[Path, ...], form: str, base: str) -> None:
    """Report every fault of the catalog with its place.

    The exit code is 1 when there is one; warnings alone are none.
    """
    from psfbot.catalog.finding import as_github, as_json, as_text

    found = {path: found_in(path, base) for path in files or (current(),)}
    findings = [one for every in found.values() for one in every]
    said = {"text": as_text, "json": as_json, "github": as_github}[form](findings)
    if said:
        click.echo(said)
    for path, every in found.items() if form == "text" else ():
        errors = sum(one.severity == "error" for one in every)
        click.echo(summary(path, errors, len(every) - errors), err=True)
    sys.exit(1 if any(one.severity == "error" for one in findings) else 0)


def found_in(path: Path, base: str) -> "Sequence[Finding]":
    """Every fault of one catalog, or only those that an earlier version has not."""
    from psfbot.catalog.file import load, read
    from psfbot.catalog.since import new_since

    today = datetime.now(UTC).date()
    findings = load(path, today, plugins_here).findings
    if not base:
        return findings
    from psfbot.cli.versions import earlier_text

    return tuple(new_since(read(earlier_text(base, path), base, today, plugins_here).findings, findings))


def plugins_here(wanted: Collection[str]) -> set[str]:
    """Plugins by the names of their folders and packages; none is imported.

    Only a name that is no folder of ours is worth a look at the settings and at what is installed.
    """
    ours = {found.parent.name for home in HOMES for found in home.glob("*/__init__.py")}
    if ours.issuperset(wanted):
        return ours
    from pkgutil import iter_modules

    from psfbot import plugins
    from psfbot.app import start
    from psfbot.errors import UserError

    try:
        folders = start().settings.plugin_dirs
    except UserError:
        folders = ()
    modules = iter_modules([*map(str, folders), *plugins.__path__])
    return {module.name for module in modules} | {name for name, _ in plugins.installed()}


def current() -> Path:
    """The catalog that the bot would run with."""
    from psfbot.app import start

    return start().catalog_path


def summary(path: Path, errors: int, warnings: int) -> str:
    """How the check went, in one line."""
    from psfbot.text import count

    if not errors and not warnings:
        return f"{path}: no faults."
    return f"{path}: {count(errors, 'error')}, {count(warnings, 'warning')}."


@catalog.command()
def schema() -> None:
    """Print the JSON Schema of the catalog, for editors."""
    from psfbot.catalog.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@catalog.command("fmt")
@FILES
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if something would change.")
def fmt(files: tuple[Path, ...], *, only_check: bool) -> None:
    """Put the catalog into its one layout.

    Records are sorted, fields stand in their order, and comments are kept. What cannot be laid out is named with its
    line, nothing is changed, and the exit code is 1.
    """
    in_order = [laid_out(path, only_check=only_check) for path in files or (current(),)]
    sys.exit(0 if all(in_order) else 1)


def laid_out(path: Path, *, only_check: bool) -> bool:
    """Is a catalog in its one layout now? One that is not is rewritten, unless it is only looked at."""
    from psfbot.catalog.file import load_or_refuse, read
    from psfbot.catalog.tidy import Untidy, tidy
    from psfbot.errors import UserError

    before = load_or_refuse(path)
    text = path.read_bytes().decode("utf-8-sig")
    try:
        done = tidy(text)
    except Untidy as untidy:
        raise UserError("\n".join(f"{path}:{one.line}: {one.message}" for one in untidy.reasons)) from None
    if read(done, str(path)).catalog != before.catalog:
        raise UserError(f"{path}: I cannot lay this out without changing what it says, so I left it alone.")
    if done == text:
        click.echo(f"{path}: in order.", err=True)
    elif only_check:
        click.echo(f"{path}: `psfbot catalog fmt` would change it.", err=True)
        return False
    else:
        file = path.resolve()
        beside = file.with_name(f".{file.name}.fmt")
        beside.write_bytes(done.encode())
        beside.chmod(file.stat().st_mode)
        beside.replace(file)
        click.echo(f"{path}: put in order.", err=True)
    return True


@catalog.command()
@FILE
@click.option("--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid", show_default=True)
@click.option("--query", default="", help="Only services that match, such as provider:fastly.")
def graph(file: Path | None, form: str, query: str) -> None:
    """Draw who needs whom, as Mermaid or Graphviz text."""
    from psfbot.catalog.book import Book
    from psfbot.catalog.file import load_or_refuse
    from psfbot.catalog.graph import dot, mermaid

    loaded = load_or_refuse(file or current())
    if loaded.catalog is not None:
        book = Book.of(loaded.catalog)
        draw = mermaid if form == "mermaid" else dot
        click.echo(draw(book.catalog, book.query(query) if query else None), nl=False)
