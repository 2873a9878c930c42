"""What differs between two catalogs, in words: `docs.python.org: backup owner: none -> team infra`.

It compares what the files say and not how they are written: records by id, owners by role, hosting by role, links by
type. A layout, an order or a comment is no difference.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from psfbot.catalog.editing.newly import plain
from psfbot.catalog.editing.renaming import following
from psfbot.catalog.editing.splice import meant
from psfbot.catalog.model import (
    KINDS,
    Catalog,
    Contact,
    Dependency,
    Event,
    Exemption,
    Host,
    Hosting,
    Link,
    Member,
    Owner,
    Part,
    Provenance,
    Repo,
    Service,
)
from psfbot.text import cut, one_line

NOUNS = {
    "sources": "source", "people": "person", "teams": "team", "providers": "provider", "regions": "region",
    "platforms": "platform", "rooms": "room", "oncall": "rota", "services": "service",
}  # fmt: skip
NONE = "none"
LONGEST = 120
"""So much of a value is told: a description may be much longer."""
LEAD = 40
"""So much is told before the first difference of two values that begin alike."""
RESPACED = "the same words, with other spaces or line breaks"
UNORDERED = frozenset({"history"})
"""Lists whose order says nothing; elsewhere the first one is asked first."""
PARTICULARS = {
    "Person": ("github", "irc", "slack", "email", "status"), "Team": ("members", "grants", "escalates_to"),
    "Region": ("provider", "code", "kind"), "Room": ("irc", "slack", "public", "alerts"),
    "OnCall": ("team", "pagerduty_schedule"), "Platform": ("triple", "notes", "tier"),
}  # fmt: skip
"""What else is told of a new record of a kind: whoever agrees to it sees the accounts and the rights that it gives."""
SINGULAR = {
    "aliases": "alias", "domains": "domain", "tags": "tag", "rooms": "room", "contacts": "contact", "grants": "grant",
    "architectures": "architecture", "people": "person",
}  # fmt: skip

Moves: TypeAlias = Mapping[tuple[str, str], str]
"""Section and old id of a renamed record -> its new id."""

CHANGED = "{}: {}: {} -> {}"
ADDED = "{}: {} added: {}"
GONE = "{}: {} removed: {}"
NEW = "{}: new {}{}"
REMOVED = "{}: {} removed"
RENAMED = "{}: renamed to {}"
VERIFIED = "{}: {}verified {}{}"
FOUND = "{}: source of {}: {} -> {}"


def lines(before: Catalog, after: Catalog, *, provenance: bool = True) -> tuple[str, ...]:
    """Every difference as one line, grouped by record in the order of the file; `provenance` may be left out."""
    told: list[str] = []
    moves = {
        (kind, was): to
        for kind in KINDS
        if getattr(before, kind) is not getattr(after, kind)
        for was, to in renamed(getattr(before, kind), getattr(after, kind)).items()
    }
    for kind in KINDS:
        told += _section(kind, getattr(before, kind), getattr(after, kind), moves, provenance=provenance)
    return tuple(told)


def grouped(differences: Sequence[str]) -> tuple[str, ...]:
    """The same lines with each record said once: `docs.python.org: backup owner: …; tier: …`."""
    groups: dict[str, list[str]] = {}
    for line in differences:
        who, _, what = line.partition(": ")
        groups.setdefault(who, []).append(what)
    return tuple(f"{who}: {'; '.join(what)}" for who, what in groups.items())


def _section(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], moves: Moves, *, provenance: bool
) -> Iterator[str]:
    """The differences of one kind of records; that a renamed one is named by its new id is none."""
    if old is new:
        return
    moved = {was: to for (of, was), to in moves.items() if of == kind}
    back = {to: was for was, to in moved.items()}
    for id_ in old if old.keys() == new.keys() else dict.fromkeys([*old, *new]):
        if old.get(id_) is new.get(id_):
            continue
        if id_ in moved:
            yield RENAMED.format(called(kind, id_), moved[id_])
        elif id_ not in new:
            yield REMOVED.format(called(kind, id_), NOUNS[kind])
        elif id_ not in old and id_ not in back:
            yield NEW.format(called(kind, id_), NOUNS[kind], _introduced(new[id_]))
        else:
            was = old[back.get(id_, id_)]
            if was is not new[id_] and was != new[id_]:
                was = _following(kind, was, moves) if moves else was
                yield from record(called(kind, id_), was, new[id_], provenance=provenance)


def called(kind: str, id_: str) -> str:
    """A record as a line begins with it: a service by its id alone."""
    return id_ if kind == "services" else f"{NOUNS[kind]} {id_}"


def renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Old id -> new id, where the new record answers to the old one, or says all the same."""
    gone = {id_: place for place, id_ in enumerate(id_ for id_ in old if id_ not in new)}
    alike: dict[str, list[str]] = {}
    for was in gone:
        alike.setdefault(_said(old[was]), []).append(was)
    found: dict[str, str] = {}
    for to in [id_ for id_ in new if id_ not in old] if gone else ():
        names = {*getattr(new[to], "aliases", ()), *getattr(new[to], "domains", ())}
        same = alike.get(_said(new[to]), [])
        while same and same[0] in found:
            same.pop(0)
        if hits := [was for was in (*names, *same[:1]) if was in gone and was not in found]:
            found[min(hits, key=gone.__getitem__)] = to
    return found


