"""Plain data as a table of records by section and id: what is not even that is told, and everything else goes on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from psfbot.catalog.finding import Fault, shown
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.nearest import did_you_mean, nearest

Record = dict[str, object]
VERSION = "schema_version"
NO_VERSION = "no schema_version: write `schema_version: 1` before the first section"
EMPTY = "the catalog is empty: start with `schema_version: 1` and a section such as `services:`"


@dataclass(frozen=True, slots=True)
class Table:
    """The records of a file as plain data, each with its key as `id`.

    `known` holds the ids of all records, also of those that are too broken to be looked at; `written` tells how a
    section is spelt in the file where that is wrong.
    """

    top: dict[str, object] = field(default_factory=dict)
    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    known: dict[str, dict[str, None]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    written: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def whole(self) -> dict[str, object]:
        """What the catalog's model reads."""
        return {**self.top, **self.records}


def table(root: object, words: Iterable[tuple[str, str]] = ()) -> Table:
    """Sort out sections and records; `words` with their sections start the lines of a text that is broken."""
    made = Table()
    if root in (None, {}):
        made.faults.append(Fault((), EMPTY, "empty"))
        return made
    if not isinstance(root, dict):
        made.faults.append(Fault((), f"expected sections such as services: and people:, found {shown(root)}", "type"))
        return made
    lost = set(words)
    for name, section in root.items():
        kind = name if name in KINDS or name == VERSION else _misspelt(made, name, root)
        if kind == VERSION:
            made.top[kind] = section
        elif kind:
            _section(made, kind, section)
        else:
            lost |= {("", name), *(("", id_) for id_ in (section if isinstance(section, dict) else ()))}
    if VERSION not in made.top:
        made.faults.append(Fault((), NO_VERSION, "no-version", severity="warning"))
    _remember(made, lost)
    return made


def _remember(made: Table, lost: set[tuple[str, str]]) -> None:
    """Whoever names what may be a lost record is not wrong: it is known in its section, or else in all of them."""
    for section, word in lost:
        if section in KINDS and word != section:
            made.known[section][word] = None
    found = set().union(*made.known.values(), KINDS)
    for known in made.known.values():
        known.update({word: None for _, word in lost if word not in found})


def _misspelt(made: Table, name: str, root: Record) -> str:
    """Complain, and take the section for the one that was probably meant, so that its records are known."""
    missing = [kind for kind in (VERSION, *KINDS) if kind not in root and kind not in made.written]
    hint = did_you_mean(name, missing) or f": a catalog has {', '.join(Catalog.model_fields)}"
    made.faults.append(Fault((name,), f"unknown section {shown(name)}{hint}", "unknown-section", at="key"))
    meant = next(iter(nearest(name, missing)), "")
    if meant:
        made.written[meant] = name
    return meant


def _section(made: Table, kind: str, section: object) -> None:
    """Take the records of one section; a section with nothing in it is fine."""
    if section is None:
        return
    if not isinstance(section, dict):
        made.faults.append(Fault((kind,), f"expected records by id, found {shown(section)}", "type"))
        return
    records, known = made.records[kind], made.known[kind]
    for id_, record in section.items():
        known[id_] = None
        if type(record) is dict:
            if "id" in record:
                message = 'unknown field "id": the key above is the id'
                made.faults.append(Fault((kind, id_, "id"), message, "unknown-field", at="key"))
            record["id"] = id_
            records[id_] = record
        else:
            made.faults.append(_no_record(kind, id_, record))


def _no_record(kind: str, id_: str, record: object) -> Fault:
    """A record without fields, or with something else in their place."""
    needed = [name for name, info in KINDS[kind].model_fields.items() if info.is_required() and name != "id"]
    if record is None:
        return Fault((kind, id_), f"{shown(id_)} is empty: it needs {', '.join(needed)}", "empty-record", at="key")
    return Fault((kind, id_), f"expected the fields of {shown(id_)}, found {shown(record)}", "type")
