"""Templates of checklists, wherever they lie: in the folder of any plugin, or in a folder of the operators'."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from psfbot import logs
from psfbot.catalog.finding import Finding, as_text
from psfbot.catalog.model import Catalog
from psfbot.catalog.sheet import Sheet
from psfbot.checklists.reading import read_template
from psfbot.checklists.template import Template
from psfbot.plugin import Plugin
from psfbot.plugins import __name__ as package
from psfbot.plugins import installed

TWICE = 'a second template "{name}": {first} has that name already'
UNREADABLE = "it cannot be read: {why}"

log = logs.get(__name__)


@dataclass(frozen=True)
class Templates:
    """The templates that can be started, by name, and where each lies; what is wrong with the others."""

    found: dict[str, Template] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    faulty: dict[Path, tuple[Finding, ...]] = field(default_factory=dict)


def shapes(plugins: Mapping[str, Plugin]) -> dict[str, type[BaseModel]]:
    """The arguments of every check that plugins bring, by the check's name."""
    return {name: check.shape for plugin in plugins.values() for name, check in plugin.checks.items()}


def files(plugins: Iterable[str], drop_ins: Iterable[Path] = ()) -> Iterator[Path]:
    """Every file that may hold a template: those of plugins in their order, then those that lie in a folder alone."""
    folders = [Path(file).parent for name in plugins if (file := module_file(name))]
    seen: set[Path] = set()
    for folder in (*folders, *drop_ins):
        for path in sorted(folder.glob("*.yaml")):
            if path.resolve() not in seen and not path.name.startswith("."):
                seen.add(path.resolve())
                yield path


def module_file(name: str) -> str | None:
    """Where a plugin's code lies; nothing where it is a lone file among others' packages."""
    if module := sys.modules.get(f"{package}.{name}"):
        return module.__file__
    module = sys.modules.get(targets().get(name, "").partition(":")[0])
    return module.__file__ if module and module.__spec__ and module.__spec__.parent else None


@cache
def targets() -> dict[str, str]:
    """Where the plugins of installed packages lie, by name: read once, as they are loaded once."""
    return dict(installed())


def read_file(path: Path, checks: Mapping[str, type[BaseModel]], catalog: Catalog | None = None) -> Sheet[Template]:
    """Read one file; one that cannot be read has one finding, in its first line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return Sheet(None, (Finding(str(path), 1, 1, UNREADABLE.format(why=error.strerror or error), "unreadable"),))
    return read_template(data, str(path), checks, catalog)


def gather(plugins: Mapping[str, Plugin], drop_ins: Iterable[Path] = ()) -> Templates:
    """Read all templates; a faulty one is left out and told in the log, and the others go on."""
    made, checks = Templates(), shapes(plugins)
    for path in files(plugins, drop_ins):
        sheet = read_file(path, checks)
        found, findings = sheet.model, sheet.errors
        if found is not None and found.name in made.found:
            twice = TWICE.format(name=found.name, first=made.files[found.name])
            found, findings = None, (Finding(str(path), 1, 1, twice, "duplicate-id"),)
        if found is None:
            made.faulty[path] = findings
            log.warning("template refused", file=str(path), first=as_text(findings[:1]))
            continue
        made.found[found.name] = found
        made.files[found.name] = path
    return made