def _said(record: Any) -> str:
    """All that a record says, whatever its id and in whatever order its mappings are written."""
    return json.dumps(record.model_dump(mode="json", exclude={"id"}), sort_keys=True)


def _following(kind: str, was: Any, moves: Moves) -> Any:
    """A record as it would be if it had always named the renamed ones by their new ids."""
    data: Any = {"it": plain(was)}
    text = json.dumps(data, ensure_ascii=False)
    for (of, old), new in ((move, new) for move, new in moves.items() if move[1] in text):
        for op in following(kind, "it", data["it"], of, old, new):
            data = meant(data, op)
    return type(was).model_validate({**data["it"], "id": was.id})


def _introduced(new: Any) -> str:
    """What a new record is, in a few words."""
    words = [getattr(new, "name", None), getattr(new, "title", None), getattr(new, "description", None)]
    if isinstance(new, Service):
        words = [new.description, new.lifecycle, *(f"{one.role} owner {ref(one.ref)}" for one in new.owners)]
        words += [f"{one.role} {one.provider}" for one in new.hosting]
    kept = [short(one).rstrip(".") for one in words if one]
    kept += [
        f"{field.replace('_', ' ')} {_particular(value)}"
        for field in PARTICULARS.get(type(new).__name__, ())
        if field in new.model_fields_set and (value := getattr(new, field)) not in {None, ()}
    ]
    return f" ({'; '.join(kept)})" if kept else ""


def _particular(value: object) -> str:
    """A field of a new record: the members of a team by name and role."""
    if isinstance(value, tuple) and value and isinstance(value[0], Member):
        return ", ".join(_with(one.person, one.role if one.role != "member" else None) for one in value)
    return short(value)


def record(who: str, old: Part, new: Part, *, provenance: bool = True) -> Iterator[str]:
    """The differences of two records of one kind, field by field."""
    for name in type(new).model_fields:
        was: Any = getattr(old, name, None)
        is_: Any = getattr(new, name)
        if was == is_ or name == "id":
            continue
        if name == "provenance":
            yield from _sources(who, was or {}, is_) if provenance else ()
        elif isinstance(is_, Mapping):
            for plugin in dict.fromkeys([*was, *is_]):
                yield from _listed(who, f"{plugin} check", was.get(plugin, ()), is_.get(plugin, ()))
        elif name == "hosting":
            yield from _hosting(who, was, is_)
        elif isinstance(is_, tuple):
            yield from _list(who, name, was, is_)
        elif isinstance(was or is_, Part):
            yield from _part(who, name, was, is_)
        else:
            yield changed(who, name.replace("_", " "), was, is_)


def _part(who: str, name: str, was: Part | None, is_: Part | None) -> Iterator[str]:
    """The fields of a mapping such as `config`."""
    some = was or is_
    for field in type(some).model_fields if some else ():
        before, after = getattr(was, field, None), getattr(is_, field, None)
        if before != after:
            yield changed(who, f"{name} {field.replace('_', ' ')}", before, after)


def _list(who: str, name: str, was: tuple[Any, ...], is_: tuple[Any, ...]) -> Iterator[str]:
    """The differences of two lists, by what tells their items apart."""
    first = next(iter((*was, *is_)))
    key = next((key for part, key in KEYS.items() if isinstance(first, part)), None)
    if key is None:
        if not isinstance(first, Part) and len(set(was) ^ set(is_)) == 0:
            yield CHANGED.format(who, name.replace("_", " "), short(", ".join(map(str, was))), short(", ".join(is_)))
        else:
            yield from _listed(who, SINGULAR.get(name, name.replace("_", " ")), was, is_)
        return
    before, after = _under(was, key), _under(is_, key)
    for label in dict.fromkeys([*before, *after]):
        old, new = before.get(label, ()), after.get(label, ())
        if old != new and len(old) <= 1 and len(new) <= 1:
            yield changed(who, label, *(old or (None,)), *(new or (None,)))
        else:
            yield from _listed(who, label, old, new)


