"""One step of an edit on the text of one record: a value put, an item appended, something dropped, a key renamed.

Each step changes the lines that it must and no other; comments stay, and so do quotes, brackets and line ends. What the
text then says is compared with what was meant, so a step that went wrong is never kept.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from psfbot.catalog.editing import quoting
from psfbot.catalog.editing.node import BLOCK, HEADER, Key, Node, parsed
from psfbot.catalog.finding import Path

STEP = quoting.STEP
DEEPER = re.compile(r"([ \t]*)#[^\n]*(\n|$)")
LINE = re.compile(r"[^\n]*(\n|$)")
AFTER = re.compile(r"[ \t]*,[ \t]*")
BEFORE = re.compile(r",[ \t]*$")


@dataclass(frozen=True, slots=True)
class Put:
    """A value where there was another, or a new field; `order` is how the fields around it are sorted."""

    path: Path
    value: object
    order: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Append:
    """One more item at the end of a list, which begins with it where there was none."""

    path: Path
    value: object
    order: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """A field or an item less; a list or mapping that would be empty goes with it."""

    path: Path


@dataclass(frozen=True, slots=True)
class Rekey:
    """Another name for a key."""

    path: Path
    name: str


Op: TypeAlias = Put | Append | Drop | Rekey


def spliced(text: str, op: Op) -> str:
    """The text with one step done."""
    root = parsed(text)
    match op:
        case Put():
            there = root.at(op.path)
            return _replaced(text, there, op.value) if there else _inserted(text, root, op)
        case Append():
            return _appended(text, root, op)
        case Drop():
            return _dropped(text, root, op.path)
        case Rekey():
            key = _key(root, op.path)
            style = text[key.start] if text[key.start] in "\"'" else ""
            return text[: key.start] + quoting.quoted(op.name, style) + text[key.end :]


def meant(data: dict[str, object], op: Op) -> dict[str, object]:
    """The same step done on plain data; what it does not touch is shared with what was there before."""
    *way, last = op.path
    done: Any = {**data}
    here = done
    for step in way:
        below = here.get(step) if isinstance(here, dict) else here[step]
        here[step] = [*below] if isinstance(below, list) else {**(below or {})}
        here = here[step]
    match op:
        case Put():
            here[last] = _plainly(op.value)
        case Append():
            here[last] = [*(here.get(last) or []), _plainly(op.value)]
        case Drop():
            del here[last]
            if not here and way:
                return meant(data, Drop(tuple(way)))
        case Rekey():
            renamed = {op.name if key == last else key: value for key, value in here.items()}
            here.clear()
            here.update(renamed)
    found: dict[str, object] = done
    return found


def _plainly(value: object) -> object:
    """A value as it is read back."""
    if isinstance(value, dict):
        return {key: _plainly(one) for key, one in value.items()}
    return [_plainly(one) for one in value] if isinstance(value, list | tuple) else value


def _key(root: Node, path: Path) -> Key:
    """The key at the end of a path."""
    parent = root.at(path[:-1])
    found = parent.key(path[-1]) if parent else None
    if found is None:
        raise KeyError(path)
    return found


def _newline(text: str) -> str:
    """How lines end here."""
    return "\r\n" if "\r\n" in text else "\n"


def _replaced(text: str, node: Node, value: object) -> str:
    """Another value in the same place and quotes; the comment at the head of a block of text stays."""
    if node.kind != "scalar" or isinstance(value, dict | list | tuple):
        return text[: node.start] + quoting.inline(value) + text[node.end :]
    in_flow = _in_brackets(text, node)
    new = quoting.quoted(value, node.style, flow=in_flow)
    head = HEADER.match(text, node.start) if node.style and node.style in BLOCK else None
    if head and head[1]:
        new += " " + head[1]
    if node.start == node.end:
        before = text[: node.start].rstrip()[-1:]
        lead = ": " if in_flow and before != ":" else "" if text[node.start - 1] in " \t" else " "
        behind = text[node.end : node.end + 1]
        return text[: node.start] + lead + new + (" " if behind == "#" else "") + text[node.end :]
    return text[: node.start] + new + text[node.end :]


def _in_brackets(text: str, node: Node) -> bool:
    """Does this value stand in a list or mapping in brackets? Asked of the tree around it."""
    return _surrounding(parsed(text), node)


def _surrounding(here: Node, node: Node) -> bool:
    """Is any collection in brackets around this place?"""
    if here.flow and here.start < node.start < here.end:
        return True
    below = (*here.items, *(key.value for key in here.keys))
    return any(_surrounding(one, node) for one in below if one.kind != "scalar")


def _line_end(text: str, at: int) -> int:
    """Where the next line begins."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _line_start(text: str, at: int) -> int:
    """Where this line begins."""
    return text.rfind("\n", 0, at) + 1


def _behind(text: str, end: int, column: int) -> int:
    """Where a new line goes behind a value: after the comments that are further right than this column."""
    at = _line_end(text, end)
    while (found := DEEPER.match(text, at)) and len(found[1]) > column:
        at = found.end()
    return at


def _with_lines(text: str, at: int, lines: Sequence[str]) -> str:
    """The text with lines put in where a line begins."""
    newline = _newline(text)
    lead = newline if at and text[at - 1] != "\n" else ""
    return text[:at] + lead + newline.join(lines) + (newline if not lead else "") + text[at:]


