"""What senders write, made harmless at the border: words, times and pages that may be missing, wrong or hostile."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from psfbot.plugin.hooks import Hook
from psfbot.relay.alert import AlertLink, in_utc, tidy
from psfbot.relay.judge import AHEAD
from psfbot.text import one_line

LONGEST = 5000
"""Characters of a text that are read: more than anybody is shown, and few enough to read a thousand of them."""
LONGEST_URL = 2000
YEARS = range(2000, 9999)
"""Years that are believed: senders write 0001 or 1970 where they mean that there is no time."""


def loose(otherwise: object) -> WrapValidator:
    """A field that is worth having, but not worth losing an alert over: what cannot be read counts as `otherwise`."""

    def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            return otherwise

    return WrapValidator(read)


def said(value: object) -> str:
    """A text, or a number as its digits, on one line and without control characters; anything else says nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value)[:LONGEST])


Said = Annotated[str, BeforeValidator(said)]
Plain = Annotated[str, BeforeValidator(tidy)]
"""A text, made harmless like `Said`, for bodies that must be right: anything that is no text is an error."""


def zoned(at: datetime | None) -> datetime | None:
    """A time that can be compared with others: one without a zone is in UTC."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


Time = Annotated[datetime | None, AfterValidator(zoned), loose(None)]
"""ISO 8601, or seconds or milliseconds since 1970, as a number or a text; anything else is no time."""


def when(at: datetime | None, hook: Hook) -> datetime:
    """When the source says it happened, in UTC; when it came, if the source does not say or its clock is wrong.

    A time that lies ahead must not stand: everything that happened before it would count as old news.
    """
    if at is None or at.year not in YEARS:
        return hook.received_at
    return hook.received_at if in_utc(at) > hook.received_at + AHEAD else in_utc(at)


def links(*pages: tuple[str, str]) -> tuple[AlertLink, ...]:
    """Titles and addresses as links; what is missing, too long or no web address is left out."""
    return tuple(
        AlertLink(title=title, url=url)
        for title, url in pages
        if url.startswith(("https://", "http://")) and " " not in url and len(url) <= LONGEST_URL
    )
