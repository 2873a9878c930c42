"""`psfbot catalog review`: what a pull request does to the catalog, as annotations and as a page."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from psfbot.cli.catalog import FILE, current, plugins_here


@click.command()
@click.argument("base")
@FILE
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="PAGE", help="Write the review there.")
@click.option("--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True)
def review(base: str, file: Path | None, output: Path | None, form: str) -> None:
    """Review what changed since BASE, for a pull request.

    BASE is another file, or a version that git knows. The page tells new faults, what changed in words, what hangs on
    it, and what it does to the scorecard, as Markdown.

    For example: psfbot catalog review origin/main

    The exit code is 1 when the change brings a new error; what was wrong before stands in nobody's way. With
    --format github, new findings are printed as annotations; with --output, the page goes to a file.
    """
    from psfbot.catalog.file import load, read
    from psfbot.catalog.finding import as_github, as_text
    from psfbot.catalog.review import as_markdown, reviewed
    from psfbot.cli.versions import earlier_text

    path = file or current()
    today = datetime.now(UTC).date()
    before = read(earlier_text(base, path), f"{base}:{path.name}", today, plugins_here)
    found = reviewed(before, load(path, today, plugins_here), today)
    page = as_markdown(found)
    if output:
        output.write_text(page, "utf-8")
    said = {"text": as_text, "github": as_github}[form](found.fresh) if output or form == "github" else page.rstrip()
    if said:
        click.echo(said)
    sys.exit(1 if found.blocks else 0)
