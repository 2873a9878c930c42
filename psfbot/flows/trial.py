"""A recorded webhook made to look as if it happened just now, so that it is taken and not called stale."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
WHEN = re.compile(r"time|date|stamp|_at$|since|updated|happened", re.IGNORECASE)
SECONDS = range(1_000_000_000, 4_000_000_000)
MILLISECONDS = range(1_000_000_000_000, 4_000_000_000_000)
NEVER = 2000
"""Years before this one are placeholders, such as Alertmanager's year 1."""


def restamp(body: bytes, now: datetime) -> bytes:
    """The same body with all of its times moved so that the latest is now; one that is no JSON stays as it is."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return body
    latest = max(moments(told, ""), default=None)
    if latest is None:
        return body
    return json.dumps(moved(told, "", now - latest), ensure_ascii=False).encode()


def moments(value: object, key: str) -> Iterator[datetime]:
    """Every time that stands somewhere in the body."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from moments(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from moments(inner, key)
    elif (at := moment(value, key)) is not None:
        yield at


def moment(value: object, key: str) -> datetime | None:
    """The time that a value means: an ISO date and time, or seconds or milliseconds under a telling name."""
    if isinstance(value, str) and ISO.fullmatch(value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return None
        return None if at.year < NEVER else at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    if isinstance(value, int) and not isinstance(value, bool) and WHEN.search(key):
        if value in SECONDS:
            return datetime.fromtimestamp(value, UTC)
        if value in MILLISECONDS:
            return datetime.fromtimestamp(value / 1000, UTC)
    return None


def moved(value: object, key: str, by: timedelta) -> object:
    """The body with each time moved, in the form that it had."""
    if isinstance(value, dict):
        return {name: moved(inner, str(name), by) for name, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, key, by) for inner in value]
    at = moment(value, key)
    if at is None:
        return value
    if isinstance(value, int):
        factor = 1 if value in SECONDS else 1000
        return int((at + by).timestamp() * factor)
    return shaped(at + by, str(value))


def shaped(at: datetime, like: str) -> str:
    """A time written like another: with or without a fraction and a zone."""
    text = at.isoformat(timespec="milliseconds" if "." in like else "seconds").removesuffix("+00:00")
    zone = like[19:].lstrip(".0123456789")
    return text + ("Z" if zone.startswith("Z") else "+00:00" if zone else "")
