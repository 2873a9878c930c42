"""The catalog's past out of its git repository: read only, bounded, and empty where there is none.

Git runs in a process of its own and is never asked for anything that writes; what it showed once is kept, because a
commit does not change. A file that was renamed, or moved to another folder, is followed under its earlier names.
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
NAMES = 8
"""So many names the file may have had."""


class GitHistory:
    """The revisions of one file."""

    def __init__(self, path: Path, looked: int = LOOKED) -> None:
        """Look at nothing yet."""
        self._path, self._looked = path.resolve(), looked
        self._here = f"./{self._path.name}"
        self._places: dict[str, str] = {}
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
            now = written((self._text(one) or b"").decode(errors="replace"), section, id_)
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
            self._known = (head.decode(), tuple(self._followed()))
        return tuple(one for one in self._known[1] if since is None or one.at.date() >= since)

    def _followed(self) -> list[Revision]:
        """Every commit that changed the file, the oldest first, back to before it had this name."""
        found: list[Revision] = []
        place, words, since = self._here, f":(literal){self._path.name}", "HEAD"
        for _ in range(NAMES):
            said = self._git("log", f"--max-count={MOST - len(found)}", LOG, since, "--", words) or b""
            lines = [line for line in said.decode(errors="replace").split("\n") if line]
            found += map(revision, lines)
            self._places |= {one.id: place for one in found[len(found) - len(lines) :]}
            if not lines or len(found) >= MOST or not (place := self._before(found[-1], place)):
                break
            words, since = f":(top,literal){place}", f"{found[-1].id}^"
        return found[::-1]

    def _before(self, first: Revision, place: str) -> str:
        """What the file was called before the commit that brought it under a name, from the top of the repository."""
        if place == self._here:
            top = (self._git("rev-parse", "--show-prefix") or b"").decode(errors="surrogateescape").rstrip("\n")
            place = top + self._path.name
        order = ("show", "-z", "--no-relative", "--find-renames", "--diff-filter=R", "--name-status", "--format=")
        said = (self._git(*order, first.id) or b"").decode(errors="surrogateescape").strip("\0\n").split("\0")
        return next((old for old, new in zip(said[1::3], said[2::3], strict=False) if new == place), "")

    def _text(self, revision: Revision) -> bytes | None:
        """The file as a commit has it, under the name that it had then."""
        return self._git("show", f"{revision.id}:{self._places.get(revision.id, self._here)}")

    def at(self, revision: Revision) -> Catalog | None:
        """The same without waiting: the catalog as a commit has it, None where that has faults or no such file."""
        if revision.id not in self._read:
            text = self._text(revision)
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
    text = text.replace("\r\n", "\n") + "\n"
    start = re.search(rf"^{re.escape(section)}:.*$", text, re.MULTILINE)
    if start is None:
        return ""
    rest = text[start.end() :]
    end = re.search(r"^\w", rest, re.MULTILINE)
    found = re.search(
        rf"^  ([\"']?){re.escape(id_)}\1:.*\n(?:(?:    .*| *)\n)*", rest[: end.start()] if end else rest, re.MULTILINE
    )
    return found[0].rstrip() if found else ""
