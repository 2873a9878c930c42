"""The catalog's file: text or a path in, the catalog and everything that is wrong with it out."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from yaml import YAMLError

from psfbot.catalog.bared import veiled, written_at
from psfbot.catalog.encoding import clean
from psfbot.catalog.events import Quick
from psfbot.catalog.faults import validate
from psfbot.catalog.finding import Fault, Finding, Slip, as_text
from psfbot.catalog.hidden import hidden, may_hide
from psfbot.catalog.layout import commented, swallows
from psfbot.catalog.model import Catalog
from psfbot.catalog.places import Thorough
from psfbot.catalog.recovery import Reading, salvage
from psfbot.catalog.references import Known, check, unknown_plugins
from psfbot.catalog.sense import senseless
from psfbot.catalog.shape import Table, table
from psfbot.errors import UserError
from psfbot.text import count

LARGEST = 256 * 2**20
"""No catalog has so many bytes: whatever does is another file."""
FEW = 5
"""So many errors are named when a catalog is refused."""
TOLD = frozenset({"alias", "tag"})
"""After one of these, what is wrong with the value in the same place is no news."""
SWALLOWED = "swallowed"
"""After this one, the line and the record that it is in are known to lack something."""

ABSENT = "there is no such file: check its name and the folder"
NO_FILE = "this is no file: name the catalog itself"
TOO_LARGE = f"more than {LARGEST // 2**20} MiB: this is no catalog"
UNREADABLE = "it cannot be read: {}"
REFUSED = """{name} has {errors}:
{first}
To see all of them: psfbot catalog check {name}"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A catalog, unless it has errors; all findings in the order of the file; and the line of each record.

    Whoever keeps a big catalog may call `gc.freeze()` after loading it: then the collector need not walk it each time.
    """

    catalog: Catalog | None
    findings: tuple[Finding, ...] = ()
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the catalog from being used."""
        return tuple(one for one in self.findings if one.severity == "error")


def read(text: bytes | str, name: str, today: date | None = None, plugins: Known | None = None) -> Loaded:
    """Read and check a catalog; `name` is what its findings call the file, `today` what its dates are held against.

    `plugins` tells the names of those that are here, where that is to be checked too.
    """
    with _collector_off():
        data, slips = clean(text)
        hides = may_hide(data)
        reading = None if hides and veiled(data) else _quick(data)
        look = partial(_look, slips=slips, today=today, plugins=plugins, hides=hides)
        seen = look(reading) if reading else None
        if reading is None or seen is None or seen[2]:
            reading = salvage(data)
            seen = look(reading)
        catalog, records, faults = seen
        findings = [_slip(slip, name) for slip in reading.slips]
        findings += _faults(faults, reading.tree or Thorough(data), records, reading.slips, name) if faults else []
    placed = [_slip(slip, name) for slip in (*slips, *reading.told)] + [_written(one, reading) for one in findings]
    last = max(data.count(b"\n") + (not data.endswith(b"\n")), 1)
    placed = [one if one.line <= last else replace(one, line=last, column=1) for one in placed]
    errors = any(one.severity == "error" for one in placed)
    in_order = tuple(sorted(placed, key=lambda one: (one.line, one.column)))
    return Loaded(None if errors else catalog, in_order, reading.lines)


def _look(
    reading: Reading, slips: list[Slip], today: date | None, plugins: Known | None, *, hides: bool
) -> tuple[Catalog | None, Table, list[Fault]]:
    """What was read as records, the catalog if they make one, and all that is wrong with them."""
    records = table(reading.root, reading.words)
    if reading.root:
        catalog, wrong = validate(records.whole())
        unseen = list(hidden(records)) if hides else []
        wrong = [*records.faults, *wrong, *(unknown_plugins(records.records["services"], plugins) if plugins else ())]
        return catalog, records, _joined(unseen, wrong, [*check(records), *senseless(records, today)])
    unread = any(slip.severity == "error" for slip in (*slips, *reading.told, *reading.slips))
    return None, records, [] if unread else records.faults


