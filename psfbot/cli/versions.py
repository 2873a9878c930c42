"""The text of a catalog as a file holds it, or as git knows an earlier version of it."""

import subprocess
from pathlib import Path

from psfbot.errors import UserError

UNREADABLE = "{}: this is not UTF-8. See `psfbot catalog check {}`."
NO_BASE = "{}: there is no such file, and git has no such version of {}: {}"
NOTHING = "services: {}\n"
"""What a version says that had no catalog yet."""
PATIENCE = 60
"""Seconds for git to find a version."""


def text_of(path: Path) -> str:
    """The text of a file with its line ends and byte order mark as they are."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UserError(UNREADABLE.format(path, path)) from None


def git(folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """What git answers in a folder; versions are single words behind the end of the options."""
    return subprocess.run(  # noqa: S603 - no shell, see above
        ["git", "-C", str(folder), *words],  # noqa: S607 - git is where the path says
        capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def earlier_text(base: str, path: Path) -> str:
    """What another file says, or what git knows as an earlier version of this one.

    A version comes first: a pull request may bring a file that is called like one. One without the catalog says that
    there are no services, since a pull request may bring the first.
    """
    folder, name, there = path.resolve().parent, path.resolve().name, Path(base).is_file()
    try:
        known = not git(folder, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{base}^{{commit}}").returncode
        if there and not known:
            return text_of(Path(base))
        done = git(folder, "show", "--end-of-options", f"{base}:./{name}")
        if done.returncode and known and path.is_file():
            listed = git(folder, "ls-tree", "--name-only", base, f"./{name}")
            if not listed.returncode and not listed.stdout:
                return NOTHING
    except (OSError, subprocess.TimeoutExpired) as error:
        if there:
            return text_of(Path(base))
        raise UserError(NO_BASE.format(base, name, error)) from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(NO_BASE.format(base, name, why[-1] if why else "git says no more"))
    return done.stdout.decode(errors="replace")
