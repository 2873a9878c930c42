"""A checklist is started in a window: what is wrong with it stands below the field, and nothing is begun before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from psfbot.catalog.book import Book
from psfbot.catalog.model import Service
from psfbot.chat import clean
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Ask, Command
from psfbot.chat.message import Message
from psfbot.chat.permit import Level, standing
from psfbot.checklists.template import Template
from psfbot.commands.checklist_shown import doing
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.ask import BUSY, Desk, spell
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_start import Order, checked, fits, goes_on, going, silences, start, template_of, values
from psfbot.flows.understand import SURE, Bound, Reading
from psfbot.platforms.slack import checklist_forms as forms
from psfbot.platforms.slack import who
from psfbot.platforms.slack.checklist_cards import Cards, in_room, rooms
from psfbot.platforms.slack.checklist_forms import MUTE, VAR, Place
from psfbot.platforms.slack.checklist_telling import Telling
from psfbot.platforms.slack.reading import Heard, Kind
from psfbot.platforms.slack.views import View
from psfbot.text import cut, one_line, unique

WANTED = re.compile(
    r"(?:checklist|migration|runbook) start(?: (?P<template>\S+))?|(?:start|begin) (?:a )?checklist", re.IGNORECASE
)
SHORTCUT = "start_checklist"
"""The shortcut's name in docs/slack-manifest.yaml."""
NO_SERVICE = "The catalog knows no service called '{said}'.{hint}"
NO_MEMBER = "To start a checklist you must be a member, and {reason}."
PAST = "This day is over already."
STARTED = "Started: checklist {number}, {name} for {service}. {where}"
HERE, THERE, NOWHERE = "It is in this channel.", "It is in {rooms}.", "Look at it: checklist {number}"


@dataclass
class Starting:
    """Starts checklists by a form."""

    desk: Desk
    cards: Cards
    telling: Telling

    @property
    def lists(self) -> Checklists:
        """What is kept of runs, and the templates."""
        if self.cards.lists is None:
            raise UserError(forms.OFF)
        return self.cards.lists

    async def open(self, heard: Heard) -> None:
        """Open the form where somebody asked for it."""
        found = WANTED.fullmatch(clean.question(heard.text))
        place = Place("start", channel="" if heard.direct else heard.channel)
        chosen = (found["template"] or "") if found else ""
        await self.telling.open(heard, self.form(place, chosen.lower()))

    async def chosen(self, heard: Heard) -> None:
        """A template was chosen: ask what it asks for."""
        place = Place.unpacked(heard.about) or Place("start")
        await self.telling.open(heard, self.form(place, heard.value))

    def form(self, place: Place, chosen: str = "") -> View:
        """The form."""
        return forms.starting(place, self.lists.shelf.templates, chosen, catalog=self.desk.book().catalog)

    async def amiss(self, heard: Heard) -> Mapping[str, str]:
        """What is wrong, by field; nothing where it can be started."""
        field = "template"
        try:
            template = template_of(self.lists, heard.fields.get("template", ""))
            field = "service"
            service = self.service(heard)
            await self.free(heard, template, service)
            if wrong := unfit(template, heard.fields, self.desk.book()):
                return wrong
            field = next((name for name in heard.fields if name.startswith(VAR)), "template")
            values(template, service, given(heard), self.desk.book())
            field = MUTE
            if heard.fields.get(MUTE):
                silences(service, doing(self.ask(heard), service.id))
            field = "target"
            self.ahead(heard)
        except UserError as error:
            return {field: cut(str(error), 300)}
        return {}

    async def free(self, heard: Heard, template: Template, service: Service) -> None:
        """Refuse what does not apply to the service, goes on there already, or is not theirs to start."""
        held = standing(self.message(heard).speaker, self.desk.book().catalog, service)
        if held.level < Level.MEMBER:
            raise UserError(NO_MEMBER.format(reason=held.reason))
        fits(template, service, self.desk.book())
        if known := await self.lists.read(lambda runs: going(runs, service, template)):
            raise UserError(goes_on(known, doing(self.ask(heard), service.id)))

    def ahead(self, heard: Heard) -> None:
        """Refuse a day that is over."""
        if (day := target(heard)) and day < self.desk.now().date():
            raise UserError(PAST)

    async def begin(self, heard: Heard) -> None:
        """Start it; the message that shows it comes by itself."""
        book = self.desk.book()
        service = self.service(heard)
        order = Order(
            template_of(self.lists, heard.fields.get("template", "")),
            given(heard),
            self.message(heard),
            mute=bool(heard.fields.get(MUTE)),
            target=target(heard),
        )
        bound = {"service": Bound(0, service), "order": Bound(0, order)}
        try:
            answer = await in_room(self.desk, heard.channel or None).run(Reading(STARTS, bound, 1), order.message, book)
        except StoreBusy as busy:
            answer = Answer(BUSY.format(reason=busy), outcome=Outcome.REFUSED)
        self.cards.bell.set()
        await self.telling.tell(heard, answer)

    def service(self, heard: Heard) -> Service:
        """The service that was typed: one that the catalog knows by exactly this name."""
        said = clean.name(one_line(heard.fields.get("service", "")))
        found = self.desk.book().find(said, ("service",))
        sure = [hit.record for hit in found.hits if hit.how in SURE]
        if len(sure) == 1 and isinstance(record := sure[0], Service):
            return record
        near = list(unique(spell(hit) for hit in (found.hits or found.near)))[:3]
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        raise UserError(NO_SERVICE.format(said=cut(said, 60), hint=hint))

    def message(self, heard: Heard) -> Message:
        """What a form says, as somebody might have typed it."""
        said = f"checklist start {heard.fields.get('template', '')} {heard.fields.get('service', '')}"
        told_ = " ".join(f'{name}="{value}"' for name, value in given(heard).items())
        mute = " mute" if heard.fields.get(MUTE) else ""
        text = one_line(f"{said}{f' with {told_}' if told_ else ''}{mute}")
        return who.message(replace(heard, kind=Kind.FORM), self.desk.book().catalog, text)

    def ask(self, heard: Heard) -> Ask:
        """Who starts it, and what is known."""
        return self.desk.ask(self.message(heard), self.desk.book())


