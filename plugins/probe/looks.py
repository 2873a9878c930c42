"""The three kinds of look: at a page, at a certificate, at a name."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from psfbot.plugin import Certificate as Shown
from psfbot.plugin import NotAsked, NotPublic, Round, Severity, Unreachable

from .declared import HTTPS, Certificate, Name, Page
from .looked import Seen
from .settings import Settings

WRONG = 400
"""Statuses from here on say that something is wrong, where no status is asked for."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WARNS, ERRS = 3, 10
"""A certificate that lives shortly warns in the last third of its life, and is an error in its last tenth."""
NAMED = 3
ANSWERED = "answered "


def settings_of(look: Round) -> Settings:
    """How patient to be."""
    return look.settings if isinstance(look.settings, Settings) else Settings()


async def at_page(page: Page, look: Round) -> Seen:
    """Does the page answer as it should? A name that led to a public address once must go on to do so."""
    answered = f"{ANSWERED}{page.host}"
    try:
        answer = await look.world.http.request("GET", page.url, seconds=settings_of(look).seconds)
    except NotPublic:
        if answered not in look.memory:
            raise
        return Seen(f"{page.url} does not answer: its name leads to no public address any more", silent=True)
    except NotAsked:
        raise
    except Unreachable as error:
        return Seen(unanswered(page.url, str(error)), silent=True)
    look.memory[answered] = True
    if page.status and answer.status != page.status:
        return Seen(f"{page.url} answers {answer.status} in place of {page.status}{answer.aside}")
    if not page.status and answer.status >= WRONG:
        return Seen(f"{page.url} answers {answer.status}{answer.aside}")
    if page.words and page.words not in answer.text:
        return Seen(f"{page.url} answers {answer.status}, but does not say '{page.words}'{answer.aside}")
    return Seen(good=f"{page.url} answers {answer.status}{answer.aside}")


def unanswered(url: str, why: str) -> str:
    """Why a page did not answer: what went wrong is told of its host, and the page is what people look for."""
    parts = urlsplit(url)
    told = why.rstrip(".").removeprefix(f"{parts.scheme}://{parts.netloc} ")
    return f"{url} does not answer ({why.rstrip('.')})" if told == why.rstrip(".") else f"{url} {told}"


async def at_certificate(place: Certificate, look: Round) -> Seen:
    """Is the certificate valid, and for how long?"""
    settings = settings_of(look)
    shown = await look.world.certificate(place.host, place.port, seconds=settings.seconds)
    name = f"The certificate of {place.host}{'' if place.port == HTTPS else f':{place.port}'}"
    others = f" and {len(shown.names) - NAMED} more" if len(shown.names) > NAMED else ""
    holders = ", ".join(shown.names[:NAMED]) or "nobody"
    detail = f"For {holders}{others}. Issued by {shown.issuer}, valid from {shown.starts_at:%Y-%m-%d} "
    detail += f"to {shown.ends_at:%Y-%m-%d %H:%M} UTC{shown.aside}."
    severity = weigh(shown, look.now, settings)
    if severity is None:
        return Seen(good=f"{name} is valid until {shown.ends_at:%Y-%m-%d}", detail=detail)
    if severity is Severity.CRITICAL:
        why = shown.trouble or f"it expired on {shown.ends_at:%Y-%m-%d}"
        return Seen(f"{name} is not valid: {why}{shown.aside}", severity=severity, detail=detail, at_once=True)
    when = f"{left(shown.ends_at, look.now)}, on {shown.ends_at:%Y-%m-%d}"
    return Seen(f"{name} ends {when}{shown.aside}", severity=severity, detail=detail, at_once=True, up=True)


def weigh(shown: Shown, now: datetime, settings: Settings) -> Severity | None:
    """How bad it is that a certificate ends when it does; nothing while that is far away.

    The days that are set are for those that live for months: one that lives for a day would always be near its end.
    """
    if shown.trouble or shown.ends_at <= now:
        return Severity.CRITICAL
    rest, life = shown.ends_at - now, shown.ends_at - shown.starts_at
    if rest <= min(settings.error_days * DAY, life / ERRS):
        return Severity.ERROR
    return Severity.WARNING if rest <= min(settings.warning_days * DAY, life / WARNS) else None


def left(ends: datetime, now: datetime) -> str:
    """How long it is until then: `in 10 days`, `in 23 hours`."""
    rest = ends - now
    number, unit = (rest // DAY, "day") if rest >= 2 * DAY else (rest // HOUR, "hour")
    return f"in {number} {unit}{'' if number == 1 else 's'}" if number else "within the hour"


async def at_name(name: Name, look: Round) -> Seen:
    """Does the name have the record that it should have?"""
    try:
        found = await look.world.records(name.host, name.kind, seconds=settings_of(look).seconds)
    except NotAsked:
        raise
    except Unreachable as error:
        return Seen(f"{name.host} cannot be looked up: {str(error).rstrip('.')}", silent=True)
    values = [record.value for record in found]
    if not values:
        return Seen(f"{name.host} has no {name.kind} record")
    if name.value and name.value.casefold() not in {value.casefold() for value in values}:
        return Seen(f"{name.host} has no {name.kind} {name.value}, but {', '.join(values[:NAMED])}")
    return Seen(good=f"{name.host} has {name.kind} {', '.join(values[:NAMED])}")
