"""Which place in a record do somebody's words for a field mean, such as `owner`, `hosting.cdn.provider`, `runbook`?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from psfbot.catalog.fields import allowed, fields, kind
from psfbot.catalog.finding import Path
from psfbot.catalog.model import Role
from psfbot.catalog.nearest import nearest
from psfbot.errors import UserError
from psfbot.text import and_join

LINKS = ("runbook", "dashboard", "docs", "status", "tracker", "purge", "site")
WORDS: dict[str, dict[str, str]] = {
    "services": {
        **{role: f"hosting.{role}" for role in get_args(Role)},
        **{link: f"links.{link}" for link in LINKS},
        "owner": "owners.primary", "primary": "owners.primary", "primary owner": "owners.primary",
        "backup": "owners.backup", "backup owner": "owners.backup",
        "escalation": "owners.escalation", "escalation owner": "owners.escalation",
        "architecture": "hosting.origin.architecture", "arch": "hosting.origin.architecture",
        "provider": "hosting.origin.provider", "region": "hosting.origin.region",
        "repo": "repos.code", "repository": "repos.code", "tool": "config.tool", "title": "name",
        "needs": "depends_on", "depends on": "depends_on", "dependency": "depends_on", "on call": "oncall",
        "rota": "oncall", "verified": "provenance.default.verified",
    },
    "teams": {"escalation": "escalates_to"},
}  # fmt: skip
"""Section -> what people say -> the path that they mean."""
ADDED = {"owner": "owners", "repo": "repos", "repository": "repos", "provider": "hosting", "link": "links"}
"""What people say when they add to a list or take from it."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list of mappings: the field that tells its entries apart, and the one that is an entry's value."""

    by: str
    value: str


KEYED = {
    "owners": Keyed("role", "ref"), "hosting": Keyed("role", "provider"), "links": Keyed("type", "url"),
    "contacts": Keyed("type", "value"), "repos": Keyed("role", "url"), "members": Keyed("person", "role"),
    "depends_on": Keyed("service", "strength"), "hosts": Keyed("name", "os"), "history": Keyed("date", "fact"),
    "exemptions": Keyed("rule", "reason"),
}  # fmt: skip
SINGULAR = {"alias": "aliases", "history entry": "history"}

NO_FIELD = "{} have no field '{}'. {}"
OFFER = "Did you mean {}?"
FIELDS = "Try one of: {}."
DEEPER = "'{}' has fields of its own: say which, such as {}."
ENDS = "'{}' has nothing below it: say just {}."
FEW = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a record: `path` from the top of the file to where the value stands, or would.

    `words` is a list of plain words. Of a list of mappings, `entries` are the items that the words fit, `by` what a
    new one would have besides its value in `value`, and `rest` the field meant within an entry, if not its value.
    """

    path: Path
    words: bool = False
    keyed: Keyed | None = None
    entries: tuple[int, ...] = ()
    by: Mapping[str, object] = field(default_factory=dict)
    rest: tuple[str, ...] = ()


def has(section: str, said: str) -> bool:
    """Have records of this section such a field, or a word for one?"""
    first = re.split(r"[./\s]", said.strip(), maxsplit=1)[0].casefold().replace("-", "_")
    known = {*fields((section, "")), *WORDS.get(section, {}), *(ADDED if section == "services" else ())}
    return not known.isdisjoint({first, f"{first}s", SINGULAR.get(first, first)})


def spot(said: str, section: str, id_: str, data: Mapping[str, Any], *, listing: bool = False) -> Spot:
    """The place that is meant; `listing` where something is added to a list or taken from it."""
    plain = " ".join(re.sub(r"[_-]", " ", said.strip()).split()).casefold()
    known = WORDS.get(section, {}) | (ADDED if listing and section == "services" else {})
    own = fields((section, ""))
    path = known.get(plain) or known.get(plain.removesuffix("s"))
    if path is None or (plain.replace(" ", "_") in own and not (listing and plain in ADDED)):
        path = said.strip()
    steps = [step for step in re.split(r"[./]|\s+", path) if step]
    if (
        listing
        and len(steps) == 1
        and steps[0].casefold() in own
        and _is_part(kind((section, id_, steps[0].casefold())))
    ):
        return Spot((section, id_, steps[0].casefold()))
    return _walk(section, (section, id_), data, steps)


def _is_part(of: Any) -> bool:
    """Is this type a mapping with fields of its own?"""
    return isinstance(of, type) and issubclass(of, BaseModel)


def _walk(section: str, path: Path, data: Any, steps: Sequence[str]) -> Spot:
    """Follow the steps down through models and lists."""
    name = _field(section, path, steps[0] if steps else "", len(steps))
    here: Path = (*path, name)
    of, rest = kind(here), steps[1:]
    below = data.get(name) if isinstance(data, Mapping) else None
    if _is_part(of):
        if not rest:
            raise UserError(DEEPER.format(name, and_join([f"{name}.{one}" for one in fields(here)[:FEW]], "or")))
        return _walk(section, here, below, rest)
    if get_origin(of) is tuple:
        item = get_args(of)[0]
        if not _is_part(item):
            return _ends(Spot(here, words=True), steps)
        return _entries(here, below if isinstance(below, list) else [], rest)
    if get_origin(of) not in {None, Mapping} or not _is_mapping(of):
        return _ends(Spot(here), steps)
    return _mapped(section, here, below, rest)


def _is_mapping(of: Any) -> bool:
    """Is this a mapping by names of one's own, such as `alerts`?"""
    return get_origin(of) is Mapping or (isinstance(get_origin(of), type) and issubclass(get_origin(of), Mapping))


