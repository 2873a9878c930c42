"""`psfbot catalog export` and `import`: the same facts in the shapes that other tools read."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfbot.cli.catalog import FILE, current

if TYPE_CHECKING:
    from psfbot.catalog.exchange.from_backstage import Imported
    from psfbot.catalog.model import Catalog

SHAPES = ("backstage", "datadog", "csv", "markdown", "mermaid", "dot", "sqlite")
NEEDS_FILE = "A database is a file: name it with -o catalog.db."
WROTE = "{path}: {count}."


@click.command()
@FILE
@click.option("--to", "shape", type=click.Choice(SHAPES), required=True, help="The shape to write.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, not to the terminal."
)
@click.option("--private", is_flag=True, help="Also what is not public: private contacts, people's accounts.")
def export(file: Path | None, shape: str, output: Path | None, *, private: bool) -> None:
    """Write the catalog for other tools.

    docs/exports.md tells what each shape holds. Contacts marked `public: false` and people's mail, IRC, Slack and
    PagerDuty accounts stay out unless --private is given.
    """
    from psfbot.catalog.file import load_or_refuse
    from psfbot.text import count

    if shape == "sqlite" and (output is None or (output.exists() and not output.is_file())):
        raise click.UsageError(NEEDS_FILE)
    catalog = load_or_refuse(file or current()).catalog
    if catalog is None:
        return
    if shape == "sqlite" and output is not None:
        write_database(catalog, output, private=private)
    else:
        text = written(catalog, shape, private=private)
        if output is None:
            click.echo(text.encode(), nl=False)
            return
        replace(output, text.encode())
    click.echo(WROTE.format(path=output, count=count(len(catalog.services), "service")), err=True)


def written(catalog: "Catalog", shape: str, *, private: bool) -> str:
    """The catalog as text."""
    if shape == "backstage":
        from psfbot.catalog.exchange.to_backstage import backstage

        return backstage(catalog, private=private)
    if shape == "datadog":
        from psfbot.catalog.exchange.to_datadog import datadog

        return datadog(catalog, private=private)
    if shape == "csv":
        from psfbot.catalog.exchange.to_csv import spreadsheet

        return spreadsheet(catalog)
    if shape == "markdown":
        from psfbot.catalog.exchange.pages import markdown

        return markdown(catalog, private=private)
    from psfbot.catalog.graph import dot, mermaid

    return (mermaid if shape == "mermaid" else dot)(catalog)


def replace(path: Path, data: bytes) -> None:
    """Put a file in its place at once, so that nobody ever reads half of it; a pipe or a device stays what it is."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)


def write_database(catalog: "Catalog", path: Path, *, private: bool) -> None:
    """Write a database that SQLite, and Datasette, open: tables, keys, an index for words, a view."""
    from psfbot.catalog.exchange.private import public
    from psfbot.catalog.exchange.tables import SEARCH, VIEWS, rows
    from psfbot.catalog.score import score

    seen = catalog if private else public(catalog)
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    database = sqlite3.connect(beside)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")  # the file takes its place only when it is whole
        with database:
            for table, found in rows(seen, score(seen, datetime.now(UTC).date())):
                database.executescript(table.sql)
                marks = ", ".join("?" * len(table.columns))
                database.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', found)  # noqa: S608 - our own names
            database.executescript(SEARCH + VIEWS)
        database.execute("ANALYZE")
        database.commit()
    finally:
        database.close()
    beside.replace(path)


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="CATALOG",
    help="Put the records into this file, not to the terminal.",
)
@click.option("--dry-run", is_flag=True, help="With --into: show the diff and change nothing.")
@click.option("--skip-unknown", is_flag=True, help="Leave out, and tell, what the catalog has no place for.")
def import_(source: Path, into: Path | None, *, dry_run: bool, skip_unknown: bool) -> None:
    """Read a Backstage file as records of this catalog.

    Such a file is called catalog-info.yaml. What the catalog has no place for is refused by name with its line, and
    the exit code is 1.
    """
    from psfbot.catalog.exchange.from_backstage import from_backstage
    from psfbot.catalog.exchange.records import text_of
    from psfbot.catalog.finding import as_text

    found = from_backstage(source.read_bytes(), str(source), lenient=skip_unknown)
    if found.findings:
        click.echo(as_text(found.findings), err=True)
    if found.catalog is None:
        click.get_current_context().exit(1)
    elif into is None:
        click.echo(text_of(found.catalog).encode(), nl=False)
    else:
        merge(found, found.catalog, into, dry_run=dry_run)


def merge(found: "Imported", new: "Catalog", into: Path, *, dry_run: bool) -> None:
    """Put records into a catalog's file, or show what that would change."""
    from difflib import unified_diff

    from psfbot.catalog.editing.cutout import BOM
    from psfbot.catalog.exchange.records import merged
    from psfbot.cli.editing import write
    from psfbot.cli.versions import text_of
    from psfbot.text import count

    before = text_of(into)
    mark = BOM if before.startswith(BOM) else ""
    after = mark + merged(before.removeprefix(mark), str(into), new)
    if dry_run:
        names = (str(into), str(into))
        diff = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), *names)
        click.echo("".join(diff).encode(), nl=False)
        return
    if after != before:
        write(into, before, after)
    said = count(sum(map(len, found.records.values())), "record")
    click.echo(f"{into}: {said} read, {'nothing new' if after == before else 'the new ones added'}.", err=True)
