"""What rooms hear of proposals, and of a catalog that was read again."""

from collections.abc import Sequence

from psfbot.catalog.change import CHAT
from psfbot.catalog.diff import grouped, lines
from psfbot.catalog.exchange.private import public
from psfbot.catalog.model import Catalog
from psfbot.proposals.ports import Fate, Standing
from psfbot.proposals.proposal import Proposal
from psfbot.text import and_join, count, cut, one_line

DELAYED = "Proposal {p.number} is there now: {title} · {p.link}"
STANDS = "Proposal {p.number} ({p.about}) waits: {why}. I try again every hour."
REFUSED = "Proposal {p.number} ({p.about}) was not made: {why}."
GAVE_UP = "Proposal {p.number} ({p.about}) was given up after a week: {why}."
MERGED = "Proposal {p.number} was merged{by}: {what}"
CLOSED = "Proposal {p.number} ({p.about}) was closed{by} without being merged: {p.link}"
NOW_FAILS = "Proposal {p.number} ({p.about}): {failing} failed: {p.link}"
WITHDRAWN = "withdrawn by {who}"
LEFT = "; if an earlier try got there unheard, its branch {p.branch} is left: {why}"
READ = "The catalog was read again: {words}"
NOTHING = "nothing in it has changed."
MORE = "and {count} more"
HIDDEN = "what changed is not for everybody."
BROUGHT_ALONG = f"source {CHAT}: new"
"""What the first edit from chat brings with it, which is no news."""
FEW = 4
"""Records of which a line tells what changed, and checks that it names."""
LONGEST = 380
"""Characters of such a line."""
NAME = 60
"""Characters of the name of a check or of whoever merged: a forge may call them anything."""


def decided(proposal: Proposal, standing: Standing) -> str:
    """That people have decided about a proposal."""
    by = f" by {cut(one_line(standing.by), NAME)}" if standing.by else ""
    if standing.fate is Fate.MERGED:
        return MERGED.format(p=proposal, by=by, what=cut("; ".join(map(one_line, proposal.shown)), 250))
    return CLOSED.format(p=proposal, by=by)


def failing(standing: Standing) -> str:
    """The names of the checks that fail: the first of many, each short and on one line, whoever named it."""
    names = [cut(one_line(one), NAME) for one in standing.failing[:FEW]]
    left = len(standing.failing) - len(names)
    return and_join([*names, *([f"{left} more"] if left else [])])


def news(before: Catalog, after: Catalog, *, everybody: bool = True) -> str:
    """What changed between two readings of the catalog, in a line; nothing where that is nothing."""
    if before == after:
        return ""
    old, new = (public(before), public(after)) if everybody else (before, after)
    found = [one for one in lines(old, new, provenance=False) or lines(old, new) if not one.startswith(BROUGHT_ALONG)]
    return READ.format(words=shortened(grouped(found)) if found else HIDDEN)


def shortened(found: Sequence[str]) -> str:
    """The first of many differences, as many as fit in a line."""
    told: list[str] = []
    for line in map(one_line, found[:FEW]):
        if told and sum(map(len, told)) + len(line) > LONGEST:
            break
        told.append(cut(line, LONGEST))
    left = len(found) - len(told)
    return " · ".join([*told, *([MORE.format(count=count(left, "record"))] if left else [])])
