"""What Datadog makes of a template's variables: texts, tags and transitions, filled in or not."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from psfbot.plugin import Said, Severity, State

UNFILLED = re.compile(r"null|none|\$[A-Z_]+(\[.*\])?", re.IGNORECASE)
"""What stands where Datadog has no value: manual events have no monitor, and a misspelt variable is left as it is."""
BRACKETS = re.compile(
    r"(\[(P[1-5]|[^\]]{0,80}\b(triggered|recovered|no data|warn|alert|renotify)\b[^\]]{0,80})\]\s*)+", re.IGNORECASE
)
"""What Datadog puts before a monitor's name: its priority and its state, which are told anyway."""
MARKUP = re.compile(r"%%%|@webhook-\S+")
MOST_TAGS = 100
FIRING = {
    "triggered": Severity.ERROR, "alert": Severity.ERROR, "renotify": Severity.ERROR, "escalated": Severity.ERROR,
    "no data": Severity.ERROR, "warn": Severity.WARNING, "warning": Severity.WARNING,
}  # fmt: skip
RESOLVED = {"recovered", "ok", "resolved"}


def split(value: object) -> list[object]:
    """`a:b, c:d` with or without the space, or a list, as single tags."""
    if isinstance(value, list):
        return value[:MOST_TAGS]
    return [*value.split(",", MOST_TAGS)[:MOST_TAGS]] if isinstance(value, str) else []


def each_once(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags that say something, each of them once."""
    return tuple(dict.fromkeys(filter(None, tags)))


Filled = Annotated[Said, AfterValidator(lambda text: "" if UNFILLED.fullmatch(text) else text)]
"""A variable's value; empty where Datadog had none."""
Title = Annotated[Filled, AfterValidator(lambda text: text[found.end() :] if (found := BRACKETS.match(text)) else text)]
Message = Annotated[Filled, AfterValidator(lambda text: " ".join(MARKUP.sub("", text).split()))]
Tags = Annotated[tuple[Filled, ...], BeforeValidator(split), AfterValidator(each_once)]


def state_of(transition: str) -> tuple[State, Severity]:
    """The state after a transition (`Re-Triggered`, `Warn -> Triggered`), and how bad it is unless a priority says."""
    now = transition.lower().rpartition("->")[2].strip().removeprefix("re-")
    if now in RESOLVED:
        return State.RESOLVED, Severity.ERROR
    if now in FIRING:
        return State.FIRING, FIRING[now]
    msg = f"alert_transition is '{transition[:50]}', which I do not know: is it an alert, or the end of one?"
    raise ValueError(msg)
