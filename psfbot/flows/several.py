"""A line with several questions: which parts of it can be answered for certain, and which are left over."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from psfbot.catalog.book import Book
from psfbot.chat import clean
from psfbot.chat.answer import Answer
from psfbot.chat.message import Speaker
from psfbot.flows.understand import Reading, Table, understand
from psfbot.text import and_join, cut

CUTS = re.compile(
    r"(?:\s*[,;]\s*|[?!.:]\s+|\s+-\s+)(?:and |but |so )?|\s+(?:and|or|but|because|since|&|\+)\s+", re.IGNORECASE
)
SIGNS = re.compile(r"\s*[^\w\s.'@-]+\s*|\s+(?:and|or|-)\s+|\.\s+", re.IGNORECASE)
"""All that may stand between two names; `docs/pypi` are two only where both are known."""
PRONOUN = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)
ANSWERED = 3
"""So many questions of one line are answered."""
NAMES = 10
"""More of them in one place are no list that anybody typed."""
LEFT = "I did not answer {parts}: ask again for that alone."
SHOWN = 60
"""Characters that are repeated of a part without an answer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be answered of a line, and the words of it that cannot."""

    sure: tuple[Reading, ...]
    left: tuple[str, ...]


def parts(line: str, table: Table, book: Book, speaker: Speaker) -> Parts:
    """What the parts of a line ask, or else the one question about each of the names in it."""
    found = questions(line, table, book, speaker)
    if found.sure and not found.left:
        return found
    named = names(line, table, book, speaker)
    return named if named.sure and not (named.left and found.sure) else found


def questions(line: str, table: Table, book: Book, speaker: Speaker) -> Parts:
    """Read each part by itself; a bare name asks the same as the part before it, and `it` is what that was about."""
    found = [part for cut_out in CUTS.split(line) if (part := clean.question(cut_out))]
    sure: list[Reading] = []
    left: list[str] = []
    before = ""
    for part in found if len(found) > 1 else ():
        said = PRONOUN.sub(subject(sure), part) if subject(sure) else part
        ways = (said, said.replace('"', ""), instead(before, sure[-1], said) if sure else "")
        readings = ((way, understand(way, table, book, speaker)) for way in dict.fromkeys(ways) if way)
        way, reading = next(((way, r) for way, r in readings if r and answerable(r)), ("", None))
        before = way if keep(reading, part, sure, left) else before
    return Parts(tuple(sure), tuple(left))


def names(line: str, table: Table, book: Book, speaker: Speaker) -> Parts:
    """The same question about each of the names that stand where one belongs: `is docs, pypi up`."""
    whole = understand(line, table, book, speaker)
    for pattern in (CUTS, SIGNS) if whole and whole.plain and not whole.mended else ():
        sure: list[Reading] = []
        left: list[str] = []
        ways = dict(each(line, whole, pattern)) if whole else {}
        for said, way in ways.items():
            reading = understand(way, table, book, speaker)
            same = whole and reading and reading.command is whole.command and answerable(reading)
            keep(reading if same else None, said, sure, left)
        if sure and (pattern is CUTS or not left):
            return Parts(tuple(sure), tuple(left))
    return Parts((), ())


def each(line: str, reading: Reading, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """The names that stand where the line has one, and for each the line with it alone."""
    places = reading.phrase.placed(line) if reading.phrase else {}
    place = next(iter(places.values())) if len(places) == 1 else slice(0, 0)
    said = [name for cut_out in pattern.split(line[place]) if (name := clean.name(cut_out))]
    yield from ((name, instead(line, reading, name)) for name in said if 1 < len(said) <= NAMES)


def keep(reading: Reading | None, said: str, sure: list[Reading], left: list[str]) -> bool:
    """Note a part that can be answered, or the words of one that cannot; what was asked before is noted once."""
    if reading and any(r.command is reading.command and r.arguments == reading.arguments for r in sure):
        return False
    if reading is None or len(sure) == ANSWERED:
        left.append(said)
        return False
    sure.append(reading)
    return True


def answerable(reading: Reading) -> bool:
    """Is it a question that leaves no doubt, and changes nothing?"""
    return bool(reading.sure and reading.plain and not reading.command.writes)


def instead(line: str, reading: Reading, name: str) -> str:
    """The same question about another name: `who owns docs and wiki` asks twice; nothing where it has several names."""
    places = reading.phrase.placed(line) if reading.phrase else {}
    if len(places) != 1:
        return ""
    place = next(iter(places.values()))
    return line[: place.start] + name + line[place.stop :]


def subject(readings: Sequence[Reading]) -> str:
    """What the last part of a line was about, so that `it` in the next part means that."""
    hits = [bound.hit for reading in readings for bound in reading.bound.values() if bound.hit]
    return hits[-1].id if hits else ""


def together(answers: Sequence[Answer], found: Parts) -> Answer:
    """Several answers as one: the facts lead, then what was not answered, then what supports each of the facts."""
    first, *rest = answers
    left = found.left
    about = [f"{subject([reading])}: " if rest and subject([reading]) else "" for reading in found.sure]
    pairs = [(about[at], line) for at, answer in enumerate(answers) for line in answer.lines]
    unanswered = [LEFT.format(parts=and_join([f"'{cut(part, SHOWN)}'" for part in left]))] if left else []
    facts = [*(answer.fact for answer in rest), *unanswered]
    lines = [*facts, *(line if line.startswith(name) else name + line for name, line in pairs)]
    notes = tuple(dict.fromkeys(note for answer in answers for note in answer.notes))
    cites = tuple(dict.fromkeys(cite for answer in answers for cite in answer.cites))
    links = tuple(dict.fromkeys(link for answer in answers for link in answer.links))
    items = tuple(item for answer in answers for item in answer.items)
    return replace(first, lines=lines, notes=notes, cites=cites, links=links, items=items)
