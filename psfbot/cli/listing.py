"""Settings and plugins as lists on the terminal."""

import json
from collections.abc import Mapping, Sequence

import click

from psfbot.app import App, start
from psfbot.app.secrets import settings_of, warnings_about
from psfbot.plugin import Configuration, Plugin
from psfbot.settings import as_markdown
from psfbot.settings.listing import Section, sections
from psfbot.text import count


def print_settings(form: str) -> None:
    """Every setting with its value and origin; secrets only say whether they are set."""
    app = start()
    if form == "markdown":
        click.echo(as_markdown(models(app.plugins.found)), nl=False)
        return
    found = sections(app.settings, settings_of(app.plugins.found, app.environ)[0])
    click.echo(as_json(found) if form == "json" else as_text(found))
    for warning in warnings_about(app):
        click.echo(warning, err=True)
    complain(app)


def models(plugins: Mapping[str, Plugin]) -> dict[str, type[Configuration]]:
    """The settings that each plugin knows, of those that have any."""
    return {name: plugin.settings for name, plugin in plugins.items() if plugin.settings}


def as_text(found: Sequence[Section]) -> str:
    """For people: a paragraph a section, and under each value what it means."""
    paragraphs = []
    for section in found:
        lines = [f"# {section.title}"]
        for row in section.rows:
            lines += [f"{row.name}={row.value}  ({row.source})", f"    {row.description}"]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def as_json(found: Sequence[Section]) -> str:
    """For scripts: one list of all settings."""
    rows = [{"section": section.title, **row._asdict()} for section in found for row in section.rows]
    return json.dumps(rows, indent=2)


def print_plugins() -> int:
    """Each plugin with what it brings; 1 when one failed."""
    app = start()
    found = app.plugins.found
    for name, plugin in sorted(found.items()):
        click.echo(f"{name}: {plugin.about} {brings(plugin)}".rstrip())
    if not found:
        click.echo("No plugins are installed.")
    complain(app)
    return 1 if app.plugins.failed else 0


def brings(plugin: Plugin) -> str:
    """What a plugin adds to the bot, in few words."""
    parts = ["webhooks"] if plugin.reads else []
    parts += [count(len(plugin.commands), "command")] if plugin.commands else []
    parts += [count(len(plugin.settings.model_fields), "setting")] if plugin.settings else []
    return f"({', '.join(parts)})" if parts else ""


def complain(app: App) -> None:
    """Name the plugins that could not be used."""
    for failure in app.plugins.failed:
        click.echo(f"{failure.name}: failed to load ({failure.reason})", err=True)
