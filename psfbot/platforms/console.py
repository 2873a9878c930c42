"""A chat on the terminal: history, completion, pages as high as the screen; a pipe is answered line by line."""

import shutil
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from psfbot.chat import clean
from psfbot.chat.message import Message, Speaker
from psfbot.flows.ask import MORE, Desk
from psfbot.platforms import terminal
from psfbot.platforms.continuing import continuations
from psfbot.platforms.lines import lines_of

PROMPT = "psfbot> "
WELCOME = "Ask in plain words, `help` for what there is, Ctrl-D to leave."
LEFT = "… ({rows} more: say `more`)"
QUIT = frozenset({"quit", "exit", "bye", ":q"})
KEPT_ROWS = 4
"""Rows of the screen that no page takes: the question, what is left, the prompt and a little air."""
LEAST_ROWS = 3


@dataclass
class Console:
    """One person at one terminal."""

    desk: Desk
    speaker: Speaker
    history: Path | None = None
    name: str = "console"
    welcome: str = WELCOME
    rest: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Answer until the lines end; a pipe is read to its end, a person leaves with Ctrl-D."""
        person = sys.stdin.isatty() and sys.stdout.isatty()
        async for line in self.typed() if person else lines_of(sys.stdin.fileno()):
            if line.strip().lower() in QUIT:
                return
            if line.strip():
                await self.answer(line)

    async def answer(self, line: str) -> None:
        """Ask the desk and print what it says, a page at a time where somebody watches."""
        if self.rest and clean.question(line).lower() in MORE:
            self.turn_page(self.rest)
            return
        reply = await self.desk.answer(Message(line, self.speaker, self.name, public=False))
        if sys.stdout.isatty():
            self.turn_page(terminal.laid_out(reply.answer, sys.stdout))
        else:
            terminal.show(reply)

    def turn_page(self, rows: list[str]) -> None:
        """Print as many rows as the screen has, and keep the others for `more`."""
        size = max(LEAST_ROWS, shutil.get_terminal_size().lines - KEPT_ROWS)
        shown, self.rest = rows[:size], rows[size:]
        print(*shown, *([LEFT.format(rows=len(self.rest))] if self.rest else []), sep="\n", flush=True)  # noqa: T201

    async def typed(self) -> AsyncIterator[str]:
        """Lines typed by a person, with history and completion; Ctrl-C drops the line, Ctrl-D leaves."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.patch_stdout import patch_stdout
        from prompt_toolkit.shortcuts import CompleteStyle

        session: PromptSession[str] = PromptSession(
            PROMPT,
            history=past(self.history),
            completer=completer(self.complete),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,  # a menu would push eight rows off the screen
        )
        print(self.welcome, flush=True)  # noqa: T201 - this is the terminal
        while True:
            try:
                with patch_stdout(raw=True):
                    line = await session.prompt_async()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            yield line

    def complete(self, line: str) -> Iterable[tuple[str, int]]:
        """What the line's last words may become, and how many characters each replaces."""
        return continuations(line, self.desk.book().names, self.desk.table.commands)


def past(file: Path | None) -> "History":  # type: ignore[name-defined]  # noqa: F821
    """What was typed before; where no file can be kept, only this time counts."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    if file is None:
        return InMemoryHistory()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.open("ab").close()
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))


def completer(complete: Callable[[str], Iterable[tuple[str, int]]]) -> "Completer":  # type: ignore[name-defined]  # noqa: F821
    """Prompt Toolkit's idea of completion, made from ours."""
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

    class Names(Completer):
        """Names of the catalog and of commands."""

        def get_completions(self, document: Document, complete_event: object) -> Iterable[Completion]:  # noqa: ARG002
            """Each name once."""
            for name, length in complete(document.text_before_cursor):
                yield Completion(name, start_position=-length)

    return Names()
