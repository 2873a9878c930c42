"""Which names are one name: each network says how it tells capitals from small letters (CASEMAPPING)."""

from collections.abc import Callable
from functools import lru_cache

from irc.strings import IRCFoldedCase

RFC1459: dict[int, int] = dict(IRCFoldedCase.translation)
"""Sweden had these four as letters, so to most networks `[` is a capital `{`."""
STRICT = {upper: lower for upper, lower in RFC1459.items() if chr(upper) != "^"}
CAPITALS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
MAPPINGS = {
    "ascii": CAPITALS,
    "rfc1459": CAPITALS | RFC1459,
    "rfc1459-strict": CAPITALS | STRICT,
    "strict-rfc1459": CAPITALS | STRICT,
}

REMEMBERED = 256
"""Names whose lower case is kept at hand: each line is folded several times, and most name the same few."""


def folding(casemapping: str) -> Callable[[str], str]:
    """The network's lower case; RFC 1459's where the name of it is not known."""
    if casemapping.lower() in {"rfc7613", "rfc8265", "precis"}:
        return str.casefold
    table = MAPPINGS.get(casemapping.lower(), MAPPINGS["rfc1459"])
    return lru_cache(maxsize=REMEMBERED)(lambda name: name.translate(table))
