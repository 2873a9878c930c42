"""How a line that somebody types may go on: names of the catalog, and first words of commands."""

from collections.abc import Iterable, Iterator

from psfbot.catalog.names import Names
from psfbot.chat.command import Command

SHOWN = 60
"""Names that are offered at once."""
LONGEST = 4
"""Words that the name of a record may have."""


def continuations(line: str, names: Names, commands: Iterable[Command]) -> Iterator[tuple[str, int]]:
    """Each name that the last words of the line may become, and how many characters it takes the place of."""
    words = line.split(" ")
    seen: set[tuple[str, int]] = set()
    if len(words) == 1:
        yield from ((head, len(line)) for head in first_words(commands) if head.startswith(line.lower()))
    for size in range(min(len(words), LONGEST), 0, -1):
        begun = " ".join(words[-size:])
        found = names.complete(begun, limit=SHOWN) if begun.strip() else everything(words, size, names)
        for name in found:
            if (name, len(begun)) not in seen:
                seen.add((name, len(begun)))
                yield name, len(begun)


def everything(words: list[str], size: int, names: Names) -> list[str]:
    """Where nothing is begun yet, the services, which most questions are about; nobody types a `*`."""
    if size > 1 or len(words) == 1:
        return []
    return [name for name in names.complete("", ("service",), limit=SHOWN) if not name.startswith("*")]


def first_words(commands: Iterable[Command]) -> list[str]:
    """The words that what people say may start with."""
    return sorted({head for command in commands for phrase in command.phrases for head in phrase.heads if head})
