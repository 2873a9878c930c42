"""Windows of checklists: evidence, reasons, all steps of a run, and what starts one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psfbot.catalog.model import Catalog
from psfbot.checklists.template import Template, Variable
from psfbot.checklists.variables import filled
from psfbot.checklists.view import Row
from psfbot.platforms.slack import limits
from psfbot.platforms.slack.blocks import Block, Element, markup, words
from psfbot.platforms.slack.checklist_card import FORM, START, TEMPLATE
from psfbot.platforms.slack.views import View, field, typed, within
from psfbot.platforms.slack.words import marked
from psfbot.text import one_line

VAR = "var:"
"""How the block of a variable begins."""
LONGEST, REASON = 500, 300
WINDOW = 40_000
"""Characters of a window's blocks."""
TEMPLATES = 100
"""Choices of one list."""
TITLES = {
    "prove": ("Done", "Done", "What did you see, or do?", "what shows that it is done"),
    "skip": ("Leave it out", "Skip", "Why is it left out?", "the service has no database"),
    "block": ("Something holds it up", "Block", "What holds it up?", "the provider has no such hosts yet"),
    "pause": ("Let it rest", "Pause", "Why?", "the release comes first"),
    "abort": ("Give it up", "Give up", "Why?", "the wheels are missing"),
}
OFF = "This bot keeps no checklists."
LINK = "A link that shows it is done"
CHOOSE = "Choose a checklist first: what it asks for comes then."
EMPTY = "Left empty: {}"
MUTE, MUTED = "mute", "Silence the alerts of the service until the checklist ends"


@dataclass(frozen=True, slots=True)
class Place:
    """What a form is about, kept in it while somebody fills it in: a verb, a run and a step, and where it was asked."""

    verb: str
    run: int = 0
    step: int = 0
    channel: str = ""
    message: str = ""

    @property
    def packed(self) -> str:
        """As the form carries it."""
        return json.dumps(asdict(self))[: limits.PRIVATE]

    @classmethod
    def unpacked(cls, text: str) -> "Place | None":
        """Read it back; nothing when it is not ours."""
        try:
            found = json.loads(text)
            numbers = int(found["run"]), int(found["step"])
            return cls(str(found["verb"]), *numbers, str(found["channel"]), str(found["message"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            return None


def window(name: str, title: str, submit: str, place: Place, blocks: Sequence[Block]) -> View:
    """A form with two buttons at its end."""
    return {
        "type": "modal",
        "callback_id": name,
        "title": words(title, limits.TITLE),
        "submit": words(submit, limits.TITLE),
        "close": words("Cancel", limits.TITLE),
        "private_metadata": place.packed,
        "blocks": list(blocks),
    }


def asks(place: Place, row: Row | None) -> View:
    """Ask for evidence, or for a reason."""
    title, submit, label, example = TITLES[place.verb]
    url = place.verb == "prove" and row is not None and row.evidence == "url"
    box = typed(LONGEST if place.verb == "prove" else REASON, "https://…" if url else example)
    told = [{"type": "section", "text": markup(f"*{row.spot}*  {marked(row.text, 1000)}")}] if row else []
    entry = field("text", LINK if url else label, {**box, "multiline": not url})
    optional = {"optional": True} if place.verb == "pause" else {}
    return window(FORM, title, submit, place, [*told, {**entry, **optional}])


def paper(title: str, blocks: Sequence[Block]) -> View:
    """Something to read."""
    return {
        "type": "modal",
        "title": words(title, limits.TITLE),
        "close": words("Close", limits.TITLE),
        "blocks": within(blocks, WINDOW)[: limits.HOME_BLOCKS],
    }


def starting(
    place: Place, templates: Mapping[str, Template], chosen: str = "", service: str = "", catalog: Catalog | None = None
) -> View:
    """Ask what a checklist needs before it begins; what only its template asks for, once that is chosen."""
    known = sorted(templates.values(), key=lambda one: one.name)[:TEMPLATES]
    options = [option(f"{one.name}: {one.title}", one.name) for one in known]
    pick: Element = {"type": "static_select", "action_id": TEMPLATE, "options": options}
    pick["placeholder"] = words("arm64, cabotage …", limits.HINT)
    template = templates.get(chosen)
    pick |= {"initial_option": next(one for one in options if one["value"] == chosen)} if template else {}
    name = typed(200, "www.python.org")
    name |= {"initial_value": service} if service else {}
    blocks: list[Block] = [
        {**field("template", "Which checklist?", pick), "dispatch_action": True},
        field("service", "For which service?", name),
    ]
    blocks += about(template, catalog) if template else [small(CHOOSE)]
    silence = {"type": "checkboxes", "action_id": "value", "options": [option(MUTED, MUTE)]}
    day = {"type": "datepicker", "action_id": "value"}
    blocks += [
        {**field(MUTE, "Alerts", silence), "optional": True},
        {**field("target", "To be done by", day), "optional": True},
    ]
    return window(START, "Start a checklist", "Start", place, blocks)


def about(template: Template, catalog: Catalog | None) -> list[Block]:
    """What a template is for, and what it asks."""
    told = f"{one_line(template.about)} {len(template.steps)} steps, for: {template.applies_to}"
    return [small(told), *(asked(name, one, catalog) for name, one in template.variables.items())]


def asked(name: str, variable: Variable, catalog: Catalog | None) -> Block:
    """One thing that must be known."""
    label = one_line(variable.ask)
    made = {**field(f"{VAR}{name}", label[:200], box(variable, catalog)), "optional": True}
    needed = variable.required and not variable.default
    hint = (
        EMPTY.format(filled(variable.default, {})) if variable.default else "May be left empty." if not needed else ""
    )
    if needed:
        del made["optional"]
    return {**made, "hint": words(hint, limits.HINT)} if hint else made


def box(variable: Variable, catalog: Catalog | None) -> Element:
    """Where it is typed, or chosen."""
    records: dict[str, Any] = {}
    if catalog:
        records = {"provider": catalog.providers, "platform": catalog.platforms, "team": catalog.teams}
    choices = variable.one_of or tuple(sorted(records.get(variable.kind, ())))
    if not 0 < len(choices) <= TEMPLATES:
        return {"type": "plain_text_input", "action_id": "value", "max_length": REASON}
    return {"type": "static_select", "action_id": "value", "options": [option(one, one) for one in choices]}


def option(said: str, value: str) -> Element:
    """One choice."""
    return {"text": words(said, limits.BUTTON), "value": value[:150]}


def small(said: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [markup(marked(said, 1000))]}
