"""The settings as people read them: `psfbot settings` and `docs/settings.md`."""

from typing import NamedTuple

from pydantic import SecretStr

from psfbot.settings.model import Settings
from psfbot.settings.reading import Configuration, Origin

GROUPS = {"irc_": "IRC", "slack_": "Slack", "pagerduty_": "PagerDuty", "pingdom_": "Pingdom", "github_": "GitHub"}
"""How a name begins -> the heading that it is listed under."""

INTRODUCTION = """\
# Settings

<!-- Generated: change psfbot/settings/, then run `python -m psfbot.settings > docs/settings.md`. -->

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

`psfbot settings` prints what is in force and where each value came from.
"""


class Row(NamedTuple):
    """One setting: a secret is `(set)` or empty, and never shown."""

    name: str
    value: str
    default: str
    description: str
    source: Origin


def describe(settings: Configuration) -> list[Row]:
    """List every setting with what is in force and where that came from."""
    return [
        Row(
            name=settings.names_start_with + field.upper(),
            value=_shown(getattr(settings, field)),
            default=_shown(info.default),
            description=type(settings).description_of(field),
            source=settings.origin_of(field),
        )
        for field, info in type(settings).model_fields.items()
    ]


def as_markdown() -> str:
    """Write the whole of `docs/settings.md`."""
    lines, heading = [INTRODUCTION], ""
    for field, row in zip(Settings.model_fields, describe(Settings()), strict=True):
        group = next((title for prefix, title in GROUPS.items() if field.startswith(prefix)), "The bot itself")
        if group != heading:
            heading = group
            lines.append(f"\n## {group}\n\n| Setting | What it does | Default | Example |\n| --- | --- | --- | --- |\n")
        default = "*secret*" if Settings.is_secret(field) else row.default and f"`{row.default}`"
        lines.append(f"| `{row.name}` | {row.description} | {default} | `{Settings.example_of(field)}` |\n")
    return "".join(lines)


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
