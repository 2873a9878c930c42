"""A line becomes an answer: read it, permit it, run its command, keep what is left for `more`."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from psfbot.catalog.book import Book
from psfbot.catalog.model import Service
from psfbot.catalog.names import Hit, How
from psfbot.chat import clean, render
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Ask, Command
from psfbot.chat.message import Message
from psfbot.chat.permit import Level, standing
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.several import Parts, parts, together
from psfbot.flows.understand import SURE, Reading, Table, broken_off, understand
from psfbot.text import a, and_join, cut

TOO_LONG = "That is too long to be a question. Ask in one short line, such as: who owns docs.python.org"
EMPTY = "Ask me something, such as: who owns docs.python.org · what runs on fastly · help"
NOTHING_MORE = "There is no more to show."
NOT_UNDERSTOOD = "I did not understand '{said}'. Try: {hints}"
UNFINISHED = "'{said}' needs more behind it, for example: {example} (`help {command}` explains it)."
UNKNOWN = "I know no {kind} called '{said}'."
UNKNOWN_AT_ALL = "I know nothing called '{said}'."
SEVERAL = "'{said}' could be {count} things{shown}. Which one?"
BUSY = "The storage cannot take that now ({reason}). Try again in a moment."
BROKEN = "Something went wrong here; nothing was changed. The log knows more under reference {reference}."
ELSEWHERE = "{name} is {kinds}, which '{command}' does not take. Try: what is {said}"
IN_FULL = "'{command}' changes something, so it takes exact names only. Did you mean {name}?"
REMEMBERED = timedelta(minutes=10)
ROOMS_REMEMBERED = 1000
OFFERED = 5
FEW_KINDS = 3
LONG_NAME = 6
"""More words than this are a sentence, not a name."""

MORE = frozenset({"more", "next", "more please", "go on", "continue"})
YES = frozenset({"yes", "y", "yep", "yeah", "sure", "ok"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the lines of it that this platform shows now."""

    answer: Answer
    lines: tuple[str, ...]


@dataclass(slots=True)
class Memory:
    """What one speaker in one room may refer to: lines not shown yet, and names to pick from."""

    at: datetime
    rest: tuple[str, ...] = ()
    picks: tuple[Reading, ...] = ()


