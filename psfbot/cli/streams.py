"""The standard streams: there whatever the shell did with them, and able to take any character."""

import contextlib
import errno
import io
import os
import sys

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
"""What a write to a full disk, or to a terminal that is gone, fails with."""


def make_sound() -> None:
    """Open what was closed, on nothing, and show a character that the terminal does not know as `?`.

    A closed stream would be worse than silent: the next file that is opened takes its number, and answers would be
    written into the database.
    """
    for number in range(3):
        if not is_open(number):
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or open(0, closefd=False, encoding="utf-8")  # noqa: SIM115 - it is open to the end
    sys.stdout = sys.stdout or open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def is_open(number: int) -> bool:
    """Is there anything behind this file descriptor?"""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def give_up_on_stdout() -> None:
    """Let what is still to be written go nowhere, so that nothing complains once more at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def says_utf_8() -> bool:
    """Can standard output take every character?"""
    return (sys.stdout.encoding or "").lower().replace("-", "") in {"utf8", "utf8sig"}


def as_typed(text: str) -> str:
    """Words of the command line as UTF-8, also where the locale took them for something else."""
    return os.fsencode(text).decode("utf-8", "replace")
