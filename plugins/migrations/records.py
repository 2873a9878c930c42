"""Checks of DNS: what a name points to, and for how long answers may be kept."""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from psfbot.plugin import Arguments, Evidence, RecordKind, Sight

from .verdicts import Name, Words, counted, failed, judged, listed, passed


class Pointing(Arguments):
    """A name, and what it should point to: each value must be there, and a star stands for anything.

    With `absent` no such record may be there, and without a value none at all.
    """

    domain: Name
    kind: RecordKind = "A"
    value: Words = ()
    absent: bool = False


class Living(Arguments):
    """A name, and the seconds for which answers about it may be kept at most."""

    domain: Name
    kind: RecordKind = "A"
    at_most: Annotated[int, Field(ge=1, le=604_800)]


async def dns_record(wanted: Pointing, sight: Sight) -> Evidence:
    """A name points where it should, or surely does not."""
    found = await sight.world.records(wanted.domain, wanted.kind)
    values = [one.value for one in found]
    data = {"records": [{"value": one.value, "ttl": one.ttl} for one in found]}
    here = f"{wanted.domain} {wanted.kind}"
    seen = f"{here}: {listed(values)}" if values else f"{here}: no such record"
    met = [one for one in wanted.value if any(fits(value, one) for value in values)]
    if wanted.absent:
        there = met if wanted.value else values
        return judged(not there, f"{seen}, which should be gone" if there else seen, **data)
    missing = [one for one in wanted.value if one not in met]
    if missing or not values:
        return failed(f"{seen}, not {listed(missing)}" if missing else seen, **data)
    return passed(seen, **data)


async def dns_ttl(wanted: Living, sight: Sight) -> Evidence:
    """Answers about a name may be kept for so many seconds at most.

    A name server that keeps answers counts down, so a low number may be the rest of a high one: look again.
    """
    found = await sight.world.records(wanted.domain, wanted.kind)
    if not found:
        return failed(f"{wanted.domain} {wanted.kind}: no such record")
    ttl = max(one.ttl for one in found)
    kept = f"{wanted.domain} {wanted.kind} may be kept for {counted(ttl, 'second')}"
    return judged(ttl <= wanted.at_most, f"{kept}, at most {wanted.at_most} are allowed", ttl=ttl)


def fits(value: str, pattern: str) -> bool:
    """Is this the value? Letters' case and a last dot do not count."""
    return fnmatchcase(value.lower().rstrip("."), pattern.lower().rstrip("."))