@dataclass
class Desk:
    """Where questions are answered: the commands, the catalog in force, and short memories."""

    table: Table
    book: Callable[[], Book]
    now: Callable[[], datetime]
    ports: Callable[[type[Any]], Any] | None = None
    edit_url: str = ""
    audit: Callable[[Message, str], Awaitable[None]] | None = None
    bug: Callable[[Exception], str] | None = None
    memories: "OrderedDict[tuple[str | None, ...], Memory]" = field(default_factory=OrderedDict)

    def waits(self, message: Message) -> bool:
        """Will answering need an event loop? Questions about the catalog do not."""
        reading = self.read(clean.question(message.text), message, self.book())
        return reading is not None and reading.command.waits

    def read(self, line: str, message: Message, book: Book) -> Reading | None:
        """The best reading of a line; one that ends in somebody's own words may end in `thanks` and a question mark."""
        reading = understand(line, self.table, book, message.speaker)
        if reading and reading.taken and reading.plain:
            return reading
        typed = clean.straight(clean.typed(message.text))
        if typed == line:
            return reading
        again = understand(typed, self.table, book, message.speaker)
        return again if again and again.taken and again.keeps_words else reading

    def at_once(self, message: Message) -> Reply | None:
        """Answer a line that nothing has to be waited for; nothing where something may be: `answer` does that."""
        line = clean.question(message.text)
        if line.lower() in MORE:
            return driven(self.answer(message))
        memory = self.memories.get(heard_from(message))
        if not 0 < len(line) <= clean.LONGEST or (memory and picked(line, memory)):
            return None
        reading = self.read(line, message, self.book())
        if reading is None or not reading.sure:
            return None
        command = reading.command
        if command.waits or command.writes or command.level > Level.ANYONE:
            return None
        return driven(self.answer(message, reading))

    async def answer(self, message: Message, known: Reading | None = None) -> Reply:
        """Answer one line; whatever it holds, something polite comes back. `known`: how it reads, for who knows."""
        memory = self.recall(message)
        if clean.question(message.text).lower() in MORE:
            answer = Answer("") if memory.rest else Answer(NOTHING_MORE)
            return self.page(message, memory, answer, memory.rest or (NOTHING_MORE,))
        try:
            answer = await self.respond(message, memory, known)
        except UserError as error:
            answer = Answer(str(error), outcome=Outcome.REFUSED)
        except StoreBusy as error:
            answer = Answer(BUSY.format(reason=error), outcome=Outcome.REFUSED)
        except Exception as error:
            if self.bug is None:
                raise
            answer = Answer(BROKEN.format(reference=self.bug(error)), outcome=Outcome.REFUSED)
        return self.page(message, memory, answer, tuple(render.lines(answer)))

    async def respond(self, message: Message, memory: Memory, known: Reading | None = None) -> Answer:
        """Find out what was meant, then do it or say what is missing."""
        line = clean.question(message.text)
        if len(line) > clean.LONGEST:
            return Answer(TOO_LONG, outcome=Outcome.REFUSED)
        if not line:
            return Answer(EMPTY)
        book = self.book()
        reading = picked(line, memory) or known or self.read(line, message, book)
        memory.picks = ()
        begun = broken_off(line, self.table, reading)
        taken = reading if reading and reading.taken and not begun else None
        certain = taken and not (taken.free and not taken.keeps_words)
        found = Parts((), ()) if certain else parts(line, self.table, book, message.speaker)
        if taken and (found.left or not found.sure):
            return await self.run(taken, message, book)
        if found.sure:
            return together([await self.run(part, message, book) for part in found.sure], found)
        if begun:
            return Answer(unfinished(line, begun), outcome=Outcome.NOT_FOUND)
        if reading is None or (reading.doubt.found and len(reading.doubt.found.said.split()) > LONG_NAME):
            return Answer(NOT_UNDERSTOOD.format(said=cut(line, 80), hints=hints(line, book)), outcome=Outcome.NOT_FOUND)
        memory.picks = tuple(reading.choose(hit) for hit in candidates(reading))
        return self.doubt(reading, message, book)

    async def run(self, reading: Reading, message: Message, book: Book) -> Answer:
        """Call the command if the speaker may."""
        command = reading.command
        if command.level > Level.ANYONE and not command.per_incident:
            about = next((v for v in reading.arguments.values() if isinstance(v, Service)), None)
            held = standing(message.speaker, book.catalog, about)
            if held.level < command.level:
                why = f"'{command.name}' needs {a(command.level.word)}, and {held.reason}. Ask `whoami` for more."
                return await self.audited(command, message, Answer(why, outcome=Outcome.REFUSED))
        try:
            words = reading.word_for_word(clean.typed(message.text)) if reading.keeps_words else {}
            result = command.function(self.ask(message, book), **{**reading.arguments, **words})
            said = result if isinstance(result, Answer | str) else await result
        except UserError as error:
            return await self.audited(command, message, Answer(str(error), outcome=Outcome.REFUSED))
        answer = Answer(said) if isinstance(said, str) else said
        notes = (*assumed(reading), *answer.notes)
        answer = replace(answer, notes=notes) if notes != tuple(answer.notes) else answer
        return await self.audited(command, message, answer) if command.writes else answer

    async def audited(self, command: Command, message: Message, answer: Answer) -> Answer:
        """The answer; what a changing command did, or why it did not, is written down first."""
        if command.writes and self.audit:
            await self.audit(message, f"{answer.outcome}: {answer.fact}")
        return answer

    def ask(self, message: Message, book: Book) -> Ask:
        """What a command is handed."""
        return Ask(message, self.now(), book, lambda: self.table.commands, self.ports, self.edit_url)

    def doubt(self, reading: Reading, message: Message, book: Book) -> Answer:
        """Say what could not be found, and offer what comes near."""
        bound = reading.doubt
        found = bound.found
        said = cut(found.said if found else "", 80)
        if not said:
            return Answer(EMPTY, outcome=Outcome.NOT_FOUND)
        kinds = reading.command.kinds
        if found and len(found.hits) == 1:
            fact = IN_FULL.format(command=reading.command.name, name=spell(found.hits[0], reading))
            return Answer(fact, outcome=Outcome.NOT_FOUND)
        if found and found.hits:
            shown = [spell(hit) for hit in found.hits[:OFFERED]]
            rest = f"; the first {OFFERED}" if len(found.hits) > OFFERED else ""
            fact = SEVERAL.format(said=said, count=len(found.hits), shown=rest)
            return Answer(fact, offers=shown, outcome=Outcome.AMBIGUOUS)
        if not kinds:
            fact = f"I cannot read '{said}' there. `help {reading.command.name}` shows how to say it."
            return Answer(fact, outcome=Outcome.NOT_FOUND)
        if found and (elsewhere := of_other_kind(found.said, reading, book)):
            return Answer(elsewhere, outcome=Outcome.NOT_FOUND)
        unknown = (UNKNOWN if len(kinds) <= FEW_KINDS else UNKNOWN_AT_ALL).format(said=said, kind=and_join(kinds, "or"))
        if found and found.near:
            names = [spell(hit, reading) for hit in found.near]
            return Answer(f"{unknown} Did you mean {and_join(names, 'or')}?", outcome=Outcome.NOT_FOUND)
        alike = ("service",) if "." in said and "service" in kinds else kinds
        close = [spell(hit, reading) for hit in book.names.nearest(said, alike)] if kinds else []
        nearest = f" The nearest: {', '.join(close)}." if close else ""
        where = self.ask(message, book).edit_page
        return Answer(f"{unknown}{nearest} Is it missing? Propose it: {where}", outcome=Outcome.NOT_FOUND)

    def recall(self, message: Message) -> Memory:
        """The memory of this speaker in this room; it fades after ten minutes."""
        key, now = heard_from(message), self.now()
        known = self.memories.pop(key, None)
        if known is None or now - known.at > REMEMBERED:
            known = Memory(now)
        known.at = now
        self.memories[key] = known
        while len(self.memories) > ROOMS_REMEMBERED:
            self.memories.popitem(last=False)
        return known

    def page(self, message: Message, memory: Memory, answer: Answer, lines: tuple[str, ...]) -> Reply:
        """As many lines as the platform shows at once; the rest waits for `more`."""
        size = message.page or len(lines)
        shown, memory.rest = lines[:size], lines[size:]
        if memory.rest:
            shown = (*shown[:-1], f"{shown[-1]} … ({len(memory.rest)} more: say `more`)")
        return Reply(answer, shown)


