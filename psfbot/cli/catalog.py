"""`psfbot catalog …`: check the file, and what else is done with it."""

import json
import sys
from pathlib import Path

import click

FILE = click.argument("file", required=False, type=click.Path(path_type=Path))


@click.group()
def catalog() -> None:
    """Check, describe and change the catalog."""


@catalog.command()
@FILE
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def check(file: Path | None, form: str) -> None:
    """Report every fault of the catalog with its place; exit 1 when there is one."""
    from psfbot.catalog.file import load
    from psfbot.catalog.finding import as_github, as_json, as_text

    path = file or current()
    loaded = load(path)
    said = {"text": as_text, "json": as_json, "github": as_github}[form](loaded.findings)
    if said:
        click.echo(said)
    if form == "text":
        click.echo(summary(path, len(loaded.errors), len(loaded.findings) - len(loaded.errors)), err=True)
    sys.exit(1 if loaded.errors else 0)


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
