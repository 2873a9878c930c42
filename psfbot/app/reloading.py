"""The catalog in force kept up to date: fetched from its branch, read again when the file changes, and rooms told.

A file in a git checkout is never written: whoever made the checkout pulls there. Any other file is psfbot's copy of
the branch, put in its place whole and only when what it holds is sound; what it replaces first is kept beside it.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from psfbot import logs
from psfbot.app import PACKAGE, now
from psfbot.app.library import Library
from psfbot.catalog.book import Book
from psfbot.catalog.exchange.private import fault
from psfbot.catalog.file import read
from psfbot.flows.oncall import ALONE
from psfbot.flows.relay import Relay
from psfbot.flows.reload import Reread
from psfbot.flows.scene import Scene
from psfbot.flows.told import news
from psfbot.forge.patch import PatchForge
from psfbot.proposals.ports import Forge, ForgeDown
from psfbot.relay.alert import Severity
from psfbot.relay.notice import Notice
from psfbot.relay.route import route
from psfbot.text import count, cut, one_line

KIND = "catalog"
CHECKOUT = "{file} is in a git checkout, which I leave alone: pull there, and I read it at once."
INSTALLED = "{file} came with the package. Set PSFBOT_CATALOG to a file of its own, and I keep that up to date."
FAULTY = "The catalog at {forge} has {faults}, so I keep the last good one. The first: {first}"
UNWRITABLE = "I cannot replace {file} by what is at {forge}: {why}."
SAME = "The catalog is what it was: {services}."
READABLE = 0o644
KEPT = ".before"
"""What the name of a file ends in that a fetch replaced though it came from elsewhere; later ones have a hash too."""

log = logs.get(__name__)


@dataclass
class Reloader:
    """Reads the catalog again, and tells rooms what changed; `leads` says whether this process tells them."""

    library: Library
    forge: Forge
    relay: Relay
    leads: Callable[[], bool]
    counted: Callable[[], None]
    clock: Callable[[], datetime] = now
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _refused: bytes = b""
    _fetched: set[bytes] = field(default_factory=set)

    async def look(self, asked_in: str = "") -> Reread | None:
        """Read the file again if it changed, and tell rooms what changed in it."""
        async with self.lock:
            before = self.library.book
            said = await asyncio.to_thread(self.library.look)
        return await self._changed(before, said, asked_in) if said else None

    async def _changed(self, before: Book, said: str, asked_in: str) -> Reread:
        """The file was read: count it, log it, tell it."""
        self.counted()
        log.warning("catalog changed", outcome=said)
        after = self.library.book
        if after.refused:
            said = said.replace(str(self.library.path), self.library.path.name)
            await self._tell(dict.fromkeys((True, False), said), asked_in)
            return Reread(well=False, said=said)
        told = {
            everybody: await asyncio.to_thread(news, before.catalog, after.catalog, everybody=everybody)
            for everybody in (True, False)
        }
        await self._tell(told, asked_in)
        return Reread(well=True, said=said, news=told[False], public_news=told[True])

    async def fetch(self, asked_in: str = "") -> Reread | None:
        """Bring the file up to date with its branch; nothing where there is nothing to fetch, or nothing new."""
        if isinstance(self.forge, PatchForge):
            return None
        try:
            data = (await self.forge.text()).encode()
        except ForgeDown as error:
            return Reread(well=False, said=str(error))
        path = self.library.path
        try:
            async with self.lock:
                replaced = await self._bring(path, data, asked_in)
        except OSError as error:
            why = UNWRITABLE.format(file=path.name, forge=self.forge.name, why=error.strerror)
            return Reread(well=False, said=why)
        return await self.look(asked_in) if replaced is True else replaced

    async def _bring(self, path: Path, data: bytes, asked_in: str) -> Reread | Literal[True] | None:
        """Put what was fetched in the place of the file: true if done, nothing where nothing is new, or why not."""
        digest = sha256(data).digest()
        if await asyncio.to_thread(held, path) == data:
            self._fetched.add(digest)
            return None
        if why := untouchable(path):
            return Reread(well=False, said=why.format(file=path.name))
        if digest == self._refused:
            return None
        loaded = await asyncio.to_thread(read, data.decode(), path.name)
        if loaded.catalog is None or loaded.errors:
            self._refused = digest
            faults, first = count(len(loaded.errors), "fault"), fault(loaded.errors[0])
            said = FAULTY.format(forge=self.forge.name, faults=faults, first=first)
            await self._tell(dict.fromkeys((True, False), said), asked_in)
            return Reread(well=False, said=said)
        await asyncio.to_thread(self._replace, path, data, digest)
        return True

    def _replace(self, path: Path, data: bytes, digest: bytes) -> None:
        """Put the new file in the place of the old one, and keep that if psfbot did not fetch it."""
        path = path.resolve()
        if (old := held(path)) and sha256(old).digest() not in self._fetched:
            keep(path, old)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
            new = Path(beside.name)
            try:
                beside.write(data)
                beside.flush()
                new.chmod(path.stat().st_mode & 0o7777 if old else READABLE)
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)
        self._fetched.add(digest)

    async def reload(self, asked_in: str) -> Reread:
        """Fetch, then read, because somebody asked for it."""
        fetched = await self.fetch(asked_in)
        looked = await self.look(asked_in)
        if fetched and not fetched.well:
            return fetched
        found = looked or fetched
        if found:
            return found
        book = self.library.book
        if book.refused:
            return Reread(well=False, said=f"I keep the last good catalog: {book.refused}")
        return Reread(well=True, said=SAME.format(services=count(len(book.catalog.services), "service")))

    async def _tell(self, told: Mapping[bool, str], asked_in: str) -> None:
        """Tell every room that hears everything; a public one only what everybody may know."""
        if not self.leads() or not any(told.values()):
            return

        def work(scene: Scene) -> None:
            for routed in route(None, Severity.CRITICAL, scene.book.catalog, scene.platforms):
                text = told[routed.public]
                if text and routed.hears and routed.room.lane != asked_in:
                    said = cut(one_line(text), 400)
                    scene.ledger.post(
                        Notice(incident=ALONE, version=1, room=routed.room, kind=KIND, text=said), scene.now
                    )

        await self.relay.change(work, self.library.book, self.clock())


def held(path: Path) -> bytes:
    """What a file holds; nothing where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def keep(path: Path, old: bytes) -> None:
    """Keep what psfbot did not fetch beside the file; what was kept so before is not lost for it."""
    beside = path.with_name(path.name + KEPT)
    if beside.exists() and beside.read_bytes() != old:
        beside = path.with_name(f"{path.name}{KEPT}-{sha256(old).hexdigest()[:8]}")
    beside.touch(mode=0o600)
    beside.chmod(path.stat().st_mode & 0o7777)
    beside.write_bytes(old)


def untouchable(path: Path) -> str:
    """Why a file must not be written, or nothing."""
    whole = path.resolve()
    if any((folder / ".git").exists() for folder in whole.parents):
        return CHECKOUT
    return INSTALLED if whole.is_relative_to(PACKAGE) else ""
