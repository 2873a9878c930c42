"""PEP 11: which tier a platform has, and who answers for it."""

from dataclasses import replace

from psfbot.catalog.model import Platform, Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.places import platform_card
from psfbot.commands.wording import based_on
from psfbot.errors import UserError
from psfbot.text import count, unique

topic = Topic("platforms", "CPython's supported platforms: tiers and contacts of PEP 11.")


OFFERED = 3
NEXT_TIER = "The catalog does not say what a platform lacks for the next tier; PEP 11 states what each tier asks."


@topic.says(
    "(platform|pep 11|pep11) {platform}",
    "(what|which) (tier|support tier) (is|has|does) [the] {platform} [have|in|on|at]",
    "(tier|support tier) (of|for) [the] {platform}",
    "what is the (tier|support tier) of [the] {platform}",
    "who (is the contact|are the contacts) for platform {platform}",
)
def platform(ask: Ask, platform: Platform | Service | str) -> Answer:
    """Give the tier of a platform, its contacts, and when that changed; or the tier of a service.

    >>> what tier is aarch64-apple-darwin
    aarch64-apple-darwin (clang): tier 1; contacts: all core developers.

    >>> tier of aarch64-unknown-linux-gnu
    aarch64-unknown-linux-gnu has 2 rows: tier 2 (glibc, clang), tier 1 (glibc, gcc).

    >>> what tier is docs.python.org
    docs.python.org: tier 1 of 4, as the editors of the catalog judge it.
    """
    if isinstance(platform, Service):
        return of_service(ask, platform)
    if isinstance(platform, Platform):
        return platform_card(ask, platform)
    rows = [p for p in ask.catalog.platforms.values() if platform.lower() in p.triple]
    if not rows:
        found = ask.book.names.find(platform, ("service",))
        likely = found.hits[:OFFERED] or found.near or ask.book.names.nearest(platform, ("platform",))
        near = " or ".join(unique(hit.name for hit in likely))
        raise UserError(f"I know no platform and no service called '{platform}'. Did you mean {near}?")
    triples = {row.triple for row in rows}
    name = rows[0].triple if len(triples) == 1 else platform
    told = ", ".join(f"tier {p.tier} ({p.notes or p.triple if len(triples) == 1 else p.id})" for p in rows)
    lines = [platform_card(ask, row).fact + last(row) for row in rows]
    data = {"platforms": [p.id for p in rows]}
    return Answer(f"{name} has {count(len(rows), 'row')}: {told}.", lines=lines, data=data)


@topic.says(
    "what is (missing|needed|required) for the next (tier|support tier) (of|for) [the] {row}",
    "what (does|would) [the] {row} need for (the next tier|tier 1|tier 2|tier 3)",
    "what is (missing|needed) for [the] {row} to (reach|get to|become) (the next tier|tier 1|tier 2|tier 3)",
)
def next_tier(ask: Ask, row: Platform | str) -> Answer:
    """Say that the catalog holds no list of what the next tier asks, which tier a platform has, and whom to ask.

    >>> what is missing for the next tier of aarch64-unknown-linux-gnu.clang
    The catalog does not say what a platform lacks for the next tier; PEP 11 states what each tier asks.
    """
    card = platform(ask, row)
    return replace(card, fact=NEXT_TIER, lines=[card.fact, *card.lines])


def of_service(ask: Ask, service: Service) -> Answer:
    """How important a service is; no source of the PSF states that."""
    tier = (
        f"tier {service.tier} of 4, as the editors of the catalog judge it" if service.tier != "unknown" else "no tier"
    )
    cites, notes = based_on(ask, service, "tier")
    data = {"service": service.id, "tier": service.tier}
    return Answer(f"{service.id}: {tier}.", notes=notes, cites=cites, data=data)


def last(row: Platform) -> str:
    """When its tier changed last, as far as the catalog knows."""
    newest = max(row.history, key=lambda event: event.date, default=None)
    return f" Last change {newest.date}: {newest.fact}" if newest else ""


@topic.says(
    "(platforms|list platforms|list all platforms|all platforms|tiers|pep 11|what is pep 11)",
    "(platforms|which platforms are) [in|of|on] tier {tier}",
    "tier {tier} platforms",
    "tier {tier}",
)
def platforms(ask: Ask, tier: int = 0) -> Answer:
    """List the platforms of one tier, or all.

    >>> platforms tier 2
    1 platform in tier 2: aarch64-unknown-linux-gnu.clang.
    """
    found = [p for p in ask.catalog.platforms.values() if tier in {0, p.tier}]
    if not found:
        raise UserError(f"PEP 11 has no platform in tier {tier}. Its tiers are 1, 2 and 3.")
    if tier:
        fact = f"{count(len(found), 'platform')} in tier {tier}: {', '.join(p.id for p in found)}."
        return Answer(fact, data={"platforms": [p.id for p in found]})
    items = [Item(p.id, f"tier {p.tier}", "platform") for p in sorted(found, key=lambda p: (str(p.tier), p.id))]
    return Answer(f"{count(len(found), 'platform')} in PEP 11.", items=items)
