"""Answers on a terminal: laid out and coloured for a person, plain lines in a pipe."""

import sys
from typing import TextIO

from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.render import sources
from psfbot.flows.ask import Reply
from psfbot.text import printable


def show(reply: Reply, *, out: TextIO | None = None) -> None:
    """Print one reply; with no person watching, the plain lines only."""
    stream = out or sys.stdout
    if stream.isatty():
        show_richly(reply.answer, stream)
    else:
        print(*reply.lines, sep="\n", file=stream, flush=True)


def show_richly(answer: Answer, stream: TextIO) -> None:
    """Lay an answer out: the fact bold, lists in columns, doubts in yellow, sources dim."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    console.print(Text(printable(answer.fact), style="bold" if answer.outcome is Outcome.ANSWERED else "bold yellow"))
    for line in answer.lines:
        console.print(Text(printable(line)))
    if answer.items:
        table = Table(box=None, show_header=False, pad_edge=False)
        for item in answer.items:
            table.add_row(Text(printable(item.name), style="cyan"), Text(printable(item.detail)))
        console.print(table)
    for note in answer.notes:
        console.print(Text(f"Note: {printable(note)}", style="yellow"))
    for number, offer in enumerate(answer.offers, 1):
        console.print(Text(f"  {number}. {printable(offer)}", style="cyan"))
    for link in answer.links:
        console.print(Text.assemble((f"{link.title}: ", "dim"), (link.url, f"link {link.url}")))
    if answer.cites:
        console.print(Text(f"Source: {sources(answer.cites)}", style="dim"))
