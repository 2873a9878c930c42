"""Which command does a line mean, and what do its names stand for?

Reading is pure: the line, the commands, the catalog and the speaker decide. Names that
only look similar are offered, never taken; commands that write take exact names only.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any

from psfbot.catalog.book import Book
from psfbot.catalog.names import Found, Hit, How
from psfbot.chat import clean
from psfbot.chat.command import Command, Slot
from psfbot.chat.grammar import Match, Phrase
from psfbot.chat.message import Speaker

SURE = frozenset({How.EXACT, How.HOST, How.WILDCARD, How.LABELS, How.CONTACT})
ME = frozenset({"me", "i", "my", "mine", "myself", "am i"})
OWN_WORDS = frozenset({"text", "reason"})
"""Slots for what somebody wants to say to people: kept letter for letter as it was typed."""
QUOTES = " '\"`"
"""Signs around a name that a command which writes does not mind; nothing else is taken off an exact name."""
QUERY = re.compile(r"(?:NOT\b|[-(\s])*([a-z][a-z_.-]*)\s?(?:[:=]|[<>]=?)", re.IGNORECASE)
"""How a query begins, where a field follows the signs before it."""
TERM = re.compile(r"(?<![^\s(-])([a-z][a-z_.-]*)(?:[:=]|[<>]=?)[^\s/]", re.IGNORECASE)
"""A field with its value anywhere in a line."""
LIKE_A_TERM = re.compile(r"-?[a-z][a-z_-]*[:=][\w\"*-][^@\s]*", re.IGNORECASE)
"""A line that is one field with its value, also where there is no such field."""
ANYWAY = ""
"""Where the phrases stand that no one word tells apart."""
LATER = 1_000_000
"""Phrases that begin with a slot come after all that begin with the word that was said."""
SIMILAR = 5
WORST_TAKEN = 3
"""Readings up to this grade are answered; above it the speaker is asked."""

Entry = tuple[int, Phrase, Command]


@dataclass(frozen=True, slots=True)
class Bound:
    """What one slot stands for, and how sure that is.

    Grades: 0 exact, 1 begins so, 2 has these words, 4 several, 5 only similar, 6 nothing.
    """

    grade: int
    value: Any = None
    hit: Hit | None = None
    found: Found | None = None
    free: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as a command with its arguments, or as near to one as it gets.

    `grade` is the worst of its slots; `free` tells that it takes some words as they are, where another reading may
    know what they name.
    """

    command: Command
    bound: dict[str, Bound]
    plain: int
    mended: str = ""
    phrase: Phrase | None = None
    grade: int = field(init=False)
    free: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look at the slots once: every step asks for these two."""
        slots = self.bound.values()
        object.__setattr__(self, "grade", max((b.grade for b in slots), default=0))
        object.__setattr__(self, "free", any(b.free for b in slots))

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """Sorts the best reading first: answerable, with names that are known, with most of the line understood."""
        doubtful = self.grade > WORST_TAKEN
        return (
            doubtful,
            self.free or not self.plain,
            self.grade if doubtful else -self.plain,
            -self.plain if doubtful else self.grade,
        )

    @property
    def sure(self) -> bool:
        """Is every name exact?"""
        return self.grade == 0 and not self.free

    @property
    def taken(self) -> bool:
        """Is it sure enough to answer?"""
        return self.grade <= (0 if self.command.writes else WORST_TAKEN)

    @property
    def vague(self) -> bool:
        """Is it only a name that may be meant, with no word of a command?"""
        sure = any(hit.how in SURE for b in self.bound.values() if b.found for hit in b.found.hits)
        return not (self.plain or sure or self.sure)

    @property
    def doubt(self) -> Bound:
        """The slot that keeps it from being answered."""
        return max(self.bound.values(), key=lambda b: b.grade)

    @property
    def keeps_words(self) -> bool:
        """Does it take somebody's own words?"""
        return not OWN_WORDS.isdisjoint(self.bound)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the command's function is called with."""
        return {name: b.value for name, b in self.bound.items()}

    def word_for_word(self, typed: str) -> dict[str, str]:
        """Somebody's own words in the line as it was typed, with its quotes, its dashes and its thanks."""
        places = self.phrase.placed(clean.straight(typed)) if self.phrase and self.keeps_words else {}
        return {name: typed[place] for name, place in places.items() if name in OWN_WORDS}

    def choose(self, hit: Hit) -> "Reading":
        """The same reading with the doubtful slot settled."""
        doubtful = next(name for name, b in self.bound.items() if b is self.doubt)
        return replace(self, bound={**self.bound, doubtful: Bound(0, hit.record, hit)})


