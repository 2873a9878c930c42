"""The catalog in force: read again when its file changes, and kept as it was when the new one is faulty."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from psfbot.app.kept import Contents, Shelf
from psfbot.catalog.book import Book
from psfbot.errors import UserError
from psfbot.text import count

Stamp = tuple[int, int, int]


@dataclass
class Library:
    """Holds the last good reading of one file; with a shelf, it takes what was understood of it before."""

    path: Path
    shelf: Shelf | None = None
    book: Book = field(init=False)
    stamp: Stamp | None = field(init=False)

    def __post_init__(self) -> None:
        """Read the file; a bot does not start with a faulty catalog."""
        self.stamp = stamp(self.path)
        catalog, places = (self.shelf.take(self.path) if self.shelf else None) or self._read()
        self.book = Book.of(catalog, places=places, path=str(self.path))

    def _read(self) -> Contents:
        """Read the file as it is now."""
        from psfbot.catalog.file import load_or_refuse  # noqa: PLC0415 - what is kept needs no reading of YAML

        loaded = load_or_refuse(self.path)
        if loaded.catalog is None:
            raise UserError(f"{self.path} holds no catalog.")
        contents = (loaded.catalog, loaded.places)
        if self.shelf and (data := self.path.read_bytes()) and stamp(self.path) == self.stamp:
            self.shelf.put(self.path, data, contents)
        return contents

    def look(self) -> str:
        """Read the file again if it changed since the last look; say what came of it, or nothing."""
        now = stamp(self.path)
        if now == self.stamp:
            return ""
        self.stamp = now
        return self.reload()

    def reload(self) -> str:
        """Take the file as it is now, all of it or nothing; say which."""
        from psfbot.catalog.exchange.private import fault  # noqa: PLC0415 - the same
        from psfbot.catalog.file import load  # noqa: PLC0415 - the same

        loaded = load(self.path)
        if loaded.catalog is None or loaded.errors:
            why = f"{count(len(loaded.errors), 'fault')}, the first: {fault(loaded.errors[0])}"
            self.book = replace(self.book, refused=why)
            return f"The catalog changed, but I keep the last good one: {why}"
        self.book = Book.of(loaded.catalog, places=loaded.places, path=str(self.path))
        return f"The catalog was read again: {count(len(loaded.catalog.services), 'service')}."


def stamp(path: Path) -> Stamp | None:
    """What changes with a file's contents; nothing when it cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
