"""One question from the command line to one answer on it."""

import json
from typing import Literal

import click

from psfbot.app import App, start
from psfbot.chat import render
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.message import Message
from psfbot.cli import streams
from psfbot.flows.ask import Reply, driven
from psfbot.platforms import terminal

Form = Literal["plain", "json", "csv"]
OURS = "PSFBOT_"
NO_LIST = "This answer is no list, so it makes no table: leave out --csv, or ask for --json."


def ask_once(text: str, person: str, form: Form = "plain") -> int:
    """Print the answer; 0 when there was one, 1 when nothing was found or it was refused."""
    app = start(once=True)
    for warning in filter(nobodys, app.warnings):
        click.echo(warning, err=True)
    message = Message(as_question(text, form), app.speaker(person), "terminal", public=False)
    reply = answer(app, message)
    if form == "csv":
        print_table(app, reply.answer)
    elif form == "json":
        click.echo(json.dumps(render.data(reply.answer), ensure_ascii=not streams.says_utf_8(), indent=2))
    else:
        terminal.show(reply)
    return 0 if reply.answer.outcome is Outcome.ANSWERED else 1


def as_question(text: str, form: Form) -> str:
    """What the desk is asked: where a table is wanted, a query alone is a question too."""
    if form != "csv":
        return text
    from psfbot.cli.table import asked

    return asked(text)


def print_table(app: App, answer: Answer) -> None:
    """Print a list as CSV in UTF-8; what is no answer is told beside it, so that no table holds an apology."""
    from psfbot.cli.table import as_csv

    if answer.outcome is not Outcome.ANSWERED:
        click.echo("\n".join(render.lines(answer)), err=True)
        return
    rows = as_csv(answer, app.book.catalog)
    if rows is None:
        raise click.UsageError(NO_LIST)
    click.echo(rows.encode(), nl=False)


def nobodys(warning: str) -> bool:
    """Is it surely nobody's setting? A name of two words may be a plugin's, and no plugin is loaded for a question."""
    return "_" not in warning.partition(" ")[0].removeprefix(OURS)


def answer(app: App, message: Message) -> Reply:
    """Ask the desk; a question that waits for nothing is answered without an event loop."""
    if not app.desk.waits(message):
        return driven(app.desk.answer(message))
    import asyncio

    return asyncio.run(app.desk.answer(message))
