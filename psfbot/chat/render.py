"""An answer as plain lines or as data; platforms with a richer form start from the answer itself."""

from collections.abc import Sequence
from dataclasses import asdict

from psfbot.chat.answer import Answer, Cite, Item
from psfbot.text import one_line, printable, unique

WIDTH = 400
"""Characters of one line of a list: it fits an IRC line with room for names before it."""


def lines(answer: Answer) -> list[str]:
    """The whole answer as plain lines, the fact first."""
    shown = [answer.fact, *answer.lines, *(listed(answer.items) if answer.items else ())]
    shown += [f"Note: {note}" for note in answer.notes]
    if answer.offers:
        shown += [f"{number}. {offer}" for number, offer in enumerate(answer.offers, 1)]
    if answer.cites:
        shown.append(f"Source: {sources(answer.cites)}")
    shown += [f"{link.title}: {link.url}" for link in answer.links]
    return [*map(one_line, shown), *map(printable, answer.code.splitlines())]


def listed(items: Sequence[Item], width: int = WIDTH) -> list[str]:
    """The items of a list, as many a line as fit."""
    rows: list[str] = []
    for item in items:
        word = f"{item.name} ({item.detail})" if item.detail else item.name
        if rows and len(rows[-1]) + len(word) + 3 <= width:
            rows[-1] += f" · {word}"
        else:
            rows.append(word)
    return rows


def sources(cites: Sequence[Cite]) -> str:
    """Titles with their dates, each once."""
    return "; ".join(unique(f"{cite.title} ({cite.date})" if cite.date else cite.title for cite in cites))


def data(answer: Answer) -> dict[str, object]:
    """The answer as JSON-ready data, for scripts."""
    return asdict(answer)