async def checklist_start(ask: Ask, service: Service, order: Order) -> Answer:
    """Start a checklist."""
    made = await start(ask.port(Checklists), order, service, doing(ask, service.id))
    run, here = made.run, ask.message.room
    known = rooms(run.rooms)
    where = NOWHERE.format(number=run.number)
    if known:
        where = HERE if here in known else THERE.format(rooms=", ".join(known))
    said = STARTED.format(number=run.number, name=run.template.name, service=run.service, where=where)
    return Answer(said, data={"started": run.number})


STARTS = Command("starting checklists", checklist_start, (), Level.MEMBER, writes=True)


def wanted(heard: Heard) -> bool:
    """Does somebody ask for the form?"""
    if heard.kind is Kind.SHORTCUT:
        return heard.action == SHORTCUT
    return heard.kind is Kind.COMMAND and WANTED.fullmatch(clean.question(heard.text)) is not None


def given(heard: Heard) -> dict[str, str]:
    """What was filled in of what the template asks for."""
    told_ = {name.removeprefix(VAR): one_line(text) for name, text in heard.fields.items() if name.startswith(VAR)}
    return {name: text for name, text in told_.items() if text}


def target(heard: Heard) -> date | None:
    """The day to be done by."""
    said = heard.fields.get("target", "")
    return date.fromisoformat(said) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said) else None


def unfit(template: Template, fields: Mapping[str, str], book: Book) -> dict[str, str]:
    """The values that may not stand where they do, each below its field."""
    wrong: dict[str, str] = {}
    for name in template.variables:
        said = one_line(fields.get(f"{VAR}{name}", ""))
        try:
            checked(template, {name: said} if said else {}, book)
        except UserError as error:
            wrong[f"{VAR}{name}"] = cut(str(error), 300)
    return wrong
