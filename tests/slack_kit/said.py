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
    name, _, chosen = action.partition("=")
    held = [*message["blocks"], *({"elements": [b["accessory"]]} for b in message["blocks"] if "accessory" in b)]
    found = [e for b in held for e in b.get("elements", []) if e.get("action_id") == name]
    assert found, f"there is no button {action}"
    if chosen:
        assert chosen in [option["value"] for option in found[0]["options"]]
    return {
        "type": "block_actions", "trigger_id": trigger, "response_url": respond,
        "user": {"id": user, "username": "somebody"}, "channel": {"id": channel, "name": "python-infra"},
        "team": {"id": "T0"}, "message": message, "container": {"type": "message", "message_ts": message.get("ts", "")},
        "actions": [used(found[0], chosen)],
    }  # fmt: skip


def used(element: dict[str, Any], chosen: str) -> dict[str, Any]:
    """A button that was pressed, or a choice that was made."""
    held = {"selected_option": {"value": chosen}} if chosen else {"value": element.get("value", "")}
    return {"type": element["type"], "action_id": element["action_id"], "block_id": "b", **held}


def inside(view: dict[str, Any], action: str, user: str, trigger: str) -> dict[str, Any]:
    """Somebody presses a button of a window or of the Home tab, or chooses something there: `ACTION=VALUE`."""
    name, _, chosen = action.partition("=")
    held = [e for b in view["blocks"] for e in (*b.get("elements", []), b.get("element"), b.get("accessory")) if e]
    element = next(e for e in held if e.get("action_id") == name)
    return {
        "type": "block_actions", "trigger_id": trigger, "user": {"id": user, "username": "somebody"},
        "team": {"id": "T0"}, "container": {"type": "view", "view_id": view.get("id", "V0")},
        "view": {"id": "V0", **view}, "actions": [used(element, chosen)],
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
    must = {block["block_id"] for block in view["blocks"] if block["type"] == "input" and not block.get("optional")}
    assert must <= fields.keys() <= sorts.keys()
    values = {name: {"value": filled(sorts[name], said)} for name, said in fields.items()}
    return {
        "type": "view_submission", "user": {"id": user, "username": "somebody"}, "team": {"id": "T0"},
        "trigger_id": f"trigger-submit-{next(_ids)}",
        "view": {**view, "hash": "1", "state": {"values": values}},
    }  # fmt: skip


def filled(sort: str, said: str) -> dict[str, Any]:
    held = {
        "static_select": {"selected_option": {"value": said}},
        "checkboxes": {"selected_options": [{"value": said}] if said else []},
        "datepicker": {"selected_date": said or None},
    }
    return {"type": sort, **held.get(sort, {"value": said})}
