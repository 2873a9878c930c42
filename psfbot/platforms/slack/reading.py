"""What Slack sends, as what somebody said: links unwrapped, entities decoded, the bot's own name left out."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

CONTROL = re.compile(r"<([@#!])([^<>|]*)(?:\|([^<>]*))?>")
"""People, channels and commands to Slack itself, with the words that it shows for them."""
LINK = re.compile(r"<((?:https?|mailto|tel|slack):[^<>|\s]+)(?:\|([^<>]*))?>", re.IGNORECASE)
SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)", re.IGNORECASE)
SPOKEN = frozenset({"", "file_share", "thread_broadcast"})
"""Kinds of message events in which a person says something new; edits, joins and the rest are none."""
LONGEST = 4000
"""Characters that are read of what somebody said: more than that is no question."""

Payload = Mapping[str, Any]


class Kind(StrEnum):
    """How somebody turned to the bot."""

    MENTION = "mention"
    DIRECT = "direct"
    COMMAND = "command"
    SHORTCUT = "shortcut"
    BUTTON = "button"
    FORM = "form"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a person said or pressed, and where an answer goes.

    `value` is what a button holds, or what else an action is about; `fields` is what was
    filled into a form. `reply_url` answers without being in the channel; `trigger` opens a
    form for three seconds. `view` is the window in which a button is, `about` what that keeps.
    """

    key: str
    kind: Kind
    user: str
    text: str = ""
    name: str = ""
    channel: str = ""
    thread: str = ""
    at: str = ""
    action: str = ""
    value: str = ""
    trigger: str = ""
    reply_url: str = ""
    view: str = ""
    about: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def direct(self) -> bool:
        """Does nobody else see it?"""
        return self.channel.startswith("D")


def plain(text: str, me: str = "", people: Mapping[str, str] | None = None) -> str:
    """Slack's text as people read it; mentions of the bot are gone, those of known people are their ids."""

    def named(found: re.Match[str]) -> str:
        sort, what, label = found[1], found[2], found[3]
        if sort == "@" and what == me:
            return " "
        if sort == "@":
            return (people or {}).get(what) or label or what
        if sort == "#":
            return f"#{label or what}"
        return label or what.partition("^")[0]

    def unwrapped(found: re.Match[str]) -> str:
        address, label = found[1], found[2]
        bare = SCHEME.sub("", address) if address.lower().startswith(("mailto:", "tel:")) else address
        same = label and SCHEME.sub("", address).rstrip("/") == label.rstrip("/")
        return label if same else bare

    return html.unescape(LINK.sub(unwrapped, CONTROL.sub(named, text[: 2 * LONGEST])))[:LONGEST].strip()


def key_of(payload: Payload) -> str:
    """What makes an event or an action one of a kind: Slack sends the same one again when it is in doubt."""
    if payload.get("event_id"):
        return f"event {payload['event_id']}"
    if payload.get("trigger_id"):
        return f"trigger {payload['trigger_id']}"
    view = part(payload, "view")
    return f"view {view.get('id', '')} {view.get('hash', '')}" if view else ""


def heard(payload: Payload, me: str, people: Mapping[str, str]) -> Heard | None:
    """What a payload says; nothing where it says nothing to the bot, or a bot says it."""
    sort = payload.get("type")
    if sort == "event_callback":
        return event(payload, me, people)
    if payload.get("command"):
        return command(payload, people)
    if sort in {"message_action", "shortcut"}:
        return shortcut(payload, me, people)
    if sort == "block_actions":
        return pressed(payload)
    return filled(payload) if sort == "view_submission" else None


def event(payload: Payload, me: str, people: Mapping[str, str]) -> Heard | None:
    """A mention, a direct message, or a look at the Home tab; never what a bot says."""
    said = part(payload, "event")
    user, sort = said.get("user"), said.get("type")
    if not user or not isinstance(user, str) or user == me or said.get("bot_id") or said.get("bot_profile"):
        return None
    if sort == "app_home_opened":
        home = said.get("tab") == "home"
        return Heard(key_of(payload), Kind.HOME, user) if home else None
    direct = sort == "message" and said.get("channel_type") == "im"
    if str(said.get("subtype") or "") not in SPOKEN or not (direct or sort == "app_mention"):
        return None
    at, thread = str(said.get("ts", "")), str(said.get("thread_ts", ""))
    return Heard(
        key_of(payload),
        Kind.DIRECT if direct else Kind.MENTION,
        user,
        plain(str(said.get("text") or ""), me, people),
        channel=str(said.get("channel", "")),
        thread=thread or ("" if direct else at),
        at=at,
    )


def command(payload: Payload, people: Mapping[str, str]) -> Heard:
    """`/psfbot …`: only who typed it sees the answer."""
    return Heard(
        key_of(payload),
        Kind.COMMAND,
        str(payload.get("user_id", "")),
        plain(str(payload.get("text") or ""), people=people),
        name=str(payload.get("user_name", "")),
        channel=str(payload.get("channel_id", "")),
        trigger=str(payload.get("trigger_id", "")),
        reply_url=str(payload.get("response_url", "")),
    )


def shortcut(payload: Payload, me: str, people: Mapping[str, str]) -> Heard:
    """A shortcut in the menu of a message: the message's words, whoever wrote them."""
    message = part(payload, "message")
    said = plain(str(message.get("text") or ""), me, people)
    done = str(payload.get("callback_id", ""))
    return replace(acted(payload, Kind.SHORTCUT), text=said, at=str(message.get("ts", "")), action=done)


def pressed(payload: Payload) -> Heard | None:
    """A button was pressed, or a field of the Home tab was filled in."""
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, dict):
        return None
    message, container, view = part(payload, "message"), part(payload, "container"), part(payload, "view")
    window = view.get("type") == "modal"
    return replace(
        acted(payload, Kind.BUTTON),
        thread=str(message.get("thread_ts") or ""),
        at=str(message.get("ts") or container.get("message_ts") or ""),
        action=str(action.get("action_id", "")),
        value=value_of(action),
        view=str(view.get("id", "")) if window else "",
        about=str(view.get("private_metadata") or "") if window else "",
    )


def filled(payload: Payload) -> Heard:
    """A form was sent: each field's words by the name of its block."""
    view = part(payload, "view")
    state = part(part(view, "state"), "values")
    fields = {
        block: value_of(part(inside, name)) for block in state for inside in (part(state, block),) for name in inside
    }
    about = str(view.get("private_metadata") or "")
    return replace(acted(payload, Kind.FORM), action=str(view.get("callback_id", "")), value=about, fields=fields)


def acted(payload: Payload, kind: Kind) -> Heard:
    """Who acted, where, and how to answer."""
    user, channel = part(payload, "user"), part(payload, "channel") or part(payload, "container")
    return Heard(
        key_of(payload),
        kind,
        str(user.get("id", "")),
        name=str(user.get("username") or user.get("name") or ""),
        channel=str(channel.get("id") or channel.get("channel_id") or ""),
        trigger=str(payload.get("trigger_id", "")),
        reply_url=str(payload.get("response_url", "")),
    )


def value_of(element: Mapping[str, Any]) -> str:
    """What somebody typed or chose in one field, or what a button holds."""
    ticked = element.get("selected_options")
    several = ",".join(str(one.get("value", "")) for one in ticked if isinstance(one, dict)) if ticked else ""
    chosen = part(element, "selected_option").get("value") or element.get("selected_date") or several
    return str(element.get("value") or chosen or "")


def part(payload: Payload, name: str) -> Payload:
    """An object inside another; an empty one where there is none."""
    found = payload.get(name)
    return found if isinstance(found, dict) else {}
