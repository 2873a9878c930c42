"""A catalog that was read once, kept as it was understood, so that the next question does not wait for its reading.

What is kept stands for one file's very bytes, as this very code understood them: after any change of either it is
read anew. Like Python's own compiled files it is only ever a copy: whoever deletes it loses nothing.
"""

import contextlib
import io
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pydantic

from psfbot.catalog import model
from psfbot.catalog.model import Catalog

ERRORS = (OSError, pickle.PickleError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError)
"""What a copy can raise that is cut short, damaged, or was made by other versions."""
CODE = Path(model.__file__).parent

Lines = Mapping[tuple[str, str], int]
Contents = tuple[Catalog, Lines]


class Careful(pickle.Unpickler):
    """Makes records of the catalog and dates, and nothing else, whatever a file says."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        """The one class that a name stands for."""
        found = getattr(model, global_name, None) if module_name == model.__name__ else None
        if isinstance(found, type) and issubclass(found, model.Part):
            return found
        if (module_name, global_name) == ("datetime", "date"):
            return date
        msg = f"{module_name}.{global_name} is no record of a catalog"
        raise pickle.UnpicklingError(msg)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of such copies: one a catalog, for the person who asks alone."""

    folder: Path

    def take(self, path: Path) -> Contents | None:
        """The catalog of a file as it was understood before; nothing when it has changed since, or was never kept."""
        with contextlib.suppress(*ERRORS):
            kept = self._copy(path)
            if not self._ours(kept):
                return None
            name, _, rest = kept.read_bytes().partition(b"\n")
            if name == fingerprint(path.read_bytes()):
                catalog, lines = Careful(io.BytesIO(rest)).load()
                return catalog, lines
        return None

    def put(self, path: Path, read: bytes, contents: Contents) -> None:
        """Keep what these bytes of a file were understood as; where that cannot be done, nothing is lost."""
        import tempfile  # noqa: PLC0415 - only the first question after a change keeps anything

        with contextlib.suppress(*ERRORS):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, made = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(fingerprint(read) + b"\n" + pickle.dumps(contents, protocol=5))
                Path(made).replace(self._copy(path))
            finally:
                Path(made).unlink(missing_ok=True)

    def _copy(self, path: Path) -> Path:
        """Where the copy of a file is."""
        return self.folder / f"catalog-{sha256(os.fsencode(path.resolve())).hexdigest()[:16]}"

    def _ours(self, kept: Path) -> bool:
        """Was this written by whoever asks? Others might put words into the catalog's mouth."""
        found, folder = kept.stat(), self.folder.stat()
        return found.st_uid == folder.st_uid == os.geteuid() and not (found.st_mode | folder.st_mode) & 0o022


def fingerprint(read: bytes) -> bytes:
    """What these bytes are called, as long as the code that understands them is the same."""
    code = sorted((file.name, found.st_mtime_ns, found.st_size) for file, found in _files())
    said = repr((code, sys.version, pydantic.VERSION)).encode()
    return sha256(read + said).hexdigest().encode()


def _files() -> list[tuple[Path, os.stat_result]]:
    """The files that understand catalogs."""
    return [(file, file.stat()) for file in CODE.glob("*.py")]
