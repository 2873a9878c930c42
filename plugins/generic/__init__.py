"""Generic: whatever a script, a cron job or a small tool wants to report, as JSON that is documented here."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from psfbot.plugin import Alert, Configuration, Hook, Payload, Plain, Plugin, Secrets, Severity, State, links, when

UNTIMELY = "at: it lies more than five minutes ahead, or decades back. Mend the sender's clock, or leave the field out."
EMPTY = "there is nothing in it that anybody could read"
Url = Annotated[Plain, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]


class Settings(Configuration):
    """What an operator sets for scripts of their own."""

    names_start_with = "PSFBOT_GENERIC_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that scripts post to, `/hooks/generic/<secret>`; two while one replaces the other."""


plugin = Plugin("generic", about="Alerts of your own scripts and cron jobs, as plain JSON.", settings=Settings)


def something(text: str) -> str:
    """Refuse a text that is empty once controls and spaces are gone."""
    if not text:
        raise ValueError(EMPTY)
    return text


Needed = Annotated[Plain, AfterValidator(something)]


class Strict(Payload):
    """What somebody wrote for us: a misspelt field is told rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class Page(Strict):
    """A page about the problem."""

    title: Needed = "Details"
    url: Url


class Report(Strict):
    """One report about one problem; what is not given has a sensible value."""

    key: Needed
    state: State
    summary: Needed
    about: Plain = ""
    severity: Severity = Severity.ERROR
    at: datetime | None = None
    links: tuple[Page, ...] = ()
    detail: Plain = ""
    names: tuple[Needed, ...] = ()


@plugin.alerts(Report)
def read(report: Report, hook: Hook) -> Alert:
    """One key is one problem."""
    at = when(report.at, hook)
    if report.at and at is hook.received_at:
        raise ValueError(UNTIMELY)
    return Alert(
        source=plugin.name,
        key=report.key,
        about=report.about or next(iter(report.names), report.key),
        names=report.names,
        state=report.state,
        severity=report.severity,
        summary=report.summary,
        detail=report.detail,
        links=links(*((page.title, page.url) for page in report.links)),
        at=at,
    )


@plugin.delivery
def delivery(hook: Hook) -> str:
    """Each one counts: a cron job that fails every night says the same every night."""
    return ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let the recorded report be about now."""
    return hook.altered(at=hook.received_at.isoformat()) if "at" in hook.fields else hook
