"""A proposal made on the catalog as it is now: the new text, or a refusal when it would not be what was agreed to."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from psfbot.catalog.change import Change, Delete, New, Remove, Rename, Unchanged, Verify
from psfbot.catalog.diff import called, lines
from psfbot.catalog.edit import UNCHANGED, Edited, edited, place_of, sound
from psfbot.catalog.exchange.private import bared, hushed, public
from psfbot.catalog.model import Catalog, Provenance
from psfbot.errors import UserError
from psfbot.proposals.proposal import Proposal, steady
from psfbot.text import and_join, unique

NAME = "catalog.yaml"
HIDDEN = "{}: changed in what is not for everybody"
MOVED = (
    "the catalog has changed meanwhile: it would now be {now}, and you agreed to {then}. Say it anew if you want it."
)
LINE = re.compile(r"[^\n]*\n|[^\n]+$")
NO_END = "\\ No newline at end of file"
NOT_THERE = (" is not in ", "so there is nothing to take out.")

Where = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """What changes made of the catalog: see `catalog.edit.Edited`.

    `shown` are the words that everybody may see, and `bares` says that the diff shows more than that.
    """

    text: str
    diff: str
    words: tuple[str, ...]
    shown: tuple[str, ...]
    records: tuple[Where, ...]
    before: Catalog
    after: Catalog
    warnings: tuple[str, ...]
    bares: bool = False


def make(text: str, changes: Sequence[Change], said: Provenance, today: date, catalog: Catalog | None = None) -> Made:
    """Changes made one after the other, or a `UserError`; of several, those that change nothing are left out."""
    done: list[Edited] = []
    now, known = text, catalog
    nothing = Unchanged(UNCHANGED.format(NAME))
    for change in changes:
        try:
            one = edited(now, change, today, said, catalog=known, name=NAME)
        except Unchanged as error:
            nothing = error
        else:
            done.append(one)
            now, known = one.text, one.after
    if not done:
        raise nothing
    before, after = done[0].before, done[-1].after
    words = unique(word for one in done for word in one.words)
    diff = done[0].diff if len(done) == 1 else between(text, now)
    records = tuple(dict.fromkeys(where for one in done for where in one.records))
    warnings = unique(warning for one in done for warning in one.warnings)
    bares = bared(diff, before, after)
    return Made(now, diff, words, shown(words, before, after), records, before, after, warnings, bares)


def shown(words: Sequence[str], before: Catalog, after: Catalog) -> tuple[str, ...]:
    """As much of a change in words as everybody may see."""
    open_to_all = frozenset(lines(public(before), public(after)))
    return unique(word if word in open_to_all else HIDDEN.format(word.partition(": ")[0]) for word in words)


def again(text: str, proposal: Proposal) -> Made:
    """A proposal made on the catalog as it is now; refused when it would change something else than was agreed to.

    What others changed meanwhile is left alone: in other records, and in other fields of the same one. A refusal is
    told in a room and kept for all to see, so it holds nothing that is not for everybody.
    """
    try:
        made = make(text, proposal.changes, proposal.said, proposal.asked_at.date())
    except UserError as error:
        raise UserError(hushed(str(error), sound(text, NAME), proposal.section, proposal.id)) from None
    if made.words != proposal.words:
        raise UserError(MOVED.format(now=and_join(made.shown), then=and_join(proposal.shown)))
    return made


def holds(text: str, proposal: Proposal) -> bool:
    """Has the catalog this change in it, whoever put it there?"""
    try:
        catalog = read_last(text)
    except UserError:
        return False
    return all(_holds(text, change, proposal, catalog) for change in proposal.changes)


@lru_cache(maxsize=1)
def read_last(text: str) -> Catalog:
    """The catalog that a text is: every open proposal is held against the same one, and a big one takes seconds."""
    return sound(text, NAME)


def _holds(text: str, change: Change, proposal: Proposal, catalog: Catalog) -> bool:
    """Has the catalog this one change in it?"""
    records = getattr(catalog, proposal.section)
    match change:
        case Rename(_, new):
            return proposal.id not in records and new.strip() in records
        case Delete():
            return proposal.id not in records
        case New(record):
            section, name = place_of(record)
            return name in getattr(catalog, section)
    try:
        one = edited(text, change, proposal.asked_at.date(), proposal.said, catalog=catalog, name=NAME)
    except UserError as error:
        gone = isinstance(change, Remove) and any(part in str(error) for part in NOT_THERE)
        return gone or isinstance(error, Unchanged)
    return not of_source(change, proposal.section) and not lines(one.before, one.after, provenance=False)


def of_source(change: Change, section: str) -> bool:
    """Is a change about where facts come from, so that the facts alone do not tell whether it was made?"""
    field = steady(section, getattr(change, "field", ""))
    return isinstance(change, Verify) or field.partition(".")[0] in {"provenance", "verified"}


def between(before: str, after: str) -> str:
    """A unified diff that `git apply` and `patch -p1` take, also where the last line has no end."""
    old, new = LINE.findall(before), LINE.findall(after)
    found = difflib.unified_diff(old, new, f"a/{NAME}", f"b/{NAME}")
    return "".join(line if line.endswith("\n") else f"{line}\n{NO_END}\n" for line in found)


def named(records: Sequence[Where]) -> str:
    """The records of a change as people name them."""
    return and_join([called(*one) for one in records])
