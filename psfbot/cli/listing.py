"""Settings and plugins as lists on the terminal."""

import json

import click

from psfbot.app import start
from psfbot.settings import describe
from psfbot.text import count


def print_settings(*, as_json: bool) -> None:
    """Every setting with its value and origin; secrets only say whether they are set."""
    app = start()
    rows = describe(app.settings)
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    for row in rows:
        click.echo(f"{row.name}={row.value}  ({row.source})\n    {row.description}")
    for warning in app.warnings:
        click.echo(warning, err=True)


def print_plugins() -> int:
    """Each plugin with what it brings; 1 when one failed."""
    app = start()
    found = app.plugins
    for name, plugin in sorted(found.found.items()):
        brings = [count(len(plugin.commands), "command")] if plugin.commands else []
        click.echo(f"{name}: {plugin.about} {', '.join(brings)}".rstrip())
    if not found.found:
        click.echo("No plugins are installed.")
    for failure in found.failed:
        click.echo(f"{failure.name}: failed to load ({failure.reason})", err=True)
    return 1 if found.failed else 0
