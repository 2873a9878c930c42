"""Answers on a terminal: laid out and coloured for a person, plain lines in a pipe.

Colour is left out where `NO_COLOR` is set and where the terminal is a simple one.
"""

import sys
from typing import TextIO

from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.render import sources
from psfbot.flows.ask import Reply
from psfbot.text import printable


def show(reply: Reply, *, out: TextIO | None = None) -> None:
    """Print one reply; with no person watching, the plain lines only."""
    stream = out or sys.stdout
    rows = laid_out(reply.answer, stream) if stream.isatty() else reply.lines
    print(*rows, sep="\n", file=stream, flush=True)


def laid_out(answer: Answer, stream: TextIO) -> list[str]:
    """The rows of an answer as they will stand on the screen: the fact bold, lists in columns, doubts in yellow."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=False)
    if console.no_color or console.is_dumb_terminal:
        console = Console(file=stream, highlight=False, color_system=None, width=console.width)
    with console.capture() as captured:
        fact = "bold" if answer.outcome is Outcome.ANSWERED else "bold yellow"
        console.print(Text(printable(answer.fact), style=fact))
        for line in answer.lines:
            console.print(Text(printable(line)))
        if answer.items:
            table = Table(box=None, show_header=False, pad_edge=False)
            table.add_column(overflow="fold", style="cyan")
            table.add_column(overflow="fold")
            for item in answer.items:
                table.add_row(Text(printable(item.name)), Text(printable(item.detail)))
            console.print(table)
        for note in answer.notes:
            console.print(Text(f"Note: {printable(note)}", style="yellow"))
        for number, offer in enumerate(answer.offers, 1):
            console.print(Text(f"  {number}. {printable(offer)}", style="cyan"))
        for link in answer.links:
            # One row, however long: an address that is broken into rows cannot be copied.
            console.print(Text(f"{printable(link.title)}: {printable(link.url)}"), soft_wrap=True)
        if answer.cites:
            console.print(Text(f"Source: {sources(answer.cites)}", style="dim"))
    return captured.get().splitlines()
