"""Prometheus Alertmanager: which rules fire, and for which instances?"""

from collections.abc import Iterator

from pydantic import Field

from psfbot.plugin import Alert, Configuration, Hook, Ignored, Plugin, Secrets, State, links, when

from .group import Group, Member


class Settings(Configuration):
    """What an operator sets for Alertmanager."""

    names_start_with = "PSFBOT_ALERTMANAGER_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that it posts to, `/hooks/alertmanager/<secret>`; two while one replaces the other."""


plugin = Plugin("alertmanager", about="Alerts of Prometheus, by way of Alertmanager.", settings=Settings)


@plugin.alerts(Group)
def read(group: Group, hook: Hook) -> Iterator[Alert] | Ignored:
    """Each member of a group is a problem of its own: it may end before the others do."""
    if not group.alerts:
        return Ignored("The group has no alerts.")
    return (alert(member, group, hook) for member in group.alerts)


def alert(member: Member, group: Group, hook: Hook) -> Alert:
    """One member, with what only its group knows."""
    state = member.status or group.status
    if state is None:
        msg = "Neither alerts.status nor status says whether this alert fires or is over."
        raise ValueError(msg)
    notes = member.annotations
    about = member.subjects[0] if member.subjects else member.name
    return Alert(
        source=plugin.name,
        key=member.key,
        about=about,
        names=tuple(filter(None, (member.labels.get(name, "") for name in ("alertname", "service", "job")))),
        hints=member.subjects[1:],
        state=State(state),
        severity=member.severity,
        summary=member.summary or f"{member.name} on {about}",
        detail=" · ".join(filter(None, (notes.get("description", ""), group.left_out))),
        links=links(
            ("Runbook", notes.get("runbook_url", "")),
            ("Dashboard", notes.get("dashboard_url", "") or member.dashboard),
            ("Rule", member.generator),
            ("Alertmanager", group.external),
        ),
        at=when(member.starts_at if state == "firing" else member.ends_at, hook),
        holds=state == "firing",  # after a while in which no rule was heard of, it goes on with what it called over
    )


@plugin.delivery
def delivery(hook: Hook) -> str:
    """Each one counts: a group is sent again as long as it fires, and an alert may come back looking the same."""
    return ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let the recorded alerts begin, or end, now."""
    now = hook.received_at.isoformat()
    alerts = hook.fields.get("alerts")
    if not isinstance(alerts, list):
        return hook
    return hook.altered(
        alerts=[{**entry, "startsAt": now, "endsAt": now} for entry in alerts if isinstance(entry, dict)]
    )
