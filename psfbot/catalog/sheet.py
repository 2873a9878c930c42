"""Any YAML file of ours against a model that is handed in: what it says, and everything wrong with it by its place.

It is read as the catalog is: no anchors, no tags, no duplicate keys, and after a broken part the rest is still read.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from psfbot.catalog.bared import written_at
from psfbot.catalog.encoding import clean
from psfbot.catalog.faults import BY_PATTERN, told
from psfbot.catalog.finding import Fault, Finding, Path, Slip, shown
from psfbot.catalog.places import Thorough
from psfbot.catalog.recovery import Reading, salvage

M = TypeVar("M", bound=BaseModel)
EMPTY = "the file is empty"
NO_FIELDS = "expected fields such as {}, found {}"
FOLLOWS = frozenset({"missing-field", "unknown-name", "empty"})
NOTHING = "found nothing"
"""What is said of a part that could not be read, and so says nothing about it."""
STAND_IN = "x-x-x"
"""Stands where a value was wrong or missing, while the rest is looked at."""
LARGEST = 2**20
TOO_LARGE = f"more than {LARGEST // 2**20} MiB: this is another kind of file"


@dataclass(frozen=True, slots=True)
class Sheet(Generic[M]):
    """What a file says, unless it has errors; and all findings in the order of the file."""

    model: M | None
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep it from being used."""
        return tuple(one for one in self.findings if one.severity == "error")


def read_sheet(
    text: bytes | str,
    name: str,
    model: type[M],
    look: Callable[[M], Iterable[Fault]] = lambda _: (),
    forms: Mapping[str, str] = BY_PATTERN,
) -> Sheet[M]:
    """Read a file and check it; `look` finds what the model alone cannot, and `forms` word its patterns.

    A field that may stand in a part that could not be read is not called missing.
    """
    data, slips = clean(text)
    reading = salvage(data if len(data) <= LARGEST else b"")
    said = [*slips, *reading.told, *reading.slips]
    said += [Slip(1, 1, TOO_LARGE, "too-large")] if len(data) > LARGEST else []
    torn = any(slip.severity == "error" for slip in said)
    found, faults, mended = _validated(reading.root, model, forms)
    if mended is not None:
        blamed = {fault.path for fault in faults}
        more = (fault for fault in look(mended) if found is not None or fault.severity == "error")
        faults += [fault for fault in more if not any(fault.path[: len(one)] == one for one in blamed)]
    if torn:
        faults = [fault for fault in faults if fault.rule not in FOLLOWS and NOTHING not in fault.message]
    findings = [_of_slip(slip, name, reading) for slip in said]
    tree = reading.tree or Thorough(data)
    findings += [_of_fault(fault, name, tree, reading) for fault in faults]
    in_order = tuple(sorted(dict.fromkeys(findings), key=lambda one: (one.line, one.column)))
    failed = any(one.severity == "error" for one in in_order)
    return Sheet(None if failed else found, in_order)


def _validated(root: object, model: type[M], forms: Mapping[str, str]) -> tuple[M | None, list[Fault], M | None]:
    """The data as the model, or what is wrong with it; and what can still be looked at, with that taken out."""
    if root in (None, {}):
        return None, [Fault((), EMPTY, "empty")], None
    if not isinstance(root, dict):
        fields = ", ".join(f"{name}:" for name in list(model.model_fields)[:3])
        return None, [Fault((), NO_FIELDS.format(fields, shown(root)), "type")], None
    try:
        found = model.model_validate(root)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, list(told(errors, model, forms)), _mended(root, model, errors)
    return found, [], found


def _mended(root: dict[str, object], model: type[M], errors: Iterable[ErrorDetails]) -> M | None:
    """The model of what is right, so that one wrong word does not hide what is wrong elsewhere; perhaps none."""
    whole = deepcopy(root)
    for number, error in enumerate(errors):
        here: Any = whole
        *way, last = error["loc"]
        try:
            for step in way:
                here = here[step]
            if error["type"] == "missing" or isinstance(here, list):
                here[last] = STAND_IN + str(number)
            else:
                del here[last]
        except (LookupError, TypeError):
            return None
    for _ in range(2):
        try:
            return model.model_validate(whole)
        except ValidationError as error:
            for number, one in enumerate(error.errors(include_url=False)):
                if one["type"] != "missing" or not _put(whole, one["loc"], f"{STAND_IN}-{number}"):
                    return None
    return None


def _put(whole: Any, loc: Path, value: str) -> bool:
    """Put a word in the place of what is missing, if there is such a place."""
    here = whole
    try:
        for step in loc[:-1]:
            here = here[step]
        here[loc[-1]] = value
    except (LookupError, TypeError):
        return False
    return True


def _of_slip(slip: Slip, name: str, reading: Reading) -> Finding:
    """A fault of the text itself, in the column in which the writer sees it."""
    return _written(Finding(name, slip.line, slip.column, slip.message, slip.rule, slip.severity), reading)


def _of_fault(fault: Fault, name: str, tree: Thorough, reading: Reading) -> Finding:
    """A fault of a value, with its place."""
    line, column = tree.place(fault.path, fault.at)
    if fault.word:
        line, column = tree.word(line, column, fault.word)
    path = "/".join(map(str, fault.path))
    return _written(Finding(name, line, column, fault.message, fault.rule, fault.severity, path), reading)


def _written(finding: Finding, reading: Reading) -> Finding:
    """The column before the line was moved, and anything taken out of it."""
    at = finding.line - 1
    column = max(finding.column - reading.shifts.get(at, 0), 1)
    return replace(finding, column=written_at(column, reading.gone.get(at, ())))
