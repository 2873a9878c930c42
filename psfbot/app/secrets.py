"""The plugins' own settings; a demo makes up the secrets that nobody has set."""

from collections.abc import Mapping
from secrets import token_urlsafe

from psfbot.plugin import Configuration, Plugin


def settings_of(
    plugins: Mapping[str, Plugin], environ: Mapping[str, str], *, make_up: bool = False
) -> tuple[dict[str, Configuration], tuple[str, ...]]:
    """Each plugin's settings from the environment, and what an operator should be warned about."""
    found: dict[str, Configuration] = {}
    warnings: list[str] = []
    for name, plugin in plugins.items():
        if plugin.settings is None:
            continue
        given = {**invented(plugin.settings), **environ} if make_up else environ
        settings, warned = plugin.settings.read(given)
        found[name] = settings
        warnings += warned
    return found, tuple(warnings)


def invented(model: type[Configuration]) -> dict[str, str]:
    """A secret for each setting that webhooks are checked with."""
    names = [
        field for field in model.model_fields if model.is_secret(field) and field.removesuffix("s").endswith("secret")
    ]
    return {model.names_start_with + field.upper(): token_urlsafe(24) for field in names}
