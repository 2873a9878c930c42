"""The settings as people read them: `psfbot settings` and `docs/settings.md`."""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import SecretStr

from psfbot.settings.model import Settings
from psfbot.settings.reading import Configuration, Origin

ITSELF = "The bot itself"
GROUPS = {
    "irc_": "IRC",
    "slack_": "Slack",
    "github_": "GitHub",
    "catalog_": "Catalog edits",
    "proposals_": "Catalog edits",
}
"""How a name begins -> the heading that it is listed under."""

INTRODUCTION = """\
# Settings

<!-- Generated: run `psfbot settings --format markdown > docs/settings.md` after a change. -->

Every setting has a default, so psfbot starts with none of them. What differs from the default is an environment
variable, or a line in a [TOML](https://toml.io) file that `PSFBOT_CONFIG` names: there the names are in lower case and
without `PSFBOT_` (`irc_host = "irc.libera.chat"`). Where both say something, the environment wins. An empty value
counts as not given.

- **Lists** are comma-separated: `PSFBOT_IRC_CHANNELS=#python-infra,#psf-ops`.
- **Switches** are `true` or `false` (`1`, `0`, `yes`, `no`, `on` and `off` do as well).
- **Secrets** may lie in a file: `PSFBOT_IRC_PASSWORD_FILE=/run/secrets/irc` instead of `PSFBOT_IRC_PASSWORD`.
  A line break at the end of that file is dropped. Secrets are never printed.
- A chat platform is on when its host or token is set, and off otherwise.
- A misspelt name is no error: psfbot warns about it at the start and names the nearest right one.

`psfbot settings` prints what is in force and where each value came from. A plugin reads settings of its own, which
begin with its name; those of the plugins that come with psfbot are listed at the end.
"""


class Row(NamedTuple):
    """One setting: a secret is `(set)` or empty, and never shown."""

    name: str
    value: str
    default: str
    description: str
    source: Origin


class Section(NamedTuple):
    """Settings that belong together."""

    title: str
    rows: tuple[Row, ...]


def describe(settings: Configuration) -> list[Row]:
    """List every setting with what is in force and where that came from."""
    return [
        Row(
            name=settings.names_start_with + field.removesuffix("_").upper(),
            value=_shown(getattr(settings, field)),
            default=_shown(info.default),
            description=type(settings).description_of(field),
            source=settings.origin_of(field),
        )
        for field, info in type(settings).model_fields.items()
    ]


def sections(settings: Settings, plugins: Mapping[str, Configuration]) -> list[Section]:
    """All settings under their headings: psfbot's own first, then each plugin's."""
    own: dict[str, tuple[Row, ...]] = {}
    for field, row in zip(Settings.model_fields, describe(settings), strict=True):
        title = next((title for prefix, title in GROUPS.items() if field.startswith(prefix)), ITSELF)
        own[title] = (*own.get(title, ()), row)
    theirs = {f"Plugin {name}": tuple(describe(plugins[name])) for name in sorted(plugins)}
    return [Section(title, rows) for title, rows in (own | theirs).items()]


def as_markdown(plugins: Mapping[str, type[Configuration]]) -> str:
    """Write the whole of `docs/settings.md`."""
    models: list[type[Configuration]] = [Settings, *(plugins[name] for name in sorted(plugins))]
    fields = {
        model.names_start_with + name.removesuffix("_").upper(): (model, name)
        for model in models
        for name in model.model_fields
    }
    lines = [INTRODUCTION]
    for section in sections(Settings(), {name: model() for name, model in plugins.items()}):
        lines.append(f"\n## {section.title}\n\n")
        lines.append("| Setting | What it does | Default | Example |\n| --- | --- | --- | --- |\n")
        lines += (_line(row, *fields[row.name]) for row in section.rows)
    return "".join(lines)


def _line(row: Row, model: type[Configuration], field: str) -> str:
    """One line of the table; a bar would end its cell."""
    default = "*secret*" if model.is_secret(field) else row.default and f"`{row.default}`"
    cells = (f"`{row.name}`", row.description, default, f"`{model.example_of(field)}`")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _shown(value: object) -> str:
    """Print a value in the spelling that it is given in."""
    match value:
        case None | ():
            return ""
        case SecretStr() | (SecretStr(), *_):
            return "(set)"
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)
