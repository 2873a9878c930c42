"""The unified diff of a text some of whose parts were replaced: each part is compared with what it was, and no other.

To compare all lines of a big file takes a minute; to compare a thousand changed records that stand together takes ten.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TypeAlias

LINES = re.compile(r"[^\n]*\n|[^\n]+")
CONTEXT = 3
NO_END = "\\ No newline at end of file"

Patch: TypeAlias = tuple[int, int, str]
"""Where a part begins and ends in the text, and what takes its place."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Lines that are others now: from where to where they stood, behind so many lines, what they were and are."""

    start: int
    end: int
    line: int
    old: list[str]
    new: list[str]


def unified(name: str, text: str, patches: Iterable[Patch]) -> str:
    """The unified diff, as `git apply` and `patch -p1` take it."""
    told = [f"--- a/{name}\n", f"+++ b/{name}\n"]
    near: list[Difference] = []
    shift = 0
    for one in differences(text, patches):
        if near and one.line - near[-1].line - len(near[-1].old) > 2 * CONTEXT:
            told += _hunk(text, near, shift)
            shift += _longer(near)
            near = []
        near.append(one)
    return "".join([*told, *(_hunk(text, near, shift) if near else [])])


def differences(text: str, patches: Iterable[Patch]) -> Iterator[Difference]:
    """What differs, in the order of the text."""
    line = counted = 0
    for start, end, new in _whole_lines(text, patches):
        line += text.count("\n", counted, start)
        counted = start
        yield from _within(LINES.findall(text, start, end), LINES.findall(new), start, line)


def _whole_lines(text: str, patches: Iterable[Patch]) -> list[Patch]:
    """The replaced parts as whole lines; those that share a line are one."""
    found: list[Patch] = []
    for first, last, part in sorted(patches):
        start = text.rfind("\n", 0, first) + 1
        new = text[start:first] + part
        if found and first < found[-1][1]:
            start, end, before = found.pop()
            new = before[: len(before) - (end - first)] + part
        whole = text[last - 1 : last] in {"", "\n"} and (not new or new.endswith("\n"))
        end = last if whole else text.find("\n", last) + 1 or len(text)
        found.append((start, end, new + text[last:end]))
    return found


def _within(old: list[str], new: list[str], start: int, line: int) -> Iterator[Difference]:
    """What differs between the lines of one part, of which the first stands at `start` behind so many lines."""
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    rest = zip(reversed(old[head:]), reversed(new[head:]), strict=False)
    tail = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], rest))
    was, is_ = old[head : len(old) - tail], new[head : len(new) - tail]
    at, number = start + sum(map(len, old[:head])), 0
    for tag, first, last, new_first, new_last in SequenceMatcher(None, was, is_, autojunk=False).get_opcodes():
        at += sum(map(len, was[number:first]))
        number = first
        if tag != "equal":
            end = at + sum(map(len, was[first:last]))
            yield Difference(at, end, line + head + first, was[first:last], is_[new_first:new_last])


def _hunk(text: str, near: list[Difference], shift: int) -> list[str]:
    """Differences that stand close together, with the lines around them; `shift` lines more stand before them now."""
    start, end = near[0].start, near[-1].end
    for _ in range(CONTEXT):
        start = text.rfind("\n", 0, max(start - 1, 0)) + 1
        end = text.find("\n", end) + 1 or len(text)
    told: list[str] = []
    at = start
    for one in near:
        told += [" " + line for line in LINES.findall(text, at, one.start)]
        told += ["-" + line for line in one.old] + ["+" + line for line in one.new]
        at = one.end
    told += [" " + line for line in LINES.findall(text, at, end)]
    lines = sum(line[0] != "+" for line in told)
    before = near[0].line - text.count("\n", start, near[0].start)
    spans = [(before, lines), (before + shift, lines + _longer(near))]
    head = "@@ -{} +{} @@\n".format(*(f"{at + bool(size)},{size}" for at, size in spans))
    return [head, *(line if line.endswith("\n") else f"{line}\n{NO_END}\n" for line in told)]


def _longer(near: list[Difference]) -> int:
    """So many lines more there are now."""
    return sum(len(one.new) - len(one.old) for one in near)