def telling(phrases: Sequence[tuple[Phrase, Command]], first: int) -> dict[str, list[Entry]]:
    """The phrases by the words of theirs that the fewest others ask for; those that ask for none under `ANYWAY`."""
    asked = [phrase.apart for phrase, _ in phrases]
    often = Counter(word for groups in asked for group in groups for word in group)
    index: dict[str, list[Entry]] = {}
    for number, ((phrase, command), groups) in enumerate(zip(phrases, asked, strict=True), first):
        rarest = min(groups, key=lambda group: sum(often[word] for word in group), default=(ANYWAY,))
        for word in rarest:
            index.setdefault(word, []).append((number, phrase, command))
    return index


@dataclass(frozen=True)
class Table:
    """Commands, found by the first word of what people say."""

    own: tuple[Command, ...]
    later: Callable[[], tuple[Command, ...]] = tuple
    by_head: dict[str, list[tuple[Phrase, Command]]] = field(default_factory=dict, compare=False)
    by_word: dict[str, dict[str, list[Entry]]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        """Index the phrases; those that start with a slot stand under the empty word."""
        for command in self.own:
            for phrase in command.phrases:
                for head in phrase.heads:
                    self.by_head.setdefault(head, []).append((phrase, command))

    def entries(self, lower: str) -> list[Entry]:
        """The phrases that may fit a line, by its first word and by the one word that each phrase has for itself.

        Most lines begin like fifty phrases, and hold that word of five.
        """
        words = lower.split(" ")
        kept = dict.fromkeys((*words, ANYWAY))
        found: dict[int, Entry] = {}
        for at, head in enumerate((words[0], "") if words[0] else ("",)):
            phrases = self.by_head.get(head)
            if phrases is None:
                continue
            if head not in self.by_word:
                self.by_word[head] = telling(phrases, at * LATER)
            index = self.by_word[head]
            for word in kept:
                for entry in index.get(word, ()):
                    found[entry[0]] = entry
        return sorted(found.values(), key=itemgetter(0))

    @cached_property
    def whole(self) -> "Table":
        """The table with the plugins' commands: they are imported only when the bot's own do not answer."""
        more = self.later()
        return Table((*self.own, *more)) if more else self

    @property
    def commands(self) -> tuple[Command, ...]:
        """All commands, the plugins' too."""
        return self.whole.own

    @cached_property
    def words(self) -> frozenset[str]:
        """Every plain word of every phrase that only reads."""
        return frozenset(w for c in self.own if not c.writes for p in c.phrases for w in p.words)

    def readings(self, line: str, book: Book, speaker: Speaker) -> list[Reading]:
        """Every way to read the line, best first; nothing more is looked up once a reading is sure."""
        found: list[Reading] = []
        for match, phrase, command in self.matches(line):
            ways = Ways(book, speaker, exact=command.writes, bare=match.plain == 0)
            bound = {name: bind(command.slots[name], said, ways) for name, said in match.slots.items()}
            found.append(Reading(command, bound, match.plain, phrase=phrase))
            if found[-1].sure:
                break
        return sorted(found, key=attrgetter("rank")) if len(found) > 1 else found

    def matches(self, line: str) -> Iterator[tuple[Match, Phrase, Command]]:
        """The phrases that fit a line, most plain words first; those that fit any line come last."""
        lower = line.lower()
        entries = [entry for entry in self.entries(lower) if entry[1].may_fit(lower)]
        worded = [(match, p, command) for _, p, command in entries if not p.bare and (match := p.match(line))]
        yield from sorted(worded, key=lambda three: -three[0].plain)
        yield from ((match, p, command) for _, p, command in entries if p.bare and (match := p.match(line)))


@dataclass(frozen=True, slots=True)
class Ways:
    """How names are read: against which catalog, by whom, `exact` or not, and `bare` when no verb helps."""

    book: Book
    speaker: Speaker
    exact: bool = False
    bare: bool = False


def bind(slot: Slot, said: str, ways: Ways) -> Bound:
    """What do these words stand for in this slot?"""
    if slot.number:
        number = said.removeprefix("#").rstrip(":,")
        if number.isdecimal() and len(number) < 10:  # noqa: PLR2004
            return Bound(0, int(number))
    elif slot.words and not slot.kinds:
        return Bound(0, said, free=True)
    if not slot.kinds:
        return Bound(0, said, free=True) if slot.words else Bound(6, found=Found(said, (), ()))
    me = ways.book.catalog.people.get(ways.speaker.person or "")
    if "person" in slot.kinds and said.lower() in ME and me:
        return Bound(0, me)
    bound = bind_record(slot, clean.name(said), ways)
    return bound if not ways.exact or in_full(bound.hit, said) else replace(bound, grade=max(1, bound.grade))


def bind_record(slot: Slot, said: str, ways: Ways) -> Bound:
    """Which record of the slot's kinds has this name? Between kinds the verb decides, by the order of its slot."""
    found = ways.book.names.find(said, slot.kinds)
    sure = [hit for hit in found.hits if hit.how in SURE]
    if sure and not ways.bare:
        first = min(slot.kinds.index(hit.kind) for hit in sure)
        sure = [hit for hit in sure if slot.kinds.index(hit.kind) == first]
    hits = sure or found.hits
    if len(sure) != 1 and slot.words and not ways.exact:
        return Bound(0, said, found=found, free=True)
    elsewhere = not sure and hits and any(hit.how in SURE for hit in ways.book.names.find(said).hits)
    if elsewhere:
        return Bound(6, found=Found(said, (), ()))
    if len(hits) == 1:
        return Bound(grade_of(hits[0]), hits[0].record, hits[0], found)
    if hits:
        return Bound(4, found=found)
    return Bound(SIMILAR if found.near else 6, found=found)


def in_full(hit: Hit | None, said: str) -> bool:
    """Is a record spelt just so, or is this a page of its own address? Only then may something be changed by it."""
    name = said.strip(QUOTES)
    if hit is None or (hit.how is How.HOST and name == clean.name(said)):
        return True
    return hit.how is How.EXACT and hit.name.casefold() == name.casefold()


def grade_of(hit: Hit) -> int:
    """How far is this way of finding a name from an exact one?"""
    if hit.how in SURE:
        return 0
    return 1 if hit.how is How.PREFIX else 2


def understand(line: str, table: Table, book: Book, speaker: Speaker) -> Reading | None:
    """The best reading of a line; a slip in the plain words is mended when the rest is exact."""
    line = as_search(line)
    readings = table.readings(line, book, speaker)
    if readings and readings[0].sure:
        return readings[0]
    table = table.whole
    readings = table.readings(line, book, speaker)
    if readings and readings[0].taken:
        return readings[0]
    misspelt = any(reading.grade == SIMILAR and not reading.plain for reading in readings)
    mended = "" if misspelt else mend(line, table.words)
    for reading in table.readings(mended, book, speaker) if mended else ():
        said = with_names(line, mended, reading)
        again = [reading] if said == mended else table.readings(said, book, speaker)
        if again and again[0].sure and not again[0].command.writes and again[0].plain and said != line:
            return replace(again[0], mended=said)
    search = "" if readings and readings[0].grade < SIMILAR else as_search(line, anywhere=True)
    found = table.readings(search, book, speaker) if search and search != line else readings
    return found[0] if found else None


def with_names(line: str, mended: str, reading: Reading) -> str:
    """The mended line with its names as they were typed: a word that is mended into a name is a guess at the name."""
    places = reading.phrase.placed(mended).values() if reading.phrase else ()
    words, at = [], 0
    for typed, fixed in zip(line.split(), mended.split(), strict=True):
        words.append(typed if any(place.start <= at < place.stop for place in places) else fixed)
        at += len(fixed) + 1
    return " ".join(words)


def as_search(line: str, *, anywhere: bool = False) -> str:
    """A bare query as the command that takes one, or as it is; `anywhere`: one of its terms makes a line a query."""
    heads = TERM.findall(line) if anywhere else [head[1]] if (head := QUERY.match(line)) else []
    if not heads:
        return line
    from psfbot.catalog.query import BY_NAME  # noqa: PLC0415 - most questions are no query

    query = any(name.lower() in BY_NAME for name in heads) or (anywhere and LIKE_A_TERM.fullmatch(line))
    return f"services {line}" if query else line


def broken_off(line: str, table: Table, reading: Reading | None) -> list[Command]:
    """The commands that a line begins and does not end (`ack`, `try pingdom`), if it is no more than a guess else."""
    if reading and reading.sure:
        return []
    nothing = reading is None or reading.grade > SIMILAR
    if not (nothing or (reading and reading.vague)):
        return []
    bare = reading is None or (nothing and not reading.plain)
    head = line.partition(" ")[0].lower()
    phrases = table.whole.by_head.get(head, ())
    return [command for phrase, command in phrases if phrase.breaks_off(line, anywhere=bare)]


def mend(line: str, words: Iterable[str]) -> str:
    """The line with each misspelt plain word put right, or nothing when there is none to mend."""
    known = frozenset(words)
    fixed = [word if word.lower() in known else nearest(word.lower(), known) or word for word in line.split()]
    mended = " ".join(fixed)
    return mended if mended != line else ""


def nearest(word: str, known: frozenset[str]) -> str:
    """The one known word that is a single slip away (a letter wrong, missing, extra or swapped)."""
    if len(word) < 3 or not word.isalpha():  # noqa: PLR2004
        return ""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only a question with a slip needs it

    close: Sequence[str] = [
        k for k in known if abs(len(k) - len(word)) <= 1 and OSA.distance(word, k, score_cutoff=1) <= 1
    ]
    return close[0] if len(close) == 1 else ""
