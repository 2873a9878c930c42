"""The check of a certificate: valid, for the right names, for long enough, and new enough where that matters."""

from typing import Annotated

from pydantic import Field

from psfbot.plugin import Arguments, Evidence, Sight

from .verdicts import Length, Name, Words, counted, judged, listed, long, span


class Proven(Arguments):
    """A host, the names that its certificate should hold, and how many days it should still last.

    `internal` is for a certificate of an authority of our own, which nobody else trusts: then only its names and its
    dates count. `younger_than` is how long ago it may have been issued.
    """

    host: Name
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    names: Words = ()
    days: Annotated[float, Field(ge=0, le=400)] = 14
    younger_than: Length | None = None
    internal: bool = False


async def tls(wanted: Proven, sight: Sight) -> Evidence:
    """A host's certificate is valid, holds these names, and lasts long enough."""
    found = await sight.world.certificate(wanted.host, wanted.port)
    left, age = found.ends_at - sight.now, sight.now - found.starts_at
    days = left.total_seconds() / 86400
    missing = [name for name in wanted.names if not any(covers(one, name) for one in found.names)]
    wrong = []
    if found.trouble and not wanted.internal:
        wrong.append(found.trouble.rstrip("."))
    if days < wanted.days or days <= 0:
        wrong.append(f"that is less than {wanted.days:g} days" if days > 0 else "it has ended")
    if age.total_seconds() < 0:
        wrong.append(f"it is not valid before {found.starts_at:%Y-%m-%d %H:%M} UTC")
    if missing:
        wrong.append(f"it is not for {listed(missing, 'or')}")
    if wanted.younger_than and age > span(wanted.younger_than):
        wrong.append(f"it was issued {long(age)} ago, not within {wanted.younger_than}")
    lasts = f"{counted(int(days), 'day')} left" if days > 0 else f"ended {found.ends_at:%Y-%m-%d}"
    seen = f"{wanted.host}:{wanted.port}{found.aside}: {listed(found.names) or 'no names'}, by {found.issuer}, {lasts}"
    data = {
        "names": list(found.names), "issuer": found.issuer, "starts_at": found.starts_at.isoformat(),
        "ends_at": found.ends_at.isoformat(), "trouble": found.trouble,
    }  # fmt: skip
    return judged(not wrong, "; ".join([seen, *wrong]), **data)


def covers(pattern: str, name: str) -> bool:
    """Does a name in a certificate stand for this one? A star is one label, and the first."""
    pattern, name = pattern.lower().rstrip("."), name.lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == name
    first, _, rest = name.partition(".")
    return bool(first) and rest == pattern[2:]
