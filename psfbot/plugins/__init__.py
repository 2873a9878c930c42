"""Where plugins live: drop-in folders first, then `plugins/` (checkout or wheel), then installed packages.

A plugin that cannot be imported is listed with its error and never takes the bot down.
"""

import pkgutil
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from psfbot.chat.command import Command
from psfbot.plugin import Plugin

GROUP = "psfbot.plugins"
ROOT = Path(__file__).parents[2]
if (ROOT / "catalog.yaml").is_file():  # a checkout; in a wheel the folders lie beside this file
    __path__.append(str(ROOT / "plugins"))


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that is there but cannot be used, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plugins:
    """What was found: plugins by name, and those that failed."""

    found: dict[str, Plugin]
    failed: tuple[Failure, ...]


def find(drop_ins: Iterable[Path] = (), only: Collection[str] = ()) -> dict[str, Plugin]:
    """Every usable plugin by name; the first home to offer a name wins, so a drop-in can replace one of ours."""
    return load(tuple(map(str, drop_ins)), tuple(only)).found


@cache
def load(drop_ins: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> Plugins:
    """Import all plugins, or `only` those named, and keep what went wrong."""
    __path__[:0] = [folder for folder in drop_ins if folder not in __path__]
    found: dict[str, Plugin] = {}
    failed: list[Failure] = []
    for module in pkgutil.iter_modules(__path__):
        if not only or module.name in only:
            take(module.name, f"{__name__}.{module.name}", found, failed)
    for name, target in installed():
        if name not in found and (not only or name in only):
            take(name, target, found, failed)
    missing = [Failure(name, "no plugin of this name is installed") for name in only if name not in found]
    known = {failure.name for failure in failed}
    return Plugins(found, (*failed, *(failure for failure in missing if failure.name not in known)))


def take(name: str, target: str, found: dict[str, Plugin], failed: list[Failure]) -> None:
    """Import one plugin, whose code may do anything, and keep it or the reason why not."""
    module, _, attribute = target.partition(":")
    try:
        plugin = getattr(import_module(module), attribute or "plugin")
        for command in getattr(plugin, "commands", ()):
            proved(command)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's own code: whatever it raises is told, and the others go on
        failed.append(Failure(name, f"{type(error).__name__}: {error}"))
        return
    if isinstance(plugin, Plugin):
        found[name] = plugin
    else:
        failed.append(Failure(name, f"{target} is no psfbot.plugin.Plugin"))


def proved(command: Command) -> None:
    """Look at a command's phrases and slots now, so that a malformed one is told here and not to whoever asks."""
    for phrase in command.phrases:
        unknown = phrase.slots - command.slots.keys()
        if unknown or not phrase.pattern:
            raise TypeError(
                f"'{phrase.said}' has a slot that {command.name} does not take: {', '.join(sorted(unknown))}"
            )


def installed() -> tuple[tuple[str, str], ...]:
    """Name and target of every plugin that an installed package offers.

    Reading package metadata costs more than answering a question, so it is done only
    when some package on the path mentions our group at all.
    """
    if not any(mentions(Path(folder)) for folder in sys.path if folder):
        return ()
    from importlib.metadata import entry_points  # noqa: PLC0415 - see above

    return tuple((entry.name, entry.value) for entry in entry_points(group=GROUP))


def mentions(folder: Path) -> bool:
    """Does a package in this folder declare an entry point of our group?"""
    if not folder.is_dir():
        return False
    return any(f"[{GROUP}]" in file.read_text("utf-8", "replace") for file in folder.glob("*.*-info/entry_points.txt"))


def payloads(name: str) -> dict[str, Path]:
    """The recorded webhooks that a plugin brings, by name; a form has no suffix to lose."""
    module = sys.modules.get(f"{__name__}.{name}")
    folder = Path(module.__file__ or "").parent / "payloads" if module else Path("payloads-of-nothing")
    return {file.stem: file for file in sorted(folder.glob("*")) if file.is_file() and file.name != "expected.json"}
