"""`psfbot checklist …`: which templates there are, and what is wrong with one that is being written."""

import sys
from pathlib import Path

import click


@click.group()
def checklist() -> None:
    """Look after templates of checklists."""


@checklist.command()
def templates() -> None:
    """List the templates that can be started, with their files.

    The exit code is 1 when one of them is faulty.
    """
    from psfbot.app import start
    from psfbot.app.templates import gather
    from psfbot.catalog.finding import as_text
    from psfbot.text import count

    app = start()
    made = gather(app.plugins.found, app.settings.plugin_dirs)
    for name, template in sorted(made.found.items()):
        click.echo(f"{name}: {template.title} ({count(len(template.steps), 'step')}; {made.files[name]})")
    if not made.found:
        click.echo("There are no templates.")
    for findings in made.faulty.values():
        click.echo(as_text(findings), err=True)
    sys.exit(1 if made.faulty else 0)


@checklist.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check(files: tuple[Path, ...], form: str) -> None:
    """Report every fault of a template with its place.

    Checks are looked up in the plugins that are installed here, and the query is held against the catalog. The exit
    code is 1 when there is a fault; warnings alone are none.
    """
    from psfbot.app import start
    from psfbot.app.templates import read_file, shapes
    from psfbot.catalog.finding import as_github, as_json, as_text
    from psfbot.text import count

    app = start()
    checks, catalog = shapes(app.plugins.found), app.book.catalog
    read = [(path, read_file(path, checks, catalog)) for path in files]
    findings = [one for _, sheet in read for one in sheet.findings]
    said = {"text": as_text, "json": as_json, "github": as_github}[form](findings)
    if said:
        click.echo(said)
    for path, sheet in read if form == "text" else ():
        steps = f"{count(len(sheet.model.steps), 'step')}, no errors" if sheet.model else "not usable"
        click.echo(f"{path}: {steps}.", err=True)
    sys.exit(1 if any(sheet.errors for _, sheet in read) else 0)


@checklist.command()
@click.argument("number", type=click.IntRange(min=1))
def patch(number: int) -> None:
    """Print what a checklist changes in the catalog, as a patch.

    For example: psfbot checklist patch 3 | git apply. It is made on the catalog as it is now; where nothing is to be
    changed, nothing is printed.
    """
    import asyncio

    from psfbot.app.checklist_past import patch_of

    click.echo(asyncio.run(patch_of(number)), nl=False)


@checklist.command()
@click.argument("number", type=click.IntRange(min=1))
def export(number: int) -> None:
    """Print a checklist with all that was done, as Markdown."""
    import asyncio

    from psfbot.app.checklist_past import page_of

    click.echo(asyncio.run(page_of(number)), nl=False)
