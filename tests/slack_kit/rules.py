"""Slack's limits, written down a second time from its documentation: what breaks one is refused by the real Slack."""

import json
import re
from collections.abc import Iterator
from typing import Any

ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
CONTROL = re.compile(r"<([^<>]*)>")
LINKED = re.compile(r"https?://[^\s<>|]+(\|[^<>|]+)?")
LOUD = re.compile(r"@(channel|here|everyone|group)\b", re.IGNORECASE)


def faults(message: dict[str, Any]) -> list[str]:
    """What Slack would refuse in a message, or what would ring where it must not."""
    return [*text_faults("text", message.get("text"), 4000, markup=True), *block_faults(message.get("blocks", []), 50)]


def view_faults(view: dict[str, Any]) -> list[str]:
    found = list(block_faults(view["blocks"], 100, most=250_000))
    for name in ("title", "submit", "close"):
        if name in view:
            found += plain_faults(name, view[name], 24)
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata is too long")
    if view["type"] == "modal" and any(b["type"] == "input" for b in view["blocks"]) and "submit" not in view:
        found.append("a form without a submit button")
    return found


def block_faults(blocks: list[dict[str, Any]], count: int, most: int = 13_000) -> Iterator[str]:
    if len(blocks) > count:
        yield f"{len(blocks)} blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > most:
        yield "msg_blocks_too_long"
    names = [element["action_id"] for element in elements(blocks) if "action_id" in element]
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(names) != len(set(names)) and not named:
        yield f"an action_id twice: {names}"
    for block in blocks:
        yield from one(block)


def elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        yield from block.get("elements", [])
        yield from (block[name] for name in ("element", "accessory") if name in block)


def one(block: dict[str, Any]) -> Iterator[str]:
    sort = block["type"]
    if sort == "section":
        yield from object_faults("section", block["text"], 3000)
        if "accessory" in block:
            yield from element_faults(block["accessory"])
    elif sort == "header":
        yield from plain_faults("header", block["text"], 150)
    elif sort == "context":
        yield from small_faults(block["elements"])
    elif sort == "actions":
        yield from row_faults(block["elements"])
    elif sort == "input":
        yield from plain_faults("label", block["label"], 2000)
        yield from field_faults(block["element"])
        if "hint" in block:
            yield from plain_faults("hint", block["hint"], 2000)
    elif sort != "divider":
        yield f"an unknown block {sort}"


def row_faults(buttons: list[dict[str, Any]]) -> Iterator[str]:
    if not 0 < len(buttons) <= 25:
        yield "a row with too many buttons"
    for button in buttons:
        yield from element_faults(button)


def element_faults(element: dict[str, Any]) -> Iterator[str]:
    if element["type"] == "overflow":
        yield from field_faults(element)
        if not 0 < len(element["options"]) <= 5 or not 0 < len(element["action_id"]) <= 255:
            yield "an overflow menu with too many options"
        return
    yield from button_faults(element)
    if asked := element.get("confirm"):
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            yield from plain_faults(name, asked[name], most)


def small_faults(texts: list[dict[str, Any]]) -> Iterator[str]:
    if not 0 < len(texts) <= 10:
        yield "a context with too many elements"
    for text in texts:
        yield from object_faults("context", text, 3000)


def button_faults(button: dict[str, Any]) -> Iterator[str]:
    yield from plain_faults("button", button["text"], 75)
    if not 0 < len(button["action_id"]) <= 255:
        yield "action_id"
    if len(button.get("value", "")) > 2000 or button.get("value") == "":
        yield "value"
    if "url" in button and not (
        len(button["url"]) <= 3000 and button["url"].lower().startswith(("http://", "https://"))
    ):
        yield "url"


def field_faults(element: dict[str, Any]) -> Iterator[str]:
    if "placeholder" in element:
        yield from plain_faults("placeholder", element["placeholder"], 150)
    if not 0 < element.get("max_length", 1) <= 3000:
        yield "max_length"
    options = element.get("options", [{"text": {"type": "plain_text", "text": "x"}, "value": "x"}])
    if not 0 < len(options) <= 100 or element.get("initial_option", options[0]) not in options:
        yield "options"
    for option in options:
        yield from plain_faults("option", option["text"], 75)
        if not 0 < len(option["value"]) <= 150:
            yield "option value"


def object_faults(what: str, text: dict[str, Any], most: int) -> Iterator[str]:
    if text["type"] == "plain_text":
        yield from plain_faults(what, text, most)
    else:
        yield from text_faults(what, text["text"], most, markup=True)


def plain_faults(what: str, text: dict[str, Any], most: int) -> Iterator[str]:
    if text["type"] != "plain_text":
        yield f"{what} is not plain"
    yield from text_faults(what, text["text"], most, markup=False)


def text_faults(what: str, text: Any, most: int, *, markup: bool) -> Iterator[str]:
    if not isinstance(text, str) or not text:
        yield f"{what} is empty"
        return
    if len(text) > most:
        yield f"{what} has {len(text)} characters"
    if LOUD.search(text):
        yield f"{what} calls everybody"
    if any((ord(c) < 32 and c != "\n") or "\ud800" <= c <= "\udfff" for c in text):
        yield f"{what} has control characters"
    if markup:
        yield from markup_faults(what, text)


def markup_faults(what: str, text: str) -> Iterator[str]:
    if ENTITY.search(text):
        yield f"{what} has a bare &"
    rest = CONTROL.sub("", text)
    if "<" in rest or ">" in rest:
        yield f"{what} has a bare < or >"
    for inside in CONTROL.findall(text):
        if not LINKED.fullmatch(inside):
            yield f"{what} has a control sequence: <{inside[:60]}>"
