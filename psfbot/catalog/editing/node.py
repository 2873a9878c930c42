"""One record's text as a tree that knows where each key and value stands, so that one of them can be replaced."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from yaml import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from psfbot.catalog.events import NextEvent, Odd, events, scalar
from psfbot.catalog.finding import Path

BLOCK = "|>"
HEADER = re.compile(r"[|>][+-]?\d?[+-]?(?:[ \t]+(#[^\r\n]*))?")
"""The first line of a text of several lines, and the comment on it."""
COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")


class Node(NamedTuple):
    """A value with its place, from its first letter to behind its last; `style` is its quote or block sign.

    A tuple, because a change to many records makes tens of thousands of them.
    """

    kind: Literal["scalar", "list", "mapping"]
    start: int
    end: int
    column: int
    data: object
    style: str = ""
    flow: bool = False
    items: tuple["Node", ...] = ()
    keys: tuple["Key", ...] = ()

    def key(self, name: str | int) -> "Key | None":
        """The key of this name, if this is a mapping that has it."""
        return next((one for one in self.keys if one.name == name), None)

    def at(self, path: Path) -> "Node | None":
        """The value at a path below this one."""
        here: Node | None = self
        for step in path:
            if here is None:
                return None
            if here.kind == "list" and isinstance(step, int):
                here = here.items[step] if step < len(here.items) else None
            else:
                found = here.key(step)
                here = found.value if found else None
        return here

    def leaves(self) -> Iterator["Node"]:
        """Every scalar in it, keys included."""
        if self.kind == "scalar":
            yield self
        for key in self.keys:
            yield Node("scalar", key.start, key.end, key.column, key.name)
            yield from key.value.leaves()
        for item in self.items:
            yield from item.leaves()


class Key(NamedTuple):
    """A key with its place and its value."""

    name: str
    start: int
    end: int
    column: int
    value: Node


@lru_cache(maxsize=8)
def parsed(text: str) -> Node:
    """The tree of a text that is one mapping; what is not YAML raises `YAMLError`.

    The last few trees are kept, because each step of a change asks again for the same text: nobody may change one.
    """
    following = events(text.encode())
    following()
    following()
    return _node(following(), following, text)


def _node(event: Any, following: NextEvent, text: str) -> Node:
    """The value that starts with this event."""
    first: Any = event.start_mark
    start, column = first.index, first.column
    if type(event) is ScalarEvent:
        behind: Any = event.end_mark
        end = behind.index
        style = event.style or ""
        if style and style in BLOCK:
            end = start + len(text[start:end].rstrip())
        return Node("scalar", start, end, column, scalar(event), style)
    if type(event) is MappingStartEvent:
        keys, last = _keys(following, text)
        end = last if event.flow_style else max((key.value.end for key in keys), default=start)
        data = {key.name: key.value.data for key in keys}
        return Node("mapping", start, end, column, data, flow=bool(event.flow_style), keys=keys)
    items = []
    while type(item := following()) is not SequenceEndEvent:
        items.append(_node(item, following, text))
    bracket: Any = item.end_mark
    end = bracket.index if event.flow_style else max((one.end for one in items), default=start)
    data_ = [one.data for one in items]
    return Node("list", start, end, column, data_, flow=bool(event.flow_style), items=tuple(items))


def _keys(following: NextEvent, text: str) -> tuple[tuple[Key, ...], int]:
    """The keys of a mapping, and where its closing brace would be."""
    keys = []
    while type(event := following()) is not MappingEndEvent:
        kind = type(event)
        if kind is not ScalarEvent:
            raise Odd
        start, end = event.start_mark, event.end_mark
        keys.append(Key(event.value, start.index, end.index, start.column, _node(following(), following, text)))
    brace: Any = event.end_mark
    return tuple(keys), brace.index


def comments(text: str, root: Node) -> Counter[str]:
    """Every comment in a text: what starts with a # between its values, and behind the sign of a block of text."""
    found: Counter[str] = Counter()
    if "#" not in text:
        return found
    at = 0
    for leaf in sorted(root.leaves(), key=lambda one: one.start):
        found.update(one[0].rstrip() for one in COMMENT.finditer(text, at, leaf.start))
        head = HEADER.match(text, leaf.start) if leaf.style and leaf.style in BLOCK else None
        found.update([head[1].rstrip()] if head and head[1] else [])
        at = leaf.end
    found.update(one[0].rstrip() for one in COMMENT.finditer(text, at))
    return found
