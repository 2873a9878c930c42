"""The rows of PEP 11 and the platforms of the catalog, matched by triple and notes, then compared."""

from collections.abc import Iterable, Iterator

from psfbot.plugin import Drift, Person, Platform, Survey, Unreachable

from .rows import Row, rows_of, tiers_of, words

NO_TABLE = "no table of tiers can be read in PEP 11"
TIER = "PEP 11 lists {row} under tier {tier}; the catalog says {said}"
CONTACTS = "PEP 11 names {theirs} as contacts of {row}; the catalog says {ours}"
UNLISTED = "PEP 11 lists {row} under tier {tier}, and the catalog has no such platform"
UNKNOWN = "PEP 11 lists no {platform}, so it is unsupported; the catalog says tier {tier}"
NO_TIER = "PEP 11 has no section on tier {tier}"
NOBODY = "nobody"


def compared(text: str, survey: Survey) -> Iterator[Drift]:
    """What differs."""
    rows = list(rows_of(text))
    if not rows:
        raise Unreachable(NO_TABLE)
    left = dict(survey.book.catalog.platforms)
    for row in rows:
        platform = matching(row, rows, left.values())
        if platform is None:
            said = UNLISTED.format(row=row.called, tier=row.tier)
            yield Drift("platform-unlisted", "platforms", "", "", said)
            continue
        del left[platform.id]
        yield from differing(row, platform, survey)
    tiers = tiers_of(text)
    for platform in left.values():
        if platform.tier != "unsupported" and platform.tier not in tiers:
            survey.troubles[f"tier {platform.tier}"] = NO_TIER.format(tier=platform.tier)
        elif platform.tier != "unsupported":
            called = f"{platform.triple} ({platform.notes})" if platform.notes else platform.triple
            said = UNKNOWN.format(platform=called, tier=platform.tier)
            edit = f"set platform:{platform.id} tier unsupported"
            yield Drift("platform-unknown", "platforms", platform.id, "tier", said, edit)


def matching(row: Row, rows: Iterable[Row], platforms: Iterable[Platform]) -> Platform | None:
    """The platform that a row is about: by its notes where several have the same triple."""
    same = [one for one in platforms if one.triple == row.triple]
    exact = [one for one in same if words(one.notes or "") == words(row.notes)]
    alone = len(same) == 1 and sum(one.triple == row.triple for one in rows) == 1
    return exact[0] if exact else same[0] if alone else None


def differing(row: Row, platform: Platform, survey: Survey) -> Iterator[Drift]:
    """What a row says otherwise than the catalog."""
    if platform.tier != row.tier:
        said = TIER.format(row=row.called, tier=row.tier, said=platform.tier)
        edit = f"set platform:{platform.id} tier {row.tier}"
        yield Drift("platform-tier", "platforms", platform.id, "tier", said, edit)
    if row.contacts is None:
        return
    ids = [person_of(name, survey) for name in row.contacts]
    if None in ids or set(ids) != set(platform.contacts):
        people = survey.book.catalog.people
        ours = ", ".join(people[one].name if one in people else one for one in platform.contacts) or NOBODY
        said = CONTACTS.format(theirs=", ".join(row.contacts) or NOBODY, row=row.called, ours=ours)
        known = [one for one in ids if one]
        edit = f"set platform:{platform.id} contacts {','.join(known) or 'none'}" if None not in ids else ""
        yield Drift("platform-contacts", "platforms", platform.id, "contacts", said, edit)


def person_of(name: str, survey: Survey) -> str | None:
    """The one person of the catalog with this name."""
    hits = [hit.record for hit in survey.book.find(name, ("person",)).hits]
    return hits[0].id if len(hits) == 1 and isinstance(hits[0], Person) else None
