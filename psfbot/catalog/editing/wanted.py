"""A change to one record as the steps that make it, on the record's plain data."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from psfbot.catalog.change import Add, Change, Remove, Retire, Set, Unchanged, Verify
from psfbot.catalog.editing import splice, vouching
from psfbot.catalog.editing.meaning import NOTHING, meaning, named_at
from psfbot.catalog.editing.order import ordered
from psfbot.catalog.editing.splice import Append, Drop, Op, Put
from psfbot.catalog.editing.spot import Spot, spot
from psfbot.catalog.fields import allowed, fields, kind
from psfbot.catalog.finding import Path
from psfbot.catalog.model import KINDS, Catalog, Provenance
from psfbot.catalog.nearest import nearest
from psfbot.errors import UserError
from psfbot.text import and_join

ALREADY = "{}: {} is {} already."
HAS_ALREADY = "{}: '{}' is in {} already."
ORDER = "{}: {} holds just these already, in another order. To change the order, edit the file by hand."
WHICH_ONES = "{}: say the values of {}, or none."
NEEDED = "{}: {} cannot be left out. Give it another value."
EMPTY = "{}: {} has no value, so there is nothing to take out."
NOT_THERE = "{}: '{}' is not in {}. {}"
HOLDS = "It holds {}."
MANY = "{}: {} entries of {} fit: {}. Say which, such as {}."
MORE = "{}: with {} its {} would be lost too. If that is meant, remove {}."
NO_ENTRY = "{}: {} has no entry{} yet. First set {}."
WHICH = "{}: say which {} you mean, such as {}."
ELSEWHERE = "{}: {} is in {} already, as {}. Remove that first, or set its {}."
NO_LIST = "{}: {} has one value, not a list. Say: set {} {} {}"
WHAT = "{}: say what to add to {}."
NO_HISTORY = "{}: only a service or a provider can be retired."
RETIRED = "Retired."
MAIL = re.compile(r"[^\s@]+@[^\s@]+")
UNTIL = re.compile(r"(.+?),? until (\d{4}-\d\d-\d\d)", re.IGNORECASE)
"""Why a rule of the scorecard need not be kept, and the last day of that."""
DATED = re.compile(r"(\d{4}(?:-\d\d){0,2}):? (.+)")
"""An event of the history behind its date; without one it is today's."""
AS = re.compile(r"(.+?)(?: as(?: an?)?|,) ([a-z]+)(?: owner)?", re.IGNORECASE)


