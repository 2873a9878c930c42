"""Foreign YAML of several documents: plain data, and where each value stands.

Nothing is taken for a date or a number; anchors are refused, because one of them can stand for a million values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yaml import AliasEvent, MappingNode, MarkedYAMLError, Node, ScalarNode, SequenceNode, compose_all, parse
from yaml.cyaml import CSafeLoader
from yaml.events import CollectionEndEvent, CollectionStartEvent

from psfbot.catalog.encoding import clean, scrub
from psfbot.catalog.events import DEPTH
from psfbot.catalog.finding import Finding, Path

NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
BAD = "this is not YAML: {}"
ANCHOR = "an anchor or an alias (& or *): write the value out"
DEEP = f"nested deeper than {DEPTH} levels: this is no description of a service"
TWICE = 'this field stands twice: "{}"'
NO_FIELDS = "expected the fields of an entity here"


@dataclass(frozen=True, slots=True)
class Foreign:
    """One document: its data, and the line and column of each value by its path."""

    data: Mapping[str, object]
    places: Mapping[Path, tuple[int, int]]

    def place(self, path: Path) -> tuple[int, int]:
        """Where a value stands, or what holds it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def foreign(raw: bytes, name: str) -> tuple[list[Foreign], list[Finding]]:
    """Every document of a file, and what keeps any of it from being read."""
    data, slips = clean(raw)
    text, more = scrub(data)
    wrong = [Finding(name, one.line, one.column, one.message, one.rule, one.severity) for one in (*slips, *more)]
    try:
        if unfit := _unfit(text.decode(), name):
            return [], [*wrong, unfit]
        found = []
        for node in compose_all(text.decode(), Loader=CSafeLoader):
            if node is not None and not _empty(node):
                places: dict[Path, tuple[int, int]] = {}
                value = _value(node, (), places, wrong, name)
                if isinstance(value, dict):
                    found.append(Foreign(value, places))
                else:
                    wrong.append(Finding(name, *_at(node), NO_FIELDS, "type"))
    except MarkedYAMLError as error:
        where = error.problem_mark or error.context_mark
        line, column = (where.line + 1, where.column + 1) if where else (1, 1)
        return [], [*wrong, Finding(name, line, column, BAD.format(error.problem), "syntax")]
    return found, wrong


def _unfit(text: str, name: str) -> Finding | None:
    """What no description has: values that stand for others, and nesting without end."""
    depth = 0
    for event in parse(text, Loader=CSafeLoader):
        line, column = (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else (1, 1)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            return Finding(name, line, column, ANCHOR, "alias")
        if depth > DEPTH:
            return Finding(name, line, column, DEEP, "depth")
    return None


def _empty(node: Node) -> bool:
    """Is there nothing between two marks?"""
    return isinstance(node, ScalarNode) and node.value in NOTHING and not node.style


def _at(node: Node) -> tuple[int, int]:
    """Where a node begins, from 1."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def _value(node: Node, path: Path, places: dict[Path, tuple[int, int]], wrong: list[Finding], name: str) -> object:
    """A node as plain data: text, lists and mappings, or nothing."""
    places.setdefault(path, _at(node))
    if isinstance(node, ScalarNode):
        return None if _empty(node) else str(node.value)
    if isinstance(node, SequenceNode):
        return [_value(one, (*path, number), places, wrong, name) for number, one in enumerate(node.value)]
    made: dict[str, object] = {}
    for key, value in _pairs(node):
        said = str(key.value)
        places[*path, said] = _at(key)
        if said in made:
            wrong.append(Finding(name, *_at(key), TWICE.format(said), "duplicate-key"))
        made[said] = _value(value, (*path, said), places, wrong, name)
    return made


def _pairs(node: Node) -> Iterator[tuple[Node, Node]]:
    """Keys and values of a mapping."""
    if isinstance(node, MappingNode):
        yield from node.value
