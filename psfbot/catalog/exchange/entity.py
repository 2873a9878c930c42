"""One foreign entity while it is taken apart: whatever nobody took is named at the end, with its place."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from psfbot.catalog.exchange.foreign import Foreign
from psfbot.catalog.exchange.to_backstage import PREFIX
from psfbot.catalog.finding import Finding, Path, Severity, shown
from psfbot.catalog.nearest import did_you_mean

UNKNOWN = "the catalog has no place for {}{}"
NOT_TEXT = "expected text, found {}"
NOT_LIST = "expected a list, found {}"
NOT_FIELDS = "expected a mapping, found {}"
NO_JSON = "this annotation is not the JSON that psfbot wrote: {}"
TEXTS = frozenset(
    {"note", "oncall", "status", "escalates_to", "code", "kind", "location", "country", "lifecycle", "irc", "slack"}
    | {"pagerduty", "timezone", "id"}
)
"""Annotations of ours that hold a text as it is; all others hold JSON."""


@dataclass
class Entity:
    """A document, what was taken from it, and what was wrong with that."""

    file: str
    whole: Foreign
    taken: set[Path] = field(default_factory=set)
    wrong: list[Finding] = field(default_factory=list)

    def take(self, *path: str) -> object:
        """A value, which from now on is accounted for."""
        self.taken.add(path)
        here: object = self.whole.data
        for step in path:
            here = here.get(step) if isinstance(here, Mapping) else None
        return here

    def text(self, *path: str) -> str:
        """A text, empty where there is none."""
        value = self.take(*path)
        if value is None or isinstance(value, str):
            return value or ""
        self.complain(path, NOT_TEXT.format(shown(value)), "type")
        return ""

    def texts(self, *path: str) -> list[str]:
        """A list of texts."""
        return [one for one in self.items(*path) if isinstance(one, str)]

    def items(self, *path: str) -> list[object]:
        """A list."""
        value = self.take(*path)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.complain(path, NOT_LIST.format(shown(value)), "type")
        return []

    def fields(self, *path: str) -> Mapping[str, object]:
        """A mapping that others take apart."""
        here: object = self.whole.data
        for step in path:
            here = here.get(step) if isinstance(here, Mapping) else None
        if here is None or isinstance(here, Mapping):
            return here or {}
        self.complain(path, NOT_FIELDS.format(shown(here)), "type")
        return {}

    def ours(self) -> dict[str, object]:
        """What psfbot wrote into annotations, by the name of the catalog's field."""
        found: dict[str, object] = {}
        for key, value in self.fields("metadata", "annotations").items():
            if key.startswith(PREFIX) and isinstance(value, str):
                name, path = key.removeprefix(PREFIX), ("metadata", "annotations", key)
                self.taken.add(path)
                found[name] = value if name in TEXTS else self.json(path, value)
        return found

    def json(self, path: Path, value: str) -> object:
        """A value out of JSON."""
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            self.complain(path, NO_JSON.format(error), "json")
            return None

    def complain(self, path: Path, message: str, rule: str, severity: Severity = "error") -> None:
        """Note what is wrong with a value."""
        line, column = self.whole.place(path)
        where = "/".join(map(str, path))
        self.wrong.append(Finding(self.file, line, column, message, rule, severity, where))

    def left(self, severity: Severity) -> None:
        """Name every field that nobody took."""
        for path in self._untaken(self.whole.data, ()):
            known = [".".join(map(str, one)) for one in self.taken]
            name = ".".join(map(str, path))
            self.complain(path, UNKNOWN.format(shown(name), did_you_mean(name, known)), "unknown-field", severity)

    def _untaken(self, data: object, path: Path) -> Iterator[Path]:
        """Paths of values that nobody took, as high up as may be."""
        if path in self.taken:
            return
        inside = [one for one in self.taken if one[: len(path)] == path and len(one) > len(path)]
        if isinstance(data, Mapping) and (inside or not path):
            for key, value in data.items():
                yield from self._untaken(value, (*path, key))
        elif data not in (None, "", [], {}):
            yield path