class Wanted:
    """What a change makes of one record: `ops` are its steps, `facts` the fields whose provenance it changes."""

    def __init__(self, catalog: Catalog, section: str, id_: str, data: dict[str, Any], today: date) -> None:
        """Get ready to change this record."""
        self._catalog, self._section, self._id, self._today = catalog, section, id_, today
        self.data: dict[str, Any] = {id_: data}
        self.ops: list[Op] = []
        self.facts: dict[str, None] = {}
        self.order = ordered(section)

    @property
    def record(self) -> dict[str, Any]:
        """The record as it is after the steps so far."""
        found: dict[str, Any] = self.data[self._id]
        return found

    def do(self, change: Change) -> None:
        """Find the steps of a change; what cannot be meant raises `UserError`."""
        match change:
            case Set(_, field, value):
                self._set(self._spot(field), field, value)
            case Add(_, field, value):
                self._add(self._spot(field, listing=True), field, value)
            case Remove(_, field, value):
                self._remove(self._spot(field, listing=True), field, value)
            case Retire(_, why):
                self._retire(why)
            case Verify(_, field):
                self.facts[self.fact(self._spot(field).path) if field else "default"] = None
            case _:
                raise TypeError(change)

    def step(self, op: Op) -> None:
        """Take one step."""
        self.data = splice.meant(self.data, op)
        self.ops.append(op)

    def _spot(self, field: str, *, listing: bool = False) -> Spot:
        try:
            return spot(field, self._section, self._id, self.record, listing=listing)
        except UserError as error:
            raise UserError(f"{self._id}: {error}") from None

    def _inside(self, path: Path) -> Path:
        """A path of the file as one of the record's own text."""
        return path[1:]

    def _value(self, path: Path, said: str) -> Any:
        """A value as the catalog writes it."""
        try:
            return meaning(self._catalog, path, said, self._today)
        except UserError as error:
            raise UserError(f"{self._id}: {error}") from None

    def _now(self, path: Path) -> Any:
        """What stands at a path of the file now."""
        here: Any = self.record
        for step in path[2:]:
            try:
                here = here[step]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def _put(self, path: Path, value: object, field: str, fact: str) -> None:
        """One value, which must be another one than before."""
        if self._now(path) == value:
            raise Unchanged(ALREADY.format(self._id, field, value))
        self.step(Put(self._inside(path), value, self._order_at(path)))
        self.facts[fact] = None

    def _order_at(self, path: Path) -> tuple[str, ...]:
        """The order of the fields beside this one."""
        return self.order if len(path) == len(("section", "id", "field")) else tuple(fields(path[:-1]))

    def _drop(self, path: Path, fact: str) -> None:
        """A field or an item less."""
        self.step(Drop(self._inside(path)))
        self.facts[fact] = None

    def fact(self, path: Path) -> str:
        """How the catalog's provenance calls the field at a path: `hosting.origin.region`, `depends_on.salt-master`."""
        name, *steps = map(str, path[2:])
        entry = self._now(path[:4]) if len(path) > len(("section", "id", "list")) else None
        if name == "hosting" and isinstance(entry, dict):
            inner = [step for step in steps[1:2] if step != "provider"]
            return ".".join([name, str(entry.get("role")), *inner])
        if name == "depends_on" and isinstance(entry, dict):
            return f"{name}.{entry.get('service')}"
        if name == "links" and isinstance(entry, dict):
            return f"{name}.{entry.get('type')}"
        return ".".join([name, *steps]) if name == "alerts" else name

    def _set(self, found: Spot, field: str, said: str) -> None:
        """Give one place its value."""
        if found.words:
            self._set_words(found, field, said)
        elif found.keyed:
            self._set_entry(found, field, said)
        elif said.strip().casefold() in NOTHING:
            self._clear(found.path, field)
        else:
            self._put(found.path, self._value(found.path, said), field, self.fact(found.path))

    def _clear(self, path: Path, field: str) -> None:
        """Take out a field that may be left out."""
        if self._now(path) is None:
            raise Unchanged(EMPTY.format(self._id, field))
        model: Any = kind(path[:-1]) if len(path) > len(("section", "id", "field")) else KINDS[self._section]
        if hasattr(model, "model_fields") and model.model_fields[str(path[-1])].is_required():
            raise UserError(NEEDED.format(self._id, field))
        self._drop(path, self.fact(path))

    def _set_words(self, found: Spot, field: str, said: str) -> None:
        """Make a list of plain words the one that was said, item by item."""
        if said.strip().casefold() in NOTHING:
            self._clear(found.path, field)
            return
        wanted = [self._value((*found.path, 0), one) for one in said.split(",") if one.strip()]
        held = list(self._now(found.path) or [])
        if [*map(str, held)] == [*map(str, wanted)]:
            raise Unchanged(ALREADY.format(self._id, field, and_join([str(one) for one in held])))
        if sorted(map(str, held)) == sorted(map(str, wanted)):
            raise Unchanged(ORDER.format(self._id, field))
        if not wanted:
            raise UserError(WHICH_ONES.format(self._id, field))
        for one in wanted:
            if one not in held:
                self.step(Append(self._inside(found.path), one, self._order_at(found.path)))
        for number in range(len(held) - 1, -1, -1):
            if held[number] not in wanted:
                self.step(Drop((*self._inside(found.path), number)))
        self.facts[self.fact(found.path)] = None

    def _set_entry(self, found: Spot, field: str, said: str) -> None:
        """Change the one entry that is meant, or begin it."""
        keyed, path = found.keyed, found.path
        assert keyed is not None  # noqa: S101 - `_set` asks it
        all_of_it = not found.by and not found.rest and len(found.entries) == len(self._now(path) or ())
        if all_of_it and (not found.entries or path[-1] not in {"owners", "hosting"}):
            self._add(found, field, said)
            return
        if len(found.entries) > 1:
            raise UserError(self._many(found, field))
        nothing = said.strip().casefold() in NOTHING
        if not found.entries:
            if found.rest:
                by = next(iter(found.by.values()), "")
                key = f"{path[-1]}.{by}" if by else path[-1]
                raise UserError(NO_ENTRY.format(self._id, path[-1], f" '{by}'" if by else "", key))
            if nothing:
                raise Unchanged(EMPTY.format(self._id, field))
            self._begin(found, said, field)
            return
        here = (*path, found.entries[0])
        fact = self.fact((*here, keyed.value))
        if nothing:
            entry = self._now(here)
            more = [name for name in entry if name not in {keyed.by, keyed.value, "architecture"}]
            if more:
                key = f"{path[-1]}.{entry.get(keyed.by, found.entries[0])}"
                raise UserError(MORE.format(self._id, field, and_join(more), key))
            self._drop(here, fact)
            return
        value = self._value((*here, keyed.value), said)
        self._not_twice(found, value, found.entries[0])
        self._put((*here, keyed.value), value, field, fact)

    def _many(self, found: Spot, field: str) -> str:
        """Which entries fit, and how to say which is meant."""
        assert found.keyed is not None  # noqa: S101 - only such a list has entries
        held = [self._now((*found.path, n)) for n in found.entries]
        names = [str(one.get(found.keyed.value)) for one in held]
        by = str(held[0].get(found.keyed.by, next(iter(found.by.values()), "")) or "primary")
        name = names[0].partition(":")[2] or names[0]
        way = [str(found.entries[0])] if "/" in name else [by, name]
        such = ".".join([str(found.path[-1]), *way, *found.rest])
        return MANY.format(self._id, len(held), field, and_join(names), such)

    def _not_twice(self, found: Spot, value: object, but: int = -1) -> None:
        """Refuse a person, team or service that another entry of the list names."""
        keyed = found.keyed
        if keyed is None or found.path[-1] not in {"owners", "members", "depends_on"}:
            return
        name = keyed.value if found.path[-1] == "owners" else keyed.by
        for number, entry in enumerate(self._now(found.path) or ()):
            if entry.get(name) == value and number != but:
                other = keyed.by if name == keyed.value else keyed.value
                is_ = entry.get(other, kind((*found.path, 0)).model_fields[other].default)
                raise UserError(ELSEWHERE.format(self._id, value, found.path[-1], is_, other))

    def _not_there_yet(self, found: Spot, entry: dict[str, object], field: str) -> None:
        """Refuse an entry that says no more than one that is there; of hosting, a second one may say so little."""
        model: Any = kind((*found.path, 0))
        defaults = {name: info.default for name, info in model.model_fields.items()}
        for held in self._now(found.path) or ():
            more = held.keys() - entry.keys() - {"architecture"} if found.path[-1] == "hosting" else ()
            if entry and not more and all(held.get(name, defaults[name]) == one for name, one in entry.items()):
                said = " ".join(str(one) for one in entry.values())
                raise Unchanged(HAS_ALREADY.format(self._id, said, field))

    def _begin(self, found: Spot, said: str, field: str) -> None:
        """A new entry of a list of mappings."""
        keyed, path = found.keyed, found.path
        assert keyed is not None  # noqa: S101 - only such a list has entries
        model: Any = kind((*path, 0))
        by = found.by.get(keyed.by, "")
        entry: dict[str, object] = {}
        until = UNTIL.fullmatch(said) if "until" in model.model_fields else None
        said = until[1] if until else said
        for name in model.model_fields:
            if name == keyed.value:
                entry[name] = self._value((*path, 0, name), said)
            elif name == keyed.by and by:
                entry[name] = self._value((*path, 0, name), str(by))
            elif name == "until" and until:
                entry[name] = until[2]
        self._not_there_yet(found, entry, field)
        self._not_twice(found, entry.get(keyed.value if path[-1] == "owners" else keyed.by))
        if path[-1] == "hosting" and entry.get("role") == "origin":
            entry["architecture"] = "unknown"
        entry = {
            name: one
            for name, one in entry.items()
            if model.model_fields[name].is_required() or model.model_fields[name].default != one
        }
        self.step(Append(self._inside(path), entry, self._order_at(path)))
        self.facts[self.fact((*path, len(self._now(path)) - 1, keyed.value))] = None
        if not entry:
            raise UserError(WHAT.format(self._id, field))

    def _add(self, found: Spot, field: str, said: str) -> None:
        """Put one more into a list."""
        if not said.strip():
            raise UserError(WHAT.format(self._id, field))
        if found.words:
            held = self._now(found.path) or []
            for one in [self._value((*found.path, 0), word) for word in said.split(",") if word.strip()]:
                if str(one).casefold() in {str(other).casefold() for other in held}:
                    raise Unchanged(HAS_ALREADY.format(self._id, one, field))
                self.step(Append(self._inside(found.path), one, self._order_at(found.path)))
                self.facts[self.fact(found.path)] = None
        elif found.keyed:
            self._begin(*self._told_apart(found, said.strip()), field)
        else:
            raise UserError(NO_LIST.format(self._id, field, self._id, field, said))

    def _told_apart(self, found: Spot, said: str) -> tuple[Spot, str]:
        """What a new entry is, where that was said with its value: `runbook https://…`, `mdk as backup`, `a@b.org`."""
        keyed = found.keyed
        assert keyed is not None  # noqa: S101 - `_add` asks it
        if found.by:
            return found, said
        words = [str(word) for word in allowed((*found.path, 0, keyed.by))]
        if keyed.by == "date":
            dated = DATED.fullmatch(said)
            by, said = (dated[1], dated[2]) if dated else (self._today.isoformat(), said)
            return Spot(found.path, keyed=keyed, by={keyed.by: by}), said
        first, _, rest = said.partition(" ")
        last = AS.fullmatch(said)
        if not words:
            strengths = [str(word) for word in allowed((*found.path, 0, keyed.value))]
            name, value = (last[1], last[2]) if last and last[2].casefold() in strengths else (said, "")
            by = self._value((*found.path, 0, keyed.by), name)
            model: Any = kind((*found.path, 0))
            value = value or str(model.model_fields[keyed.value].default or "")
            return Spot(found.path, keyed=keyed, by={keyed.by: by}), value
        if last and last[2].casefold() in words:
            by, said = last[2].casefold(), last[1]
        elif rest and first.casefold().rstrip(":") in words:
            by, said = first.casefold().rstrip(":"), rest.strip()
        else:
            by = self._usual(found, said)
        if not by:
            such = f"{found.path[-1]}.{words[0]}"
            raise UserError(WHICH.format(self._id, keyed.by, and_join(words, "or") if len(words) < 12 else such))  # noqa: PLR2004
        return Spot(found.path, keyed=keyed, by={keyed.by: by}), said

    def _usual(self, found: Spot, said: str) -> str:
        """What an entry is where nobody says it: the model's default, or what the value looks like."""
        if found.path[-1] == "contacts":
            return "email" if MAIL.fullmatch(said) else "irc" if said.startswith("#") else ""
        assert found.keyed is not None  # noqa: S101 - only such a list has entries
        model: Any = kind((*found.path, 0))
        info = model.model_fields[found.keyed.by]
        return "" if info.is_required() else str(info.default)

    def _remove(self, found: Spot, field: str, said: str) -> None:
        """Take something out."""
        if found.words and said.strip():
            self._remove_word(found, field, said)
        elif found.words or not found.keyed:
            held = self._now(found.path)
            if said.strip() and str(held) not in set(self._said_so(found.path, said)):
                raise UserError(NOT_THERE.format(self._id, said.strip(), field, HOLDS.format(held or "nothing")))
            self._clear(found.path, field)
        else:
            self._remove_entry(found, field, said)

    def _remove_word(self, found: Spot, field: str, said: str) -> None:
        """Words less in a list of words."""
        for word in said.split(","):
            held = [str(one) for one in self._now(found.path) or ()]
            keys = [one.casefold() for one in held]
            key = word.strip().casefold()
            if key not in keys:
                offer = nearest(key, held) or held
                raise UserError(
                    NOT_THERE.format(self._id, word.strip(), field, HOLDS.format(and_join(offer or ["nothing"])))
                )
            fact = self.fact(found.path)
            self._drop((*found.path, keys.index(key)), fact)

    def _remove_entry(self, found: Spot, field: str, said: str) -> None:
        """An entry less in a list of mappings."""
        keyed, path = found.keyed, found.path
        assert keyed is not None  # noqa: S101 - `_remove` asks it
        places = list(found.entries)
        held = self._now(path) or []
        if said.strip():
            wanted = {one for name in (keyed.value, keyed.by) for one in self._said_so((*path, 0, name), said)}
            places = [n for n in places if {str(held[n].get(keyed.value)), str(held[n].get(keyed.by))} & wanted]
        names = [str(one.get(keyed.value) or one.get(keyed.by)) for one in held]
        if not places:
            what = said.strip() or field
            raise UserError(NOT_THERE.format(self._id, what, path[-1], HOLDS.format(and_join(names or ["nothing"]))))
        if len(places) > 1:
            raise UserError(self._many(Spot(path, keyed=keyed, entries=tuple(places), by=found.by), field))
        self._drop((*path, places[0]), self.fact((*path, places[0], keyed.value)))

    def _said_so(self, path: Path, said: str) -> Iterator[str]:
        """A value as it was written, and as it is meant where it names something."""
        yield said.strip()
        if named_at(path):
            try:
                yield str(meaning(self._catalog, path, said, self._today))
            except UserError:
                return

    def _retire(self, why: str) -> None:
        """The end of a service, and what its history tells of it."""
        if not {"lifecycle", "history"} <= set(self.order):
            raise UserError(NO_HISTORY.format(self._id))
        top = (self._section, self._id)
        self._put((*top, "lifecycle"), "retired", "lifecycle", "lifecycle")
        fact = why.strip()[:1].upper() + why.strip()[1:] if why.strip() else RETIRED
        event = {"date": self._today.isoformat(), "fact": fact}
        self.step(Append((self._id, "history"), event, self.order))

    def stamp(self, said: Provenance | None) -> None:
        """Note where the changed facts come from; a field that is gone takes its provenance with it."""
        if "provenance" in self.order:
            for op in vouching.steps(self.record, self._id, self.facts, said):
                self.step(op)
