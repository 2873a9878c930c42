"""The way out over HTTP: one client, bounded in time and size."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from psfbot.errors import UserError

SECONDS = 10.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that no proxy leads to."""
LONGEST = 2000
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said."""

    status: int
    text: str


async def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answered:
    """Post a body; trouble on the way is told in words, without the address's secrets."""
    try:
        here = (httpx.URL(url).host or "") in LOOPBACK
        async with httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=not here) as client:
            response = await client.post(url, content=body, headers=dict(headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        where = url.partition("/hooks/")[0]
        raise UserError(f"Nobody answered at {where} ({type(error).__name__}). Is the bot running there?") from error
    return Answered(response.status_code, response.text[:LONGEST])
