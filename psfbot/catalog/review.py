"""A change of the catalog as a reviewer wants to see it: new faults, what changed, what hangs on it, the scorecard.

What stands in a catalog may come from anybody, so all of it is shown as plain text: no link, no mention, no markup.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from psfbot.catalog.diff import lines, renamed
from psfbot.catalog.file import Loaded
from psfbot.catalog.finding import Finding, as_text
from psfbot.catalog.impact import Struck, Web
from psfbot.catalog.model import Catalog
from psfbot.catalog.score import score
from psfbot.catalog.score.moved import moved
from psfbot.catalog.since import new_since
from psfbot.catalog.words import ask_whom
from psfbot.text import count, cut, one_line

MARK = "<!-- psfbot catalog review -->"
"""By this line the comment is found again when the pull request changes."""
LONGEST, WIDEST = 60_000, 500
"""Bytes of a comment that GitHub takes, with some to spare, and of one line in it."""
MOST, NAMED = 200, 6
FENCE = "~~~~"
TITLE = "### Catalog review: {}"
BROKEN = "The new catalog has errors, so it cannot be compared."
BASE_BROKEN = "The old catalog has errors, so it cannot be compared with."
CUT = "… cut here; `psfbot catalog review` on your machine prints all of it."
MORE = "… and {} more"


@dataclass(frozen=True, slots=True)
class Review:
    """What to say about a change; `fresh` are the findings that it brought, `old` how many were there before."""

    fresh: tuple[Finding, ...]
    old: int = 0
    differences: tuple[str, ...] = ()
    impact: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def blocks(self) -> bool:
        """Does the change bring an error?"""
        return any(one.severity == "error" for one in self.fresh)


def reviewed(before: Loaded, after: Loaded, today: date) -> Review:
    """Compare two readings of the catalog."""
    fresh = tuple(new_since(before.findings, after.findings))
    old = len(after.findings) - len(fresh)
    if before.catalog is None or after.catalog is None:
        return Review(fresh, old, trouble=BROKEN if after.catalog is None else BASE_BROKEN)
    return Review(
        fresh,
        old,
        lines(before.catalog, after.catalog),
        tuple(struck(before.catalog, after.catalog)),
        tuple(
            moved(
                score(before.catalog, today),
                score(after.catalog, today),
                renamed(before.catalog.services, after.catalog.services),
            )
        ),
    )


def struck(before: Catalog, after: Catalog) -> Iterator[str]:
    """What hangs on each service that changed, and whom to ask; of a renamed one that is told by its new name."""
    gone = renamed(before.services, after.services).keys()
    every = [id_ for id_ in {**before.services, **after.services} if id_ not in gone]
    ids = [id_ for id_ in every if before.services.get(id_) != after.services.get(id_)]
    webs: dict[bool, Web] = {}
    for id_ in ids:
        there = id_ in after.services
        catalog = after if there else before
        web = webs.setdefault(there, Web(catalog))
        found = web.breaks("service", id_)
        parts = [*told("down", found.hard), *told("degraded", found.soft), *told("unmanageable", found.later)]
        owners = ask_whom(catalog, catalog.services[id_])
        yield f"{id_}: {'; '.join(parts) or 'nothing else hangs on it'}; owners: {owners}"


def told(how: str, hits: Sequence[Struck]) -> Iterator[str]:
    """How many services suffer from it in this way, and the first of them."""
    if hits:
        names = ", ".join(hit.service.id for hit in hits[:NAMED]) + (" …" if len(hits) > NAMED else "")
        yield f"{count(len(hits), 'service')} {how} without it ({names})"


def as_markdown(review: Review) -> str:
    """The comment: a line that says it all, then each part, cut where it gets too long."""
    parts = [MARK, TITLE.format(verdict(review))]
    if review.trouble:
        parts.append(review.trouble)
    sections = (
        ("New findings", [as_text([one]) for one in review.fresh]),
        ("What changes", review.differences),
        ("What hangs on it", review.impact),
        ("Scorecard", review.scores),
    )
    parts += [block(title, found) for title, found in sections if found]
    text = "\n\n".join(parts) + "\n"
    return text if len(text.encode()) <= LONGEST else shortened(text)


def shortened(text: str) -> str:
    """As many whole lines as fit, with the last fence closed."""
    kept = text.encode()[:LONGEST].decode(errors="ignore").rpartition("\n")[0]
    fences = sum(line.startswith(FENCE) for line in kept.splitlines())
    return f"{kept}\n{FENCE if fences % 2 else ''}\n\n{CUT}\n"


def verdict(review: Review) -> str:
    """The fact of it in one line."""
    errors = sum(one.severity == "error" for one in review.fresh)
    warnings = len(review.fresh) - errors
    parts = [count(errors, "new error")] if errors else []
    parts += [count(warnings, "new warning")] if warnings else []
    said = ", ".join(parts) or "no new faults"
    were = "was" if review.old == 1 else "were"
    known = f" ({review.old} {were} there before)" if review.old else ""
    changes = f"; {count(len(review.differences), 'change')}" if not review.trouble else ""
    return f"{said}{known}{changes}"


def block(title: str, found: Iterable[str]) -> str:
    """A part as plain text: nothing in it can leave its fence, since each line is one and begins with our words."""
    shown = [f"  {cut(one_line(line), WIDEST)}" for line in found]
    if len(shown) > MOST:
        shown = [*shown[:MOST], f"  {MORE.format(len(shown) - MOST)}"]
    return "\n".join([f"**{title}**", "", f"{FENCE}text", *shown, FENCE])
