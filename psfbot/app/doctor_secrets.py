"""A secret that the doctor has made is kept in a file that only the bot's user can read, and is printed nowhere."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from psfbot.app import App
from psfbot.app.fresh import SECRETS
from psfbot.errors import UserError
from psfbot.plugin import Configuration

NOTICED = SECRETS + 2
"""Seconds after which the running bot has surely read a file of secrets again."""
PRIVATE, OURS = 0o600, 0o700
SET = (
    "Its secret lies in {path}, for nobody else to read. Set {setting} to that{instead}, start psfbot again, then run "
    "`psfbot doctor --fix` once more: it sends a test event."
)
INSTEAD = " in place of {name}"
UNWRITABLE = "I cannot write {path}, where its secret would be kept: {why}"


@dataclass(frozen=True)
class SecretFiles:
    """The file that a setting's `…_FILE` names; where none is set, one in the folder for what psfbot keeps."""

    app: App
    model: type[Configuration]
    settings: Configuration | None

    def name(self, field: str) -> str:
        """The setting as the environment spells it."""
        return f"{self.model.names_start_with}{field.removesuffix('_').upper()}"

    def given(self, field: str) -> str:
        """The file that the bot reads this setting from, if it does."""
        return self.app.environ.get(f"{self.name(field)}_FILE", "")

    def path(self, field: str) -> Path:
        """Where the secrets go."""
        given = self.given(field)
        return Path(given).resolve() if given else self.app.state / self.name(field).lower()

    def trouble(self, field: str) -> str:
        """Why no secret could be kept there: tried before anything is made whose secret would be lost."""
        path = self.path(field)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=OURS)
            beside(path).touch(mode=PRIVATE)
            beside(path).unlink()
        except OSError as error:
            return UNWRITABLE.format(path=path, why=error.strerror or error)
        return ""

    async def keep(self, field: str, secret: str) -> str:
        """Add a secret to those in force; what a person must do before the bot knows it."""
        path, given = self.path(field), self.given(field)
        try:
            await asyncio.to_thread(write, path, (*self.known(field), secret))
        except OSError as error:
            raise UserError(UNWRITABLE.format(path=path, why=error.strerror or error)) from error
        if given:
            await asyncio.sleep(NOTICED)
            return ""
        name = self.name(field)
        instead = INSTEAD.format(name=name) if self.known(field) else ""
        return SET.format(path=path, setting=f"{name}_FILE", instead=instead)

    def known(self, field: str) -> tuple[str, ...]:
        """The secrets that are in force already: they count until somebody takes them out."""
        value = getattr(self.settings, field, ())
        return tuple(one.get_secret_value() for one in value if isinstance(one, SecretStr))


def beside(path: Path) -> Path:
    """The file that is written before it takes the place of another."""
    return path.with_name(f".{path.name}.new")


def owner_of(path: Path) -> tuple[int, int]:
    """The user and group whose file it is; where there is none yet, whose folder."""
    found = (path if path.exists() else path.parent).stat()
    return found.st_uid, found.st_gid


def write(path: Path, secrets: tuple[str, ...]) -> None:
    """Put secrets into a file, a line each: all of them are there, or the file is as it was.

    Whose file it was, it stays: root may run the doctor of a bot that runs as somebody else.
    """
    new = beside(path)
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w", encoding="utf-8") as file:
        file.write("".join(f"{secret}\n" for secret in secrets))
        file.flush()
        os.fsync(file.fileno())
        owner = owner_of(path)
        if owner != owner_of(new):
            os.fchown(file.fileno(), *owner)
    new.replace(path)
