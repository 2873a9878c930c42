"""The text of a catalog as a file holds it, or as git knows an earlier version of it."""

from pathlib import Path

from psfbot.errors import UserError

UNREADABLE = "{}: this is not UTF-8. See `psfbot catalog check {}`."
NO_BASE = "{}: there is no such file, and git has no such version of {}: {}"
PATIENCE = 60
"""Seconds for git to find a version."""


def text_of(path: Path) -> str:
    """The text of a file with its line ends and byte order mark as they are."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise UserError(UNREADABLE.format(path, path)) from None


def earlier_text(base: str, path: Path) -> str:
    """What another file says, or what git knows as an earlier version of this one."""
    if Path(base).is_file():
        return text_of(Path(base))
    import subprocess

    folder, name = path.resolve().parent, path.resolve().name
    wanted = f"{base}:./{name}"
    try:
        done = subprocess.run(  # noqa: S603 - the version is one word behind the end of the options
            ["git", "-C", str(folder), "show", "--end-of-options", wanted],  # noqa: S607 - git is where the path says
            capture_output=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(NO_BASE.format(base, name, error)) from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise UserError(NO_BASE.format(base, name, why[-1] if why else "git says no more"))
    return done.stdout.decode(errors="replace")
