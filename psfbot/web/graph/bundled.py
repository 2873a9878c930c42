"""Services that are alike share one box: those that nothing needs and that need the same, in the same way."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from psfbot.web.graph.picture import Arrow, Card, Firm, Look, Row

MOST = 24
"""Names in one box."""
Needs = Mapping[str, Mapping[str, Firm]]
"""User -> what it needs, and how firmly."""


def bundled(
    names: Iterable[str], needs: Needs, *, apart: frozenset[str] = frozenset()
) -> tuple[list[Card], list[Arrow]]:
    """Cards and arrows; those `apart` have a box of their own."""
    needed = {need for its in needs.values() for need in its}
    groups: dict[object, list[str]] = {}
    for name in names:
        its = needs.get(name, {})
        alone = name in needed or name in apart or not its
        groups.setdefault(name if alone else frozenset(its.items()), []).append(name)
    cards, arrows = [], []
    for group in groups.values():
        cards.append(Card(group[0], rows(group), look(group[0], apart)))
        arrows += [Arrow(group[0], need, firm) for need, firm in needs.get(group[0], {}).items()]
    return cards, arrows


def look(name: str, apart: frozenset[str]) -> Look:
    """How a service is drawn."""
    return "focus" if name in apart else "service"


def rows(group: Sequence[str]) -> tuple[Row, ...]:
    """The names in a box, each with the way to its page."""
    shown = [Row(name, page(name)) for name in group[:MOST]]
    return (*shown, Row(f"and {len(group) - MOST} more")) if len(group) > MOST else tuple(shown)


def page(name: str, section: str = "services") -> str:
    """The page of a record."""
    return f"/{section}/{quote(name)}"
