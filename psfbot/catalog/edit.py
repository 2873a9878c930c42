"""One change to the catalog: its text in, the new text out, with everything else left as it was.

The record is cut out of the text, changed step by step and put back; then it is read again and compared. What the file
says differs exactly where it was meant to, or the change is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from yaml import YAMLError

from psfbot.catalog.change import (
    CHAT,
    Add,
    Change,
    Delete,
    New,
    Remove,
    Rename,
    Retire,
    Set,
    Unchanged,
    Verify,
    said_in_chat,
)
from psfbot.catalog.clashes import NAMED
from psfbot.catalog.diff import NOUNS, called, lines
from psfbot.catalog.editing import newly, renaming
from psfbot.catalog.editing.newly import Data, Where
from psfbot.catalog.editing.node import comments, parsed
from psfbot.catalog.editing.order import ordered
from psfbot.catalog.editing.page import Page
from psfbot.catalog.editing.splice import Append, Drop, Op, Rekey, meant, spliced
from psfbot.catalog.editing.target import SECTION_OF, target
from psfbot.catalog.editing.wanted import Wanted
from psfbot.catalog.file import FEW, REFUSED, read
from psfbot.catalog.finding import Fault, as_text
from psfbot.catalog.model import ID, KINDS, Catalog, Provenance
from psfbot.errors import UserError
from psfbot.text import and_join, count

__all__ = [
    "Add", "Change", "Delete", "Edited", "New", "Remove", "Rename", "Retire", "Set", "Unchanged", "Verify", "edited",
    "said_in_chat",
]  # fmt: skip

CHAT_TITLE = "Said in chat; the pull request tells more"
"""The source that a first edit from chat brings with it."""

KIND_FIRST = re.compile(r"([A-Za-z]+)[:/](.+)")
"""A kind before the id of a new record: `people/zoe`, `person:zoe`. A dot parts nothing: a service's id has some."""

SMALL = 2**20
"""A file of fewer letters is read again as a whole, besides the records that changed."""

SPOILT = "{}: I cannot make this change without touching something else, so I left it alone. Edit the file by hand."
STALE = "{}: {} is not what it was when the catalog was read. Reload the catalog, then try again."
LOST = "{}:{}: I cannot change {} there without touching something else, so I left it alone. Edit these lines by hand."
FAULTY = "{}: that would not be right: {}"
TAKEN = "{}: {} is there already. Choose another id, or change that one."
NO_ID = "'{}' is no id: {}."
ALLOWED = "an id has lower-case letters, digits, dots, hyphens and underscores only, at most 63"
NAMED_BY = "{} is still named by {}. Change those first{}."
INSTEAD = {
    **dict.fromkeys(("services", "providers"), ", or retire it instead"), "people": ", or set its status to inactive",
    "regions": ", or set its lifecycle to retired",
}  # fmt: skip
"""What to do with a record that is no more, while others name it."""
SAME = "{}: that is its id already."
NEEDED = "{}: say also its {}."
UNCHANGED = "{}: that changes nothing."
MOVING = ". To move it, set the region to none, then the provider, then the new region."
OWNERLESS = "{}: it has no owner now, so nobody is asked about it."


@dataclass(frozen=True, slots=True)
class Edited:
    """What a change made of the catalog.

    `text` is the whole new file, `diff` the unified diff, `words` the change in words, one line a fact. `records` are
    the records that the change is about, as section and id (of a renamed one: its new id), `before` and `after` the
    catalog without and with it: whom to ask, and what hangs on it, is in them. `warnings` are worth a second look.
    """

    text: str
    diff: str
    words: tuple[str, ...]
    records: tuple[Where, ...]
    before: Catalog
    after: Catalog
    warnings: tuple[str, ...] = ()


