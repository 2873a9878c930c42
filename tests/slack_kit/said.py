"""What Slack sends when people talk, press and fill in: payloads as the real ones look, with test data in them."""

from itertools import count
from typing import Any

_ids = count(1)


def event(event: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    number = next(_ids)
    return {
        "type": "event_callback",
        "team_id": "T0",
        "api_app_id": "A0",
        "event_id": event_id or f"Ev{number:08}",
        "event_time": 1795189579,
        "authorizations": [{"team_id": "T0", "user_id": "U0BOT", "is_bot": True}],
        "event": {"event_ts": f"1795189000.{number:06}", **event},
    }


def mention(
    text: str, user: str, channel: str, *, thread: str = "", ts: str = "", event_id: str = "", **more: Any
) -> dict[str, Any]:
    at = ts or f"1795189000.{next(_ids):06}"
    said = {"type": "app_mention", "user": user, "text": text, "channel": channel, "ts": at, **more}
    return event({**said, **({"thread_ts": thread} if thread else {})}, event_id)


def direct(text: str, user: str, channel: str, *, ts: str = "", event_id: str = "", **more: Any) -> dict[str, Any]:
    at = ts or f"1795189000.{next(_ids):06}"
    said = {"type": "message", "channel_type": "im", "user": user, "text": text, "channel": channel, "ts": at, **more}
    return event(said, event_id)


def home(user: str) -> dict[str, Any]:
    return event({"type": "app_home_opened", "user": user, "tab": "home", "channel": "D0TALK"})


def command(text: str, user: str, channel: str, respond: str, trigger: str, name: str = "somebody") -> dict[str, Any]:
    return {
        "command": "/psfbot", "text": text, "user_id": user, "user_name": name, "channel_id": channel,
        "channel_name": "python-infra", "team_id": "T0", "trigger_id": trigger, "response_url": respond,
        "api_app_id": "A0", "token": "x",
    }  # fmt: skip


def shortcut(text: str, user: str, channel: str, respond: str, trigger: str) -> dict[str, Any]:
    return {
        "type": "message_action", "callback_id": "who_owns", "trigger_id": trigger, "response_url": respond,
        "user": {"id": user, "name": "somebody"}, "channel": {"id": channel, "name": "python-infra"},
        "team": {"id": "T0"}, "message": {"type": "message", "user": "U0OTHER", "ts": "1795189000.0001", "text": text},
    }  # fmt: skip


def press(message: dict[str, Any], action: str, user: str, channel: str, respond: str, trigger: str) -> dict[str, Any]:
    """Somebody presses a button of a message."""
    found = [e for b in message["blocks"] for e in b.get("elements", []) if e.get("action_id") == action]
    assert found, f"there is no button {action}"
    return {
        "type": "block_actions", "trigger_id": trigger, "response_url": respond,
        "user": {"id": user, "username": "somebody"}, "channel": {"id": channel, "name": "python-infra"},
        "team": {"id": "T0"}, "message": message, "container": {"type": "message", "message_ts": message.get("ts", "")},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": found[0].get("value", "")}],
    }  # fmt: skip


def search(text: str, user: str, trigger: str) -> dict[str, Any]:
    """Somebody types into the search box of the Home tab."""
    return {
        "type": "block_actions", "trigger_id": trigger, "user": {"id": user, "username": "somebody"},
        "team": {"id": "T0"}, "container": {"type": "view"}, "view": {"id": "V0", "type": "home"},
        "actions": [{"type": "plain_text_input", "action_id": "home:search", "block_id": "search", "value": text}],
    }  # fmt: skip


def submit(view: dict[str, Any], user: str, **fields: str) -> dict[str, Any]:
    """Somebody sends a form."""
    sorts = {block["block_id"]: block["element"]["type"] for block in view["blocks"] if block["type"] == "input"}
    assert sorts.keys() == fields.keys()
    values = {name: {"value": filled(sorts[name], said)} for name, said in fields.items()}
    return {
        "type": "view_submission", "user": {"id": user, "username": "somebody"}, "team": {"id": "T0"},
        "trigger_id": f"trigger-submit-{next(_ids)}",
        "view": {**view, "hash": "1", "state": {"values": values}},
    }  # fmt: skip


def filled(sort: str, said: str) -> dict[str, Any]:
    return (
        {"type": sort, "selected_option": {"value": said}} if sort == "static_select" else {"type": sort, "value": said}
    )