def _mapped(section: str, here: Path, below: Any, rest: Sequence[str]) -> Spot:
    """A place below a name of one's own: checks of a plugin, the provenance of a field."""
    name = str(here[-1])
    if not rest:
        raise UserError(DEEPER.format(name, f"{name}.{'pingdom' if name == 'alerts' else 'default.verified'}"))
    if name == "alerts":
        return Spot((*here, ".".join(rest)), words=True)
    *key, last = rest if len(rest) > 1 else ("default", *rest)
    inner = below.get(".".join(key)) if isinstance(below, Mapping) else None
    return _walk(section, (*here, ".".join(key)), inner, [last])


def _ends(found: Spot, steps: Sequence[str]) -> Spot:
    """A place, unless somebody asks for what is below it."""
    if len(steps) > 1:
        raise UserError(ENDS.format(steps[0], found.path[-1]))
    return found


def _field(section: str, path: Path, said: str, steps: int) -> str:
    """The field that is meant, or an offer of what may be."""
    known = fields(path)
    key = said.casefold().replace("-", "_")
    for one in (key, SINGULAR.get(key, key), f"{key}s"):
        if one in known:
            return one
    words = [*known, *(WORDS.get(section, {}) if len(path) == len(("section", "id")) and steps < FEW else ())]
    near = nearest(said, words, FEW)
    noun = section if len(path) == len(("section", "id")) else str(path[-1] if isinstance(path[-1], str) else path[-2])
    raise UserError(NO_FIELD.format(noun, said, (OFFER if near else FIELDS).format(and_join(near or known, "or"))))


def _entries(here: Path, listed: list[Any], rest: Sequence[str]) -> Spot:
    """The entries of a list of mappings that the next steps fit, and what of them is meant."""
    keyed = KEYED[str(here[-1])]
    steps, by = list(rest), {}
    places = list(range(len(listed)))
    if steps and steps[0].isdecimal() and int(steps[0]) < len(listed) and keyed.by != "date":
        places = [int(steps.pop(0))]
    default = _default(here, keyed.by)
    length = _fitting(listed, keyed.by, default, steps)
    words = [str(word) for word in allowed((*here, 0, keyed.by))]
    if length:
        said = ".".join(steps[:length]).casefold()
        places = [n for n in places if str(listed[n].get(keyed.by, default)).casefold() == said]
        by, steps = {keyed.by: said}, steps[length:]
    elif steps and (steps[0].casefold() in words or (not words and steps[-1] not in fields((*here, 0)))):
        said = steps.pop(0).casefold() if words else ".".join(steps)
        steps = steps if words else []
        by, places = {keyed.by: said}, []
    narrow = _fitting([listed[n] for n in places], keyed.value, "", steps)
    if narrow:
        said = ".".join(steps[:narrow]).casefold()
        places = [n for n in places if _fits(listed[n].get(keyed.value), said)]
        steps = steps[narrow:]
    if steps and len(places) == 1 and steps != [keyed.value]:
        return _walk("", (*here, places[0]), listed[places[0]], steps)
    rest = tuple(steps) if steps and _field("", (*here, 0), steps[0], 0) != keyed.value else ()
    return Spot(here, keyed=keyed, entries=tuple(places), by=by, rest=rest)


def _default(here: Path, by: str) -> str:
    """The value that a field has where it is not written."""
    model = kind((*here, 0))
    return str(model.model_fields[by].default)


def _fitting(listed: Sequence[Any], by: str, default: str, steps: Sequence[str]) -> int:
    """So many of the next steps are the value of an entry: ids have dots in them."""
    for length in range(len(steps), 0, -1):
        said = ".".join(steps[:length]).casefold()
        if any(_fits(one.get(by, default), said) for one in listed):
            return length
    return 0


def _fits(value: object, said: str) -> bool:
    """Is this value meant, perhaps without its kind?"""
    text = str(value).casefold()
    return said in {text, text.partition(":")[2]} and bool(said)