def heard_from(message: Message) -> tuple[str | None, ...]:
    """Whose memory a message belongs to: who speaks, and where."""
    speaker = message.speaker
    return message.platform, message.room, speaker.account or speaker.name


def driven(answering: Coroutine[Any, Any, Reply]) -> Reply:
    """What a coroutine returns that waits for nothing."""
    try:
        answering.send(None)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    answering.close()
    msg = "a command that is no coroutine waited for something"
    raise RuntimeError(msg)


def unfinished(line: str, commands: Sequence[Command]) -> str:
    """What a line is missing, by an example that begins as it does, where a command that it may be has one."""
    head = line.partition(" ")[0].lower()
    asked = [
        (example.rstrip("?"), command.name)
        for command in commands
        for example, answer in command.examples
        if not answer.startswith("I know no")
    ]
    alike = [pair for pair in asked if pair[0].lower().startswith(f"{head} ")]
    example, name = next(iter((*alike, *asked)), ("help", commands[0].name))
    return UNFINISHED.format(said=cut(line, 60), example=example, command=name)


def picked(line: str, memory: Memory) -> Reading | None:
    """Does the line choose one of the names offered last?"""
    if not memory.picks:
        return None
    if line.lower() in YES and len(memory.picks) == 1:
        return memory.picks[0]
    number = line.lower().removeprefix("number ").lstrip("#")
    if number.isdecimal() and 0 < int(number[:3]) <= len(memory.picks):
        return memory.picks[int(number[:3]) - 1]
    return None


def candidates(reading: Reading) -> tuple[Hit, ...]:
    """The records that the speaker may pick from; a command that writes is only ever said in full."""
    found = reading.doubt.found
    if found is None or reading.command.writes:
        return ()
    return (found.hits or found.near)[:OFFERED]


def spell(hit: Hit, reading: Reading | None = None) -> str:
    """A record by a name that can be typed back; its kind is told where several kinds may stand."""
    record_id = getattr(hit.record, "id", hit.name)
    told = reading is None or (hit.kind != "service" and len(reading.command.kinds) > 1)
    return f"{record_id} ({hit.kind})" if told else record_id


def of_other_kind(said: str, reading: Reading, book: Book) -> str:
    """What the words name for certain, where the command takes no such thing; nothing where they name nothing."""
    hits = [hit for hit in book.names.find(said).hits if hit.how in SURE]
    kinds = and_join([a(kind) for kind in dict.fromkeys(hit.kind for hit in hits)])
    if not hits or len({hit.id for hit in hits}) > 1:
        return ""
    name = getattr(hits[0].record, "name", hits[0].id)
    return ELSEWHERE.format(name=name, kinds=kinds, command=reading.command.name, said=hits[0].id)


def assumed(reading: Reading) -> tuple[str, ...]:
    """What was taken for granted, so that the reader can tell when it is wrong."""
    notes = [f"I read that as: {reading.mended}"] if reading.mended else []
    for bound in reading.bound.values():
        if bound.hit and bound.hit.how is How.LABELS:
            notes.append(f"This address is listed nowhere; by its labels it is {bound.hit.id}")
        if bound.hit and bound.found and bound.grade:
            notes.append(f"'{cut(bound.found.said, 40)}' taken as {bound.hit.name}")
    return tuple(notes)


def hints(line: str, book: Book) -> str:
    """Questions that would have worked, about a thing that the line names if it names one."""
    for word in line.split()[:40]:
        name = clean.name(word)
        if "." in name:
            hits = book.names.find(name, ("service",)).hits
            if len(hits) == 1:
                return f"who owns {hits[0].name} · what is {hits[0].name} · help"
    return "who owns docs.python.org · what runs on fastly · help"
