"""A chat on the terminal: history, completion of names, and lines from a pipe answered one by one."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from psfbot.chat.message import Message, Speaker
from psfbot.flows.ask import Desk
from psfbot.platforms import terminal

PROMPT = "psfbot> "
WELCOME = "Ask in plain words, `help` for what there is, Ctrl-D to leave."
QUIT = frozenset({"quit", "exit", "bye", ":q"})
COMPLETED = 30


@dataclass(frozen=True)
class Console:
    """One person at one terminal."""

    desk: Desk
    speaker: Speaker
    history: Path | None = None
    name: str = "console"

    async def run(self) -> None:
        """Answer until the lines end; a pipe is read to its end, a person leaves with Ctrl-D."""
        lines = self.typed() if sys.stdin.isatty() and sys.stdout.isatty() else piped()
        async for line in lines:
            if line.strip().lower() in QUIT:
                return
            if line.strip():
                await self.answer(line)

    async def answer(self, line: str) -> None:
        """Ask the desk and print what it says."""
        page = 20 if sys.stdout.isatty() else 0
        message = Message(line, self.speaker, self.name, public=False, page=page)
        terminal.show(await self.desk.answer(message))

    async def typed(self) -> AsyncIterator[str]:
        """Lines typed by a person, with history and completion."""
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory
        from prompt_toolkit.patch_stdout import patch_stdout

        if self.history:
            self.history.parent.mkdir(parents=True, exist_ok=True)
        kept = FileHistory(str(self.history)) if self.history else InMemoryHistory()
        session: PromptSession[str] = PromptSession(PROMPT, history=kept, completer=completer(self.complete))
        print(WELCOME)  # noqa: T201 - this is the terminal
        while True:
            try:
                with patch_stdout(raw=True):
                    yield await session.prompt_async()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return

    def complete(self, line: str) -> Iterable[tuple[str, int]]:
        """What the line's last words may become, and how many characters each replaces."""
        words = line.split(" ")
        for size in range(min(len(words), 4), 0, -1):
            start = " ".join(words[-size:])
            if start:
                for name in self.desk.book().names.complete(start, limit=COMPLETED):
                    yield name, len(start)
        if len(words) == 1:
            for command in self.desk.table.commands:
                if command.name.startswith(line.lower()):
                    yield command.name, len(line)


def completer(complete: Callable[[str], Iterable[tuple[str, int]]]) -> "Completer":  # type: ignore[name-defined]  # noqa: F821
    """Prompt Toolkit's idea of completion, made from ours."""
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

    class Names(Completer):
        """Names of the catalog and of commands."""

        def get_completions(self, document: Document, complete_event: object) -> Iterable[Completion]:  # noqa: ARG002
            """Each name once."""
            seen = set()
            for name, length in complete(document.text_before_cursor):
                if name not in seen:
                    seen.add(name)
                    yield Completion(name, start_position=-length)

    return Names()


async def piped() -> AsyncIterator[str]:
    """Lines of standard input; what is not UTF-8 is shown as such and answered like any other."""
    stream = sys.stdin.buffer
    while raw := await asyncio.to_thread(stream.readline, 65536):
        yield raw.decode("utf-8", "replace").rstrip("\r\n")