def _inserted(text: str, root: Node, op: Put | Append) -> str:
    """A new field, behind the one that goes before it in the order of fields."""
    *way, name = op.path
    parent = root.at(tuple(way))
    if parent is None:
        return spliced(text, Put(tuple(way), {str(name): op.value}, op.order))
    if parent.kind == "scalar" and parent.data is None:
        return _begun(text, root, tuple(way), {str(name): op.value}, str(way[-1]))
    order = {field: place for place, field in enumerate(op.order)}
    rank = order.get(str(name), len(order))
    before = [key for key in parent.keys if order.get(key.name, len(order)) <= rank]
    if parent.flow or _surrounding(root, parent):
        new = f"{quoting.quoted(name, flow=True)}: {quoting.inline(op.value)}"
        at = before[-1].value.end if before else parent.start + 1
        new = f", {new}" if before else f"{new}, " if parent.keys else new
        return text[:at] + new + text[at:]
    column = parent.keys[0].column
    lines = quoting.field(quoting.quoted(name), op.value, column)
    if before:
        last = max(before, key=lambda key: key.start)
        return _with_lines(text, _behind(text, last.value.end, column), lines)
    at = _line_start(text, parent.keys[0].start)
    if text[at : parent.keys[0].start].strip():
        return _with_lines(text, _behind(text, parent.keys[0].value.end, column), lines)
    return _with_lines(text, at, lines)


def _begun(text: str, root: Node, path: Path, value: object, name: str) -> str:
    """A mapping or list of mappings where a field had no value yet: its lines begin below the key."""
    key = _key(root, path)
    if _surrounding(root, key.value):
        return _replaced(
            text, Node("scalar", key.value.start, key.value.end, 0, None), quoting.OneLine(_as_dict(value))
        )
    text = text[: key.value.start].rstrip(" ") + text[key.value.end :] if key.value.end > key.value.start else text
    lines = quoting.field(name, value, key.column)[1:]
    return _with_lines(text, _behind(text, key.end, key.column), lines)


def _as_dict(value: object) -> dict[str, object]:
    """A mapping as such."""
    return dict(value) if isinstance(value, dict) else {}


def _appended(text: str, root: Node, op: Append) -> str:
    """One more item, in the way in which the list is written."""
    there = root.at(op.path)
    if there is None:
        return _inserted(text, root, Put(op.path, [op.value], op.order))
    rich = isinstance(op.value, dict)
    if there.items and there.flow:
        end = there.items[-1].end
        return f"{text[:end]}, {quoting.inline(op.value)}{text[end:]}"
    if there.items:
        column = _dash(text, there.items[-1])
        return _with_lines(text, _behind(text, there.end, column), quoting.item(op.value, column))
    name = str(op.path[-1])
    if (
        (rich or name in quoting.BLOCK_LISTS)
        and not _surrounding(root, there)
        and "#" not in text[there.start : there.end]
    ):
        return _begun(text, root, op.path, [op.value], name)
    if there.flow:
        at = there.start + 1
        return text[:at] + quoting.inline(op.value) + text[at:]
    new = quoting.inline([op.value])
    return text[: there.start] + ("" if text[there.start - 1] == " " else " ") + new + text[there.end :]


def _dash(text: str, item: Node) -> int:
    """The column of the dash before an item; the item itself may start in a later line."""
    at = text.rfind("-", 0, item.start + 1)
    while text[_line_start(text, at) : at].strip(" -"):
        at = text.rfind("-", 0, at)
    return at - _line_start(text, at)


def _dropped(text: str, root: Node, path: Path) -> str:
    """The text without an item or a field, and without what would be empty then."""
    parent = root.at(path[:-1])
    if parent is None:
        raise KeyError(path)
    count = len(parent.items) or len(parent.keys)
    if count == 1 and len(path) > 1:
        return _dropped(text, root, path[:-1])
    if parent.kind == "list":
        node = parent.items[int(path[-1])]
        start, end = node.start, node.end
    else:
        key = _key(root, path)
        start, end = key.start, key.value.end
    if parent.flow:
        return _cut_from_line(text, start, end)
    if parent.kind == "list":
        column = _dash(text, parent.items[int(path[-1])])
        start = text.rfind("-", 0, start + 1)
        while start - _line_start(text, start) != column:
            start = text.rfind("-", 0, start)
    return _cut_lines(text, parent, start, end)


def _cut_lines(text: str, parent: Node, start: int, end: int) -> str:
    """Whole lines less; where a dash or another item stands before them, the next field moves up to it."""
    first, behind = _line_start(text, start), _line_end(text, end)
    if not text[first:start].strip():
        return text[:first] + text[behind:]
    follow = next((key.start for key in parent.keys if key.start > start), None)
    follow = follow or next((text.rfind("-", 0, one.start + 1) for one in parent.items if one.start > end), behind)
    return text[:start] + text[follow:]


def _cut_from_line(text: str, start: int, end: int) -> str:
    """An item of a list in brackets less, with one comma; a line that would be empty goes with it."""
    after, before = AFTER.match(text, end), BEFORE.search(text, 0, start)
    if after:
        end = after.end()
    elif before:
        start = before.start()
    elif (comma := text.rfind(",", 0, start)) >= 0 and "#" not in text[comma:start]:
        start = comma
    first, behind = _line_start(text, start), _line_end(text, end)
    if not (text[first:start] + text[end:behind]).strip():
        start, end = first, behind
    return text[:start] + text[end:]
