"""What a change of the catalog does to its scorecard: which rules are kept now, and which are broken."""

from collections.abc import Iterator, Mapping

from psfbot.catalog.score import Card, Mark, Scorecard
from psfbot.text import and_join

BETTER = "keeps {rules} now"
WORSE = "breaks {rules} now"
NEW, GONE = "{id}: new, {now}", "{id}: no longer scored"


def moved(before: Scorecard, after: Scorecard, renames: Mapping[str, str] | None = None) -> list[str]:
    """One line for each service whose score changed, then one for all of them; nothing where none did.

    `renames` are old ids and new ones: a renamed service is compared with what it was.
    """
    ways = {new: old for old, new in (renames or {}).items() if old in before.cards and new in after.cards}
    ids = [id_ for id_ in {**before.cards, **after.cards} if id_ not in ways.values() or id_ in after.cards]
    lines = [line for id_ in ids if (line := service(id_, ways.get(id_, id_), before, after))]
    whole = f"all services: {before.whole.said} -> {after.whole.said}"
    return [*lines, whole] if lines else []


def service(id_: str, was: str, before: Scorecard, after: Scorecard) -> str:
    """What became of one service, which had the id `was`; nothing where all is as it was."""
    old, new = before.cards.get(was), after.cards.get(id_)
    if new is None:
        return GONE.format(id=id_)
    if old is None:
        return NEW.format(id=id_, now=new.said)
    said = "; ".join(differences(old, new))
    return f"{id_}: {old.said} -> {new.said}; it {said}" if said else ""


def differences(old: Card, new: Card) -> Iterator[str]:
    """The rules that were not broken and are, and the other way round."""
    was, now = (frozenset(check.rule for check in card.broken) for card in (old, new))
    kept = frozenset(check.rule for check in new.marked(Mark.KEPT))
    mended = [check.rule for check in old.broken if check.rule in kept]
    freed = [check.rule for check in old.broken if check.rule not in kept | now]
    if worse := [check.rule for check in new.broken if check.rule not in was]:
        yield WORSE.format(rules=and_join(worse))
    if mended:
        yield BETTER.format(rules=and_join(mended))
    if freed:
        yield f"need not keep {and_join(freed)} any more"