def _written(finding: Finding, reading: Reading) -> Finding:
    """A finding in the column in which the writer sees it: before its line was moved, and anything taken out of it."""
    at = finding.line - 1
    column = max(finding.column - reading.shifts.get(at, 0), 1)
    return replace(finding, column=written_at(column, reading.gone.get(at, ())))


def load(path: Path, today: date | None = None, plugins: Known | None = None) -> Loaded:
    """Read and check a catalog's file; one that cannot be read has one finding, in its first line."""
    try:
        if not path.is_file():
            return _unread(path, NO_FILE if path.exists() else ABSENT)
        if path.stat().st_size > LARGEST:
            return _unread(path, TOO_LARGE)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        return _unread(path, UNREADABLE.format(getattr(error, "strerror", None) or error))
    return read(data, str(path), today, plugins)


def load_or_refuse(path: Path) -> Loaded:
    """Read a catalog that is about to be used; one with errors is refused with the first of them."""
    loaded = load(path)
    errors = loaded.errors
    if errors:
        first = as_text(errors[:FEW]) + (f"\n… and {len(errors) - FEW} more" if len(errors) > FEW else "")
        raise UserError(REFUSED.format(name=path, errors=count(len(errors), "error"), first=first))
    return loaded


def _quick(data: bytes) -> Reading | None:
    """The quick reading, unless there is anything that needs a closer look."""
    if commented(data):
        return None
    try:
        quick = Quick(data)
    except YAMLError:
        return None
    if quick.quotes:
        lines = data.decode().split("\n")
        if any(swallows(lines, first, last) for first, last in quick.quotes):
            return None
    return Reading(quick.root, quick.lines)


def _joined(unseen: list[Fault], wrong: list[Fault], dangling: list[Fault]) -> list[Fault]:
    """One fault for one value: a hidden letter first, then what it should name, then which letters it may have."""
    hiding = {fault.path for fault in unseen}
    better = hiding | {fault.path for fault in dangling}
    kept = [fault for fault in wrong if fault.path not in (better if fault.rule == "form" else hiding)]
    told = hiding | {fault.path for fault in kept}
    return unseen + kept + [fault for fault in dangling if fault.path not in told]


def _slip(slip: Slip, name: str) -> Finding:
    path = "/".join(map(str, slip.path))
    return Finding(name, slip.line, slip.column, slip.message, slip.rule, slip.severity, path)


def _faults(
    faults: Iterable[Fault], tree: Thorough, records: Table, slips: Iterable[Slip], name: str
) -> Iterator[Finding]:
    """Faults with their places; what only follows from a slip in the same place is left out."""
    told = {(slip.line, slip.column) for slip in slips if slip.rule in TOLD}
    emptied = {part for slip in slips if slip.rule == SWALLOWED for part in (slip.line, slip.path)}
    for fault in faults:
        path, *earlier = [
            (records.written.get(str(one[0]), one[0]), *one[1:]) if one else ()
            for one in (fault.path, fault.earlier)
            if one is not None
        ]
        line, column = tree.place(path, fault.at)
        if fault.letter:
            line, column = tree.letter(line, column, fault.letter)
        if line in emptied or path in emptied:
            continue
        if fault.at == "key" or (line, column) not in told:
            first = tree.place(earlier[0], "key")[0] if earlier else line
            lines = f" (lines {first} and {line})" if first != line else ""
            where = "/".join(map(str, path))
            yield Finding(name, line, column, fault.message + lines, fault.rule, fault.severity, where)


def _unread(path: Path, message: str) -> Loaded:
    return Loaded(None, (Finding(str(path), 1, 1, message, "unreadable"),))


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the garbage collector from walking a million new objects again and again: loading is twice as fast.

    To freeze and unfreeze moves them to the oldest generation without a walk; not where somebody else has frozen some.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
