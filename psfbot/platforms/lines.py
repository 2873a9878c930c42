"""Lines of standard input, read without keeping the program from ending."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from threading import Thread

AT_ONCE = 65536
"""Bytes that are read at once, and the longest line that is kept; the rest of a longer one is dropped."""


async def lines_of(stream: int) -> AsyncIterator[str]:
    """Each line of a file descriptor; what is not UTF-8 is shown as such."""
    kept = b""
    while piece := await in_background(lambda: os.read(stream, AT_ONCE)):
        *ended, rest = piece.split(b"\n")
        for end in ended:
            yield as_text((kept + end)[:AT_ONCE])
            kept = b""
        kept = (kept + rest)[:AT_ONCE]
    if kept:
        yield as_text(kept)


def as_text(line: bytes) -> str:
    """A line as words."""
    return line.decode("utf-8", "replace").rstrip("\r")


async def in_background(work: Callable[[], bytes]) -> bytes:
    """Wait for work in a thread of its own that nobody waits for when the program ends.

    A read from a terminal or a pipe may never return, and the threads of `asyncio.to_thread` would hold up the end.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()

    def finish(result: bytes, error: OSError | None) -> None:
        if not done.cancelled():
            done.set_exception(error) if error else done.set_result(result)

    def run() -> None:
        result, failed = b"", None
        try:
            result = work()
        except OSError as error:
            failed = error
        try:
            loop.call_soon_threadsafe(finish, result, failed)
        except RuntimeError:
            return  # the loop is closed: nobody wants to know any more

    Thread(target=run, name="psfbot-lines", daemon=True).start()
    return await done