def edited(
    text: str,
    change: Change,
    today: date,
    said: Provenance | None = None,
    *,
    catalog: Catalog | None = None,
    name: str = "catalog.yaml",
) -> Edited:
    """The catalog with one change made, or a `UserError` that names the place and what to try.

    `text` is the file as it is, with its line ends and byte order mark (`bytes.decode("utf-8")`). `said` is the
    provenance that the changed field gets. `catalog` is what the text says, if it was read already: then only the
    changed records are read again, which takes a tenth of a second in the biggest file.
    """
    catalog = catalog or sound(text, name)
    page = Page(text, name, [kind for kind in KINDS if getattr(catalog, kind)])
    desk = _Desk(page, catalog, today, said)
    if isinstance(change, Set) and change.field.strip().casefold() == "verified" and _is_today(change.value, today):
        change = Verify(change.record)
    match change:
        case Rename(record, id_):
            desk.rename(target(desk.catalog, record, whole=True), id_.strip())
        case New():
            desk.begin(change)
        case Delete(record):
            desk.delete(target(desk.catalog, record, whole=True))
        case _:
            desk.change(target(desk.catalog, change.record, getattr(change, "field", "lifecycle")), change)
    return desk.done(change)


def _is_today(said: str, today: date) -> bool:
    """Is this day meant?"""
    return said.strip().casefold() in {"today", today.isoformat()}


def place_of(said: str) -> Where:
    """The section and id that a new record gets: a service, unless its kind is said before it."""
    found = KIND_FIRST.fullmatch(said.strip())
    kind = SECTION_OF.get(found[1].casefold(), "") if found else ""
    return (kind, found[2]) if found and kind else ("services", said.strip())


def sound(text: str, name: str) -> Catalog:
    """The catalog that a text is, or a refusal with the first of its errors."""
    loaded = read(text, name)
    if loaded.catalog is None:
        errors = loaded.errors
        raise UserError(REFUSED.format(name=name, errors=count(len(errors), "error"), first=as_text(errors[:FEW])))
    return loaded.catalog


