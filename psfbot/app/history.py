"""The catalog's past out of its git repository: read only, bounded, and empty where there is none.

Git runs in a process of its own and is never asked for anything that writes; what it showed once is kept, because a
commit does not change.
"""

import asyncio
import re
import subprocess
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from psfbot.catalog.file import read
from psfbot.catalog.model import Catalog
from psfbot.flows.history import Revision, Section

PATIENCE = 10.0
"""Seconds that git may take for one answer."""
KEPT = 24
"""So many catalogs of the past are kept."""
MOST = 2000
"""So many revisions are looked for."""
PLAIN = ("-c", "core.fsmonitor=false", "--no-pager", "--no-optional-locks")
LOOKED = 60
"""In so many of the last ones a record is looked for."""
LOG = "--format=%H%x1f%ct%x1f%s"


class GitHistory:
    """The revisions of one file."""

    def __init__(self, path: Path, looked: int = LOOKED) -> None:
        """Look at nothing yet."""
        self._path, self._looked = path.resolve(), looked
        self._read: OrderedDict[str, Catalog | None] = OrderedDict()
        self._known: tuple[str, tuple[Revision, ...]] = ("", ())

    async def revisions(self) -> Sequence[Revision]:
        """Every commit that changed the file, the oldest first."""
        return await asyncio.to_thread(self.all)

    async def catalog(self, revision: Revision) -> Catalog | None:
        """The catalog as a commit has it."""
        return await asyncio.to_thread(self.at, revision)

    async def touching(self, section: Section, id_: str) -> Sequence[Revision]:
        """The revisions, of the last ones, in which the text of a record is new or other than before."""
        return await asyncio.to_thread(self.changing, section, id_)

    def changing(self, section: Section, id_: str) -> list[Revision]:
        """The same without waiting; only where the text changed is a whole catalog worth reading."""
        found, before = [], ""
        for one in self.all()[-self._looked :]:
            text = self._git("show", f"{one.id}:./{self._path.name}") or b""
            now = written(text.decode(errors="replace"), section, id_)
            if now != before:
                found.append(one)
            before = now
        return found

    def all(self, since: date | None = None) -> tuple[Revision, ...]:
        """The same without waiting: every commit that changed the file, the oldest first."""
        head = self._git("rev-parse", "HEAD")
        if head is None:
            return ()
        if self._known[0] != head.decode():
            said = self._git("log", f"--max-count={MOST}", LOG, "--", self._path.name)
            lines = said.decode(errors="replace").splitlines() if said else []
            self._known = (head.decode(), tuple(revision(line) for line in reversed(lines)))
        return tuple(one for one in self._known[1] if since is None or one.at.date() >= since)

    def at(self, revision: Revision) -> Catalog | None:
        """The same without waiting: the catalog as a commit has it, None where that has faults or no such file."""
        if revision.id not in self._read:
            text = self._git("show", f"{revision.id}:./{self._path.name}")
            self._read[revision.id] = read(text, revision.id).catalog if text is not None else None
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
        self._read.move_to_end(revision.id)
        return self._read[revision.id]

    def _git(self, *words: str) -> bytes | None:
        """What git says; nothing where there is no git, no repository, or no answer."""
        try:
            done = subprocess.run(  # noqa: S603 - git and words of ours
                ["git", *PLAIN, *words],  # noqa: S607 - whichever git is installed
                cwd=self._path.parent,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


def revision(line: str) -> Revision:
    """One line of git's log."""
    id_, seconds, subject = line.split("\x1f", 2)
    return Revision(id_, datetime.fromtimestamp(int(seconds), UTC), subject)


def written(text: str, section: str, id_: str) -> str:
    """The lines of one record, in the layout that `psfbot catalog fmt` keeps; nothing where it is not there."""
    start = re.search(rf"^{re.escape(section)}:.*$", text, re.MULTILINE)
    if start is None:
        return ""
    rest = text[start.end() :]
    end = re.search(r"^\w", rest, re.MULTILINE)
    found = re.search(
        rf"^  {re.escape(id_)}:.*\n(?:(?:    .*| *)\n)*", rest[: end.start()] if end else rest, re.MULTILINE
    )
    return found[0].rstrip() if found else ""
