"""UptimeRobot: is a site up, seen from outside, and how long is its certificate good for?"""

import re
from hashlib import sha256
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from psfbot.plugin import (
    Alert,
    Configuration,
    Hook,
    Ignored,
    Payload,
    Plugin,
    Said,
    Secrets,
    Severity,
    State,
    Time,
    links,
    when,
)

UNFILLED = re.compile(r"\*[A-Za-z]*\*")
"""What stands where UptimeRobot has no value: the variable itself, as it was written into the body."""
PRIVATE = re.compile(r"(?<=//)[^/?#@]*@|[?#].*")
"""Parts of an address that may hold a password or a token."""
DOWN, UP, EXPIRY = "1", "2", "3"
TYPES = {"down": DOWN, "up": UP}
UNNAMED = "monitorID, monitorURL and monitorFriendlyName are all empty, so nobody could tell what this is about."
UNTYPED = (
    "There is no alertType, so nobody could tell whether it is down or up. Paste the body of "
    "plugins/uptimerobot/README.md into the webhook, and send it as JSON."
)
SOON, NOW = 7, 1
"""Days before a certificate's end from which on it is an error, and critical."""
LONGEST_KEY = 300

Filled = Annotated[Said, AfterValidator(lambda text: "" if UNFILLED.fullmatch(text) else text)]
"""A variable's value; empty where UptimeRobot had none."""


class Settings(Configuration):
    """What an operator sets for UptimeRobot."""

    names_start_with = "PSFBOT_UPTIMEROBOT_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that it posts to, `/hooks/uptimerobot/<secret>`; two while one replaces the other."""


plugin = Plugin("uptimerobot", about="Uptime and expiring certificates of sites, by UptimeRobot.", settings=Settings)


class Notice(Payload):
    """What UptimeRobot tells an alert contact: texts, whatever they hold, and any of them may be missing."""

    number: Filled = Field(default="", alias="monitorID")
    url: Filled = Field(default="", alias="monitorURL")
    friendly: Filled = Field(default="", alias="monitorFriendlyName")
    type_: Filled = Field(default="", alias="alertType")
    word: Filled = Field(default="", alias="alertTypeFriendlyName")
    details: Filled = Field(default="", alias="alertDetails")
    lasted: Filled = Field(default="", alias="alertFriendlyDuration")
    at: Time = Field(default=None, alias="alertDateTime")
    expires: Filled = Field(default="", alias="sslExpiryDate")
    days_left: Filled = Field(default="", alias="sslExpiryDaysLeft")
    domain_expires: Filled = Field(default="", alias="domainExpireDate")
    dashboard: Filled = Field(default="", alias="dashboardUrl")

    @model_validator(mode="after")
    def it_says_what_and_how(self) -> Self:
        """A monitor, and what became of it: without either, nothing can be told."""
        if not self.type:
            raise ValueError(UNTYPED)
        if not self.name:
            raise ValueError(UNNAMED)
        return self

    @property
    def type(self) -> str:
        """The number of the type; by its name where the body has no number."""
        return self.type_ or TYPES.get(self.word.lower(), self.word)

    @property
    def page(self) -> str:
        """What the monitor looks at, without what may be secret in it: a page, or a host."""
        return PRIVATE.sub("", self.url)

    @property
    def name(self) -> str:
        """What people call the monitor."""
        return self.friendly or self.page or self.number

    @property
    def key(self) -> str:
        """The monitor's number, which stays when its name changes."""
        key = self.number or self.page or self.name
        return key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()


@plugin.alerts(Notice)
def read(notice: Notice, hook: Hook) -> Alert | Ignored:
    """One monitor is one problem, however often it flaps; the end of its certificate is another."""
    if notice.type == EXPIRY:
        return expiring(notice, hook)
    if notice.type not in {DOWN, UP}:
        return Ignored(f"{notice.name}: {notice.word or f'type {notice.type}'}, which is neither up nor down.")
    down = notice.type == DOWN
    lasted = f"It lasted {notice.lasted}" if notice.lasted and not down else ""
    return Alert(
        source=plugin.name,
        key=notice.key,
        about=notice.page or notice.name,
        names=names(notice),
        state=State.FIRING if down else State.RESOLVED,
        severity=Severity.ERROR,
        summary=f"{notice.name} is {'down' if down else 'up again'}",
        detail=" · ".join(filter(None, (notice.details, lasted))),
        links=links(("UptimeRobot", notice.dashboard), ("Checked page", notice.page)),
        at=when(notice.at, hook),
    )


def expiring(notice: Notice, hook: Hook) -> Alert:
    """A certificate or a domain that ends soon; nobody tells when it was renewed."""
    days = int(notice.days_left) if re.fullmatch(r"-?\d{1,5}", notice.days_left, re.ASCII) else None
    domain = bool(notice.domain_expires) and days is None
    what = "domain" if domain else "certificate"
    end = notice.domain_expires if domain else notice.expires
    return Alert(
        source=plugin.name,
        key=f"{notice.key} {what}",
        about=notice.page or notice.name,
        names=names(notice),
        state=State.FIRING,
        severity=urgency(days),
        summary=f"The {what} of {notice.name} {left(days)}",
        detail=" · ".join(filter(None, (f"It ends at {end}" if end else "", notice.details))),
        links=links(("UptimeRobot", notice.dashboard), ("Checked page", notice.page)),
        at=when(notice.at, hook),
        up=days is None or days >= 0,
    )


def left(days: int | None) -> str:
    """How long it is still good for, in words."""
    if days is None:
        return "ends soon"
    if days < 0:
        return "has ended"
    return {0: "ends today", 1: "ends tomorrow"}.get(days, f"ends in {days} days")


def urgency(days: int | None) -> Severity:
    """A week is time enough, a day is not; an unknown number is a warning."""
    if days is None or days > SOON:
        return Severity.WARNING
    return Severity.CRITICAL if days <= NOW else Severity.ERROR


def names(notice: Notice) -> tuple[str, ...]:
    """The monitor's name and number, under which the catalog may list it."""
    return tuple(dict.fromkeys(filter(None, (notice.friendly, notice.number))))


@plugin.delivery
def delivery(hook: Hook) -> str:
    """UptimeRobot numbers nothing: a body that says when it happened is one of a kind; without a time, each counts."""
    told = str(hook.fields.get("alertDateTime") or "")
    timed = bool(told) and not UNFILLED.fullmatch(told)
    return sha256(hook.body).hexdigest() if timed or not hook.fields else ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let what was recorded happen now."""
    return hook.altered(alertDateTime=str(hook.received_at.timestamp()))
