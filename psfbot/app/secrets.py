"""The plugins' own settings: read, judged together with psfbot's, and kept out of the logs where they are secret.

A demo makes up the secrets that nobody has set.
"""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from secrets import token_urlsafe

from pydantic import SecretStr

from psfbot import plugins as homes
from psfbot.app import App
from psfbot.errors import UserError
from psfbot.plugin import Configuration, Plugin
from psfbot.settings import Settings

OURS = "PSFBOT_"
NO_FOLDER = "PSFBOT_PLUGIN_DIRS names {folder}, which is no folder: I find no plugins there."


def settings_of(
    plugins: Mapping[str, Plugin], environ: Mapping[str, str], *, make_up: bool = False
) -> tuple[dict[str, Configuration], tuple[str, ...]]:
    """Each plugin's settings from the environment, and what an operator should be warned about.

    What is wrong is told of all plugins at once.
    """
    found: dict[str, Configuration] = {}
    warnings: list[str] = []
    wrong: list[str] = []
    for name, plugin in plugins.items():
        if plugin.settings is None:
            continue
        given = {**invented(plugin.settings), **environ} if make_up else environ
        try:
            found[name], warned = plugin.settings.read(given)
        except UserError as error:
            wrong.append(str(error))
        else:
            warnings += (warning for warning in warned if not known_to_psfbot(warning.split()[0]))
    if wrong:
        raise UserError("\n".join(wrong))
    return found, tuple(warnings)


def invented(model: type[Configuration]) -> dict[str, str]:
    """A secret for each setting that webhooks are checked with."""
    names = [
        field for field in model.model_fields if model.is_secret(field) and field.removesuffix("s").endswith("secret")
    ]
    return {model.names_start_with + field.upper(): token_urlsafe(24) for field in names}


def known_to_psfbot(name: str) -> bool:
    """Is this a setting of psfbot itself? A plugin may be called like the first word of one."""
    field = name.removeprefix(OURS).lower()
    return field in Settings.model_fields or field.removesuffix("_file") in Settings.model_fields


def warnings_about(app: App) -> tuple[str, ...]:
    """Every setting that nobody reads, judged by psfbot and by each plugin; this loads the plugins."""
    found = app.plugins.found
    silent = {name for name, plugin in found.items() if plugin.settings is None}
    judges = present() | found.keys()
    _, ours = Settings.read(app.environ, plugin_prefixes=judges - silent)
    lost = (NO_FOLDER.format(folder=folder) for folder in app.settings.plugin_dirs if not folder.is_dir())
    return *ours, *lost, *settings_of(found, app.environ)[1]


def present() -> set[str]:
    """Every plugin that is installed; one that is switched off or broken still has a right to its settings."""
    return {module.name for module in pkgutil.iter_modules(homes.__path__)} | {name for name, _ in homes.installed()}


def secret_words(settings: Iterable[Configuration]) -> Iterator[str]:
    """Every secret among these settings, so that no log line shows one."""
    for one in settings:
        for field in type(one).model_fields:
            value = getattr(one, field)
            secrets = value if isinstance(value, tuple) else (value,)
            yield from (secret.get_secret_value() for secret in secrets if isinstance(secret, SecretStr))