def _under(items: tuple[Any, ...], key: Callable[[Any], tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Label -> the values under it."""
    found: dict[str, tuple[str, ...]] = {}
    for one in items:
        label, value = key(one)
        found[label] = (*found.get(label, ()), value)
    return found


def _listed(who: str, label: str, was: Sequence[Any], is_: Sequence[Any]) -> Iterator[str]:
    """What came and what went; another order of the same, where it matters who is first."""
    gone, come = [one for one in was if one not in is_], [one for one in is_ if one not in was]
    if len(gone) == len(come) == 1 and short(gone[0]) == short(come[0]):
        yield changed(who, label, gone[0], come[0])
        return
    yield from (GONE.format(who, label, short(one)) for one in gone)
    yield from (ADDED.format(who, label, short(one)) for one in come)
    reordered = not gone and not come and list(was) != list(is_)
    if reordered and (label not in UNORDERED or len(was) != len(is_)):
        yield changed(who, label, tuple(was), tuple(is_))


def _hosting(who: str, was: tuple[Hosting, ...], is_: tuple[Hosting, ...]) -> Iterator[str]:
    """Hosting by role: field by field where a role has one entry before and after."""
    for role in dict.fromkeys(one.role for one in (*was, *is_)):
        old = [one for one in was if one.role == role]
        new = [one for one in is_ if one.role == role]
        if len(old) == len(new) == 1:
            yield from _hosted(who, role, old[0], new[0])
        elif len(old) <= 1 and len(new) <= 1:
            yield CHANGED.format(who, role, short(*map(place, old)), short(*map(place, new)))
        elif old != new:
            yield from _listed(who, role, [place(one) for one in old], [place(one) for one in new])
            for one, other in zip(old, new, strict=False):
                if place(one) == place(other):
                    yield from _hosted(who, f"{role} {one.provider}", one, other)


def _hosted(who: str, label: str, was: Hosting, is_: Hosting) -> Iterator[str]:
    """The differences of one entry of hosting."""
    for name in ("provider", "region", "architecture", "note"):
        before, after = getattr(was, name), getattr(is_, name)
        if before != after:
            yield changed(who, f"{label} {name}", before, after)
    old, new = {one.name: one for one in was.hosts}, {one.name: one for one in is_.hosts}
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            yield GONE.format(who, f"{label} host", name)
        elif name not in old:
            yield ADDED.format(who, f"{label} host", name)
        else:
            yield from record(f"{who}: host {name}", old[name], new[name])


def place(entry: Hosting) -> str:
    """Where an entry of hosting is: `aws us-east-2 arm64`."""
    return " ".join(filter(None, (entry.provider, entry.region, entry.architecture)))


def _sources(who: str, was: Mapping[str, Provenance], is_: Mapping[str, Provenance]) -> Iterator[str]:
    """Where facts come from now, and what was checked."""
    for key in dict.fromkeys([*was, *is_]):
        old, new = was.get(key), is_.get(key)
        if old == new:
            continue
        fact = "" if key == "default" else f"{key} "
        if old and new and new.verified and old == new.model_copy(update={"verified": old.verified, "by": old.by}):
            by = f" by {ref(new.by)}" if new.by else ""
            yield VERIFIED.format(who, fact, new.verified.isoformat(), by)
        else:
            yield FOUND.format(who, key.replace("default", "all else"), *pair(cited(old), cited(new)))


def cited(entry: Provenance | None) -> str:
    """A provenance entry in a few words."""
    if entry is None:
        return NONE
    words = [", ".join(entry.cites), entry.as_of or ""]
    words += [
        f"verified {entry.verified.isoformat()}" if entry.verified else "",
        f"by {ref(entry.by)}" if entry.by else "",
    ]
    words.append(f'"{one_line(entry.note)}"' if entry.note else "")
    return " ".join(filter(None, words))


def ref(owner: str) -> str:
    """A person or team in words: `team infra`."""
    return owner.replace(":", " ", 1)


def short(value: object = None) -> str:
    """A value in a line: never longer than a line may be."""
    if value is None or value in ((), ""):
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(short, value))
    return cut(one_line(str(value)), LONGEST)


def changed(who: str, what: str, was: object, is_: object) -> str:
    """That a value is another one now."""
    return CHANGED.format(who, what, *pair(was, is_))


def pair(was: object, is_: object) -> tuple[str, str]:
    """Two values in a line; of those that begin alike for longer than a line may be, the part in which they differ."""
    old, new = short(was), short(is_)
    if old != new:
        return old, new
    old, new = one_line(str(was)), one_line(str(is_))
    if old == new:
        return short(was), RESPACED
    at = next(
        (n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(map(len, (old, new)))
    )
    lead = max(at - LEAD, 0)
    return f"…{cut(old[lead:], LONGEST)}", f"…{cut(new[lead:], LONGEST)}"


def _with(value: str, *more: str | None) -> str:
    """A value with what else is said of it in brackets."""
    kept = [one for one in more if one]
    return f"{value} ({', '.join(kept)})" if kept else value


KEYS: dict[type[Part], Callable[[Any], tuple[str, str]]] = {
    Owner: lambda one: (f"{one.role} owner", ref(one.ref)),
    Member: lambda one: (f"member {one.person}", one.role),
    Dependency: lambda one: (f"depends on {one.service}", _with(one.strength, one.note)),
    Link: lambda one: (one.type, _with(one.url, one.title)),
    Contact: lambda one: (f"{one.type} contact", _with(one.value, one.note, None if one.public else "not public")),
    Repo: lambda one: (f"{one.role} repository", _with(one.url, one.path)),
    Host: lambda one: (f"host {one.name}", _with(one.os or NONE, *map(ref, one.access), one.note)),
    Exemption: lambda one: (f"exemption from {one.rule}", _with(f"until {one.until.isoformat()}", one.reason)),
    Event: lambda one: ("history", _with(f"{one.date} {one.fact}", *one.cites)),
}
"""What a list holds -> the label under which its items are compared, and the value of one."""
