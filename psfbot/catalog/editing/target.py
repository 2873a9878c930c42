"""Which record is to be changed? Never guessed: what may mean two of them must be said more exactly."""

import re

from psfbot.catalog.diff import NOUNS
from psfbot.catalog.editing.meaning import exactly, spelt, worded
from psfbot.catalog.editing.spot import has
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.near import fold
from psfbot.catalog.nearest import nearest
from psfbot.errors import UserError
from psfbot.text import and_join

SECTION_OF = {**{noun: kind for kind, noun in NOUNS.items()}, **{kind: kind for kind in KINDS}}
"""What may stand before an id: `person:mdk`, `people/mdk`, `people.mdk`."""
PREFIXED = re.compile(r"([A-Za-z]+)[:/.](.+)")
ORDER = ("services", *(kind for kind in KINDS if kind != "services"))
FEW = 3

NONE = "I know no {} called '{}'. {}"
OFFER = "Did you mean {}?"
ASK = "Try its id as the catalog writes it, or its kind before it, as in person:ID."
SEVERAL = "'{}' may be {}: say which, as in {}."


def target(catalog: Catalog, said: str, field: str = "", *, whole: bool = False) -> tuple[str, str]:
    """The section and id of the record that is meant, or a `UserError` that offers the nearest.

    Where a service and a team have the same name, the field that is to be changed decides, and else the service. Of a
    `whole` record, which is to be renamed or deleted, no field tells: a name that something else has too is refused.
    """
    text = said.strip()
    found = None if text in catalog.services else PREFIXED.fullmatch(text)
    if found and (kind := SECTION_OF.get(found[1].casefold())):
        return _in(catalog, (kind,), found[2].strip(), NOUNS[kind])
    if field and (fitting := [kind for kind in ORDER if has(kind, field)]):
        for look in (exactly, worded):
            for kind in fitting:
                if ids := look(catalog, kind, text.casefold()):
                    return _one([(kind, id_) for id_ in ids], text)
    return _in(catalog, ORDER, text, "record", whole=whole)


def _in(catalog: Catalog, kinds: tuple[str, ...], said: str, noun: str, *, whole: bool = False) -> tuple[str, str]:
    """The one record of these sections that is called so; a service goes before a team of the same name."""
    for look in (exactly, worded):
        found = [(kind, id_) for kind in kinds for id_ in look(catalog, kind, said.casefold())]
        if found:
            return _one(found, said, whole=whole)
    called = {fold(name): (kind, id_) for kind in reversed(kinds) for id_, name in spelt(catalog, kind)}
    near = list(dict.fromkeys(called[one] for one in nearest(fold(said), called, FEW)))
    names = [id_ if kind == "services" else f"{NOUNS[kind]}:{id_}" for kind, id_ in near]
    raise UserError(NONE.format(noun, said, OFFER.format(and_join(names, "or")) if names else ASK))


def _one(found: list[tuple[str, str]], said: str, *, whole: bool = False) -> tuple[str, str]:
    """The only one, or the only service."""
    if len(found) == 1 or (found[0][0] == "services" and found[1][0] != "services" and not whole):
        return found[0]
    names = [f"{NOUNS[kind]}:{id_}" for kind, id_ in found]
    raise UserError(SEVERAL.format(said, and_join(names, "or"), names[0]))
