"""Answers on a terminal: laid out and coloured for a person, plain lines in a pipe.

Colour is left out where `NO_COLOR` is set and where the terminal is a simple one.
"""

import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TextIO

from psfbot.chat.answer import Answer, Item, Outcome
from psfbot.chat.render import sources
from psfbot.flows.ask import Reply
from psfbot.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

NARROWEST = 20
"""Columns below which a layout helps nobody: the terminal breaks the rows."""
SHORT = 16
"""Characters of a detail that still fits beside its name in a list of several columns."""


def show(reply: Reply, *, out: TextIO | None = None) -> None:
    """Print one reply; with no person watching, the plain lines only."""
    stream = out or sys.stdout
    rows = laid_out(reply.answer, stream) if stream.isatty() else reply.lines
    print(*rows, sep="\n", file=stream, flush=True)


def laid_out(answer: Answer, stream: TextIO) -> list[str]:
    """The rows of an answer as they will stand on the screen: the fact bold, lists in columns, doubts in yellow."""
    from rich.console import Console
    from rich.text import Text

    size = get_terminal_size()
    width = max(NARROWEST, size.columns)
    console = Console(file=stream, highlight=False, width=width, height=size.lines)
    if console.no_color or console.is_dumb_terminal:
        console = Console(file=stream, highlight=False, width=width, height=size.lines, color_system=None)
    with console.capture() as captured:
        fact = "bold" if answer.outcome is Outcome.ANSWERED else "bold yellow"
        console.print(Text(printable(answer.fact), style=fact))
        for line in answer.lines:
            console.print(Text(printable(line)))
        if answer.items:
            console.print(listed(answer.items))
        for note in answer.notes:
            console.print(Text(f"Note: {printable(note)}", style="yellow"))
        for number, offer in enumerate(answer.offers, 1):
            console.print(Text(f"  {number}. {printable(offer)}", style="cyan"))
        for line in answer.code.splitlines():
            console.print(Text(printable(line)), soft_wrap=True)
        for link in answer.links:
            # One row, however long: an address that is broken into rows cannot be copied.
            console.print(Text(f"{printable(link.title)}: {printable(link.url)}"), soft_wrap=True)
        if answer.cites:
            console.print(Text(f"Source: {printable(sources(answer.cites))}", style="dim"))
    return [row.rstrip() for row in captured.get().splitlines()]


def listed(items: Sequence[Item]) -> "RenderableType":
    """A list: names side by side where there is little to say of each, else a row for each with its detail."""
    from rich.columns import Columns
    from rich.table import Table
    from rich.text import Text

    if all(len(item.detail) <= SHORT for item in items):
        names = (Text(printable(item.name), style="cyan") for item in items)
        details = (Text(f" ({printable(item.detail)})" if item.detail else "", style="dim") for item in items)
        return Columns(map(Text.append_text, names, details), padding=(0, 2), column_first=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(overflow="fold", style="cyan")
    table.add_column(overflow="fold")
    for item in items:
        table.add_row(Text(printable(item.name)), Text(printable(item.detail)))
    return table