class _Desk:
    """One change in the making: the text, and every record that it touches, before and after."""

    def __init__(self, page: Page, catalog: Catalog, today: date, said: Provenance | None) -> None:
        self.page, self.catalog, self.today, self.said = page, catalog, today, said
        self.before: dict[Where, Data | None] = {}
        self.after: dict[Where, Data | None] = {}
        self.around: list[Where] = []
        self.told: tuple[Where, ...] = ()

    def change(self, where: Where, change: Change) -> None:
        """Change one record where it stands."""
        kind, id_ = where
        span = self.page.record(kind, id_)
        lines_ = self.page.text[span.start : span.end]
        wanted = Wanted(self.catalog, kind, id_, self.cut(where, lines_), self.today)
        wanted.do(change)
        wanted.stamp(self._grounds(change))
        if not wanted.ops:
            raise Unchanged(UNCHANGED.format(id_))
        loses = any(isinstance(op, Drop) for op in wanted.ops)
        self.page.put(span.start, span.end, self.steps(where, lines_, wanted.ops, id_, loses=loses))
        self._keep(where, wanted.record)
        if kind in {"people", "regions"} and isinstance(change, Set):
            self.around += renaming.naming(self.page, self.catalog, kind, id_)
        self._cite()

    def _grounds(self, change: Change) -> Provenance | None:
        """Who says so: to verify is to see for oneself, whatever the fact's source is."""
        if not isinstance(change, Verify):
            return self.said
        return Provenance(verified=self.today, by=self.said.by if self.said else None)

    def cut(self, where: Where, lines_: str) -> Data:
        """What the lines of a record say, which must be what the catalog says of it."""
        kind, id_ = where
        data: Data = self.page.data(kind, id_, lines_)
        if KINDS[kind].model_validate({**data, "id": id_}) != getattr(self.catalog, kind)[id_]:
            raise UserError(STALE.format(self.page.name, id_))
        self.before[where] = data
        return data

    def steps(self, where: Where, lines_: str, ops: Sequence[Op], id_: str, *, loses: bool) -> str:
        """The record's lines with the steps taken; each comment and each other fact must have stayed."""
        new, root = lines_, parsed(lines_)
        want: Any = root.data
        for op in ops:
            new, want = spliced(new, op), meant(want, op)
        try:
            again = parsed(new)
        except YAMLError:
            again = root
        lost = comments(lines_, root) - comments(new, again)
        if again.data != want or (lost and not loses):
            raise UserError(LOST.format(self.page.name, self.page.line(self.page.record(*where).start), id_))
        return new

    def begin(self, change: New) -> None:
        """Write a new record: what must be there first, then each field as if it were set."""
        kind, id_ = self._new_id(change.record)
        fields = {key.strip(): one for key, one in change.fields.items() if one.strip()}
        data: Data = {}
        for field in ordered(kind):
            info = KINDS[kind].model_fields[field]
            given = fields.pop(field, "")
            if info.is_required() and not given:
                given = {"name": id_, "lifecycle": "production"}.get(field, "")
                if not given:
                    raise UserError(NEEDED.format(id_, field))
            if given:
                wanted = Wanted(self.catalog, kind, id_, data, self.today)
                wanted.do(Set(id_, field, given))
                data = wanted.record
        for field, given in fields.items():
            wanted = Wanted(self.catalog, kind, id_, data, self.today)
            wanted.do(Set(id_, field, given))
            data = wanted.record
        if self.said and "provenance" in KINDS[kind].model_fields:
            data["provenance"] = {
                "default": self.said.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            }
        data = {field: data[field] for field in ordered(kind) if field in data}
        self.page.begin(kind, id_, data, list(getattr(self.catalog, kind)))
        self.before[kind, id_] = None
        self._keep((kind, id_), data)
        self._cite()

    def _new_id(self, said: str) -> Where:
        """The section and id of a record that is not there yet."""
        kind, id_ = place_of(said)
        self._free(kind, id_)
        return kind, id_

    def _free(self, kind: str, id_: str) -> None:
        """Refuse an id that is none, or is taken."""
        if not ID.fullmatch(id_):
            raise UserError(NO_ID.format(id_, ALLOWED))
        if id_ in getattr(self.catalog, kind):
            raise UserError(TAKEN.format(id_, f"this {NOUNS[kind]}"))

    def delete(self, where: Where) -> None:
        """Take a record out, unless something names it."""
        named = [called(*one) for one in renaming.naming(self.page, self.catalog, *where) if one != where]
        if named:
            more = [*named[:FEW], *([f"{len(named) - FEW} more"] if len(named) > FEW else [])]
            raise UserError(NAMED_BY.format(called(*where), and_join(more), INSTEAD.get(where[0], "")))
        self.cut(where, self._lines(where))
        self.page.take_out(*where)
        self._keep(where, None)

    def _lines(self, where: Where) -> str:
        """The lines of a record."""
        span = self.page.record(*where)
        return self.page.text[span.start : span.end]

    def rename(self, where: Where, new: str) -> None:
        """Give a record another id, and everything that names it the new one."""
        kind, old = where
        if new == old:
            raise Unchanged(SAME.format(old))
        self._free(kind, new)
        for other in renaming.naming(self.page, self.catalog, kind, old):
            if other != where:
                self._follow(other, where, new)
        ids = list(getattr(self.catalog, kind))
        lines_ = self._lines(where)
        data = self.cut(where, lines_)
        ops = [
            *renaming.following(kind, old, data, kind, old, new),
            Rekey((old,), new),
            *_aliases(kind, old, new, data),
        ]
        changed = self.steps(where, lines_, ops, old, loses=new in (data.get("aliases") or ()))
        renamed = self.page.data(kind, new, changed)
        others = [one for one in ids if one != old]
        following = [*ids, ""][ids.index(old) + 1]
        stays = ids != sorted(ids) or min((one for one in others if one > new), default="") == following
        if stays:
            span = self.page.record(kind, old)
            self.page.put(span.start, span.end, changed)
        else:
            above, behind = self.page.take_out(kind, old)
            self.page.insert(kind, new, above + changed.removesuffix(behind), others)
        self._keep(where, None)
        self._keep((kind, new), renamed)
        self.before[kind, new] = None
        self.told = ((kind, new),)

    def _follow(self, other: Where, where: Where, new: str) -> None:
        """Let one record name another by its new id."""
        span = self.page.record(*other)
        lines_ = self.page.text[span.start : span.end]
        data = self.cut(other, lines_)
        ops = list(renaming.following(other[0], other[1], data, *where, new))
        changed = self.steps(other, lines_, ops, other[1], loses=False)
        self.page.put(span.start, span.end, changed)
        self._keep(other, self.page.data(*other, changed))

    def _keep(self, where: Where, data: Data | None) -> None:
        """Remember what a record says now."""
        self.after[where] = data

    def _cite(self) -> None:
        """Let the catalog know the source `chat`, once something rests on it."""
        given = [entry for data in self.after.values() for entry in ((data or {}).get("provenance") or {}).values()]
        cited = any(CHAT in (entry.get("source"), *(entry.get("sources") or ())) for entry in given)
        if cited and CHAT not in self.catalog.sources:
            data = {"title": CHAT_TITLE}
            self.page.begin("sources", CHAT, dict(data), list(self.catalog.sources))
            self.before["sources", CHAT] = None
            self._keep(("sources", CHAT), dict(data))

    def done(self, change: Change) -> Edited:
        """The new text, if it has no fault that the old one had not."""
        whole, fresh = newly.faults(self.catalog, self.before, self.after, self.around, self.today)
        errors = [one for one in fresh if one.severity == "error"]
        if errors or whole is None:
            way = MOVING if any(one.rule == "foreign-region" for one in errors) else ""
            raise UserError(FAULTY.format(change.record, "; ".join(_told(one) for one in errors[:FEW])) + way)
        after = self._whole(whole)
        words = _but_chat(lines(self.catalog, after, provenance=False)) or _but_chat(lines(self.catalog, after))
        told = self.told or tuple(where for where in self.after if where[0] != "sources" or len(self.after) == 1)
        text = self.page.done()
        if len(text) < SMALL:
            self._prove(text, after)
        warnings = (*map(_told, fresh), *self._ownerless(after))
        return Edited(text, self.page.diff(), words, told, self.catalog, after, warnings)

    def _ownerless(self, after: Catalog) -> list[str]:
        """The services that had an owner before, or were not there, and have none now."""
        changed = {id_: after.services[id_] for kind, id_ in self.after if kind == "services" and id_ in after.services}
        bare = {id_ for id_, one in changed.items() if not one.owners and one.lifecycle != "retired"}
        before = self.catalog.services
        return [OWNERLESS.format(id_) for id_ in changed if id_ in bare and (id_ not in before or before[id_].owners)]

    def _prove(self, text: str, after: Catalog) -> None:
        """Read the whole new file: it must say what was meant."""
        name = self.page.name
        if read(text, name).catalog != after:
            stale = sound(self.page.text, name) != self.catalog
            raise UserError(STALE.format(name, "something else") if stale else SPOILT.format(name))

    def _whole(self, changed: Catalog) -> Catalog:
        """The catalog with the changed records in it, sorted where it was sorted."""
        update = {}
        for kind in {kind for kind, _ in self.after}:
            old = getattr(self.catalog, kind)
            new = dict(old)
            for (section, id_), data in self.after.items():
                if section == kind and data is None:
                    new.pop(id_)
                elif section == kind:
                    new[id_] = getattr(changed, kind)[id_]
            if new.keys() != old.keys() and list(old) == sorted(old):
                new = dict(sorted(new.items()))
            update[kind] = new
        return self.catalog.model_copy(update=update)


def _aliases(kind: str, old: str, new: str, data: Data) -> list[Op]:
    """The old id as an alias of the new one, unless it is a domain of it; the new one is none any more."""
    if "aliases" not in NAMED.get(kind, ()):
        return []
    ops: list[Op] = []
    held = [str(one) for one in data.get("aliases") or ()]
    if old not in [*held, *(data.get("domains") or ())]:
        ops.append(Append((new, "aliases"), old, ordered(kind)))
    ops += [Drop((new, "aliases", number)) for number, one in enumerate(held) if one.casefold() == new]
    return ops


def _but_chat(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without a word on the source that a first edit from chat brings along."""
    return tuple(word for word in words if not word.startswith(f"source {CHAT}: new"))


def _told(fault: Fault) -> str:
    """A fault in words, with the record and field it is in."""
    kind, *path = [str(step) for step in fault.path]
    who = called(kind, path[0]) if path else kind
    return f"{' '.join([who, '.'.join(path[1:])]).strip()}: {fault.message}"
