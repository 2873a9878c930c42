"""Buttons and forms of checklists: each is a command in the name of whoever pressed it, with the same rights and words.

Who is late is told by whom it was done, and when; the message itself shows it to everybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Command
from psfbot.checklists import progress
from psfbot.checklists.progress import Refused as Shut
from psfbot.checklists.progress import Why
from psfbot.checklists.run import Run
from psfbot.checklists.view import Row, row, view
from psfbot.commands import checklist_steps, checklists
from psfbot.commands.checklist_shown import doing, owns
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.ask import BUSY, Desk
from psfbot.flows.checklist import Checklists
from psfbot.flows.understand import Bound, Reading
from psfbot.platforms.slack import checklist_forms as forms
from psfbot.platforms.slack import who
from psfbot.platforms.slack.blocks import Block
from psfbot.platforms.slack.checklist_card import BEGIN, FORM, OURS, START, TEMPLATE, every_step
from psfbot.platforms.slack.checklist_cards import Cards, in_room
from psfbot.platforms.slack.checklist_forms import Place
from psfbot.platforms.slack.checklist_home import mine
from psfbot.platforms.slack.checklist_starting import Starting
from psfbot.platforms.slack.checklist_telling import Telling
from psfbot.platforms.slack.reading import Heard, Kind
from psfbot.text import one_line

DOES: Mapping[str, Callable[..., Any]] = {
    "done": checklist_steps.done, "prove": checklist_steps.done, "confirm": checklist_steps.confirm,
    "skip": checklist_steps.skip, "block": checklist_steps.block, "check": checklist_steps.check_step,
    "take": checklist_steps.assign, "undo": checklist_steps.undo_step, "mine": checklist_steps.undo,
    "unblock": checklist_steps.undo_step, "reopen": checklist_steps.undo_step,
    "pause": checklist_steps.pause, "resume": checklist_steps.resume, "abort": checklist_steps.abort,
    "about": checklists.checklist_step,
}  # fmt: skip
"""What each button does; the commands are those that people type."""
TAKES_BACK = {"unblock": "blocked", "reopen": "slipped"}
"""What a step must still be for a button that opens it again: a message may be older than what was done since."""
OLD = "This message was old: {spot} is {state} now. Nothing changed."
MOST = 1000
ASKS = frozenset(forms.TITLES)
"""Verbs that ask for a few words first."""
DECIDES: Mapping[str, Callable[..., progress.Decision]] = {
    "prove": progress.tick,
    "skip": progress.skip,
    "block": progress.block,
}
WHOLE = frozenset({"pause", "resume", "abort"})
TOLD = frozenset({"check", "about", "mine"})
"""What is answered to whoever pressed, also when all went well."""
STALE_FORM = frozenset({Why.UNCHECKED, Why.FAILED, Why.UNKNOWN, Why.SECOND})
"""What a form cannot know before the step's check has looked."""
COMMANDS = {one.function: one for topic in (checklist_steps.topic, checklists.topic) for one in topic.commands}


@dataclass
class Ticking:
    """Does what is pressed on checklists."""

    desk: Desk
    cards: Cards
    telling: Telling

    @property
    def starting(self) -> Starting:
        """Who starts new ones."""
        return Starting(self.desk, self.cards, self.telling)

    @property
    def lists(self) -> Checklists:
        """What is kept of runs."""
        found: Checklists | None = self.cards.lists
        if found is None:
            raise UserError(forms.OFF)
        return found

    async def act(self, heard: Heard) -> None:
        """One button, or one form."""
        try:
            if heard.kind is Kind.FORM:
                await self.filled(heard)
            elif heard.action == TEMPLATE:
                await self.starting.chosen(heard)
            elif heard.action == BEGIN:
                await self.starting.open(heard)
            else:
                verb, run, step = spot_of(heard.value)
                await self.pressed(heard, Place(verb, run, step, heard.channel, heard.at))
        except UserError as error:
            await self.telling.tell(heard, Answer(str(error), outcome=Outcome.REFUSED))

    async def pressed(self, heard: Heard, place: Place) -> None:
        """A button: it acts, asks for some words, or shows something."""
        if place.verb == "page":
            await self.show(heard, place)
        elif place.verb in ASKS:
            shown = await self.row(place)
            await self.telling.open(heard, forms.asks(place, shown))
        elif place.verb == "place" and heard.channel:
            await self.cards.place(place.run, heard.channel)
        elif place.verb in DOES:
            await self.do(heard, place, "")

    async def filled(self, heard: Heard) -> None:
        """A form: what it asks is done with the words that were filled in."""
        place = Place.unpacked(heard.value)
        if place is None:
            return
        at = replace(heard, channel=place.channel, at=place.message, reply_url="")
        if heard.action == START:
            await self.starting.begin(at)
        elif heard.action == FORM and place.verb in DOES:
            await self.do(at, place, one_line(heard.fields.get("text", "")))

    async def do(self, heard: Heard, place: Place, text: str) -> None:
        """Run the command; who pressed is told what they cannot see, everybody sees the rest in the message."""
        answer = await self.outdated(place) or await self.command(heard, place, text)
        if place.channel:
            await self.cards.show(place.run, place.channel)
        self.cards.bell.set()
        noted = answer.fact.endswith("Nothing is ticked yet.") or "patch" in answer.data
        if answer.outcome is not Outcome.ANSWERED or place.verb in TOLD or noted:
            await self.telling.tell(heard, answer)

    async def outdated(self, place: Place) -> Answer | None:
        """The answer to a button that would take back what nobody meant who pressed it, if it is such a one."""
        shown = await self.row(place) if place.verb in TAKES_BACK else None
        if shown is None or shown.state == TAKES_BACK[place.verb]:
            return None
        return Answer(OLD.format(spot=shown.spot, state=shown.state), outcome=Outcome.REFUSED)

    async def command(self, heard: Heard, place: Place, text: str) -> Answer:
        """What the command answers."""
        book = self.desk.book()
        function = DOES[place.verb]
        said = f"{function.__name__.rstrip('_')} {place.run}.{place.step} {text}".replace("_", " ").strip()
        message = replace(who.message(heard, book.catalog, said), room=None)
        reading = Reading(named(function), {name: Bound(0, one) for name, one in arguments(place, text).items()}, 1)
        try:
            return await in_room(self.desk, heard.channel or None).run(reading, message, book)
        except StoreBusy as busy:
            return Answer(BUSY.format(reason=busy), outcome=Outcome.REFUSED)

    async def row(self, place: Place) -> Row | None:
        """The step that a form is about."""
        if not place.step:
            return None
        run = await self.lists.get(place.run)
        found = run.find(str(place.step))
        return row(run, found, self.desk.now()) if found else None

    async def show(self, heard: Heard, place: Place) -> None:
        """A page of all steps: in a window, or in the one that is open already."""
        run, catalog = await self.lists.get(place.run), self.desk.book().catalog
        public = bool(heard.channel) and who.is_public(heard.channel, catalog)
        names = {person.id: person.name for person in catalog.people.values()}
        shown = view(run, self.desk.now(), public=public or not who.people(catalog).get(heard.user))
        blocks, _ = every_step(shown, place.step, self.desk.now(), lambda one: names.get(one, one))
        await self.telling.open(heard, forms.paper(f"Checklist {place.run}", blocks))

    async def home(self, heard: Heard) -> list[Block]:
        """Somebody's own checklists, for their Home tab."""
        if self.cards.lists is None:
            return []
        book = self.desk.book()
        ask = self.desk.ask(who.message(heard, book.catalog, "-"), book)
        runs = await self.cards.lists.read(lambda kept: kept.runs(limit=MOST))
        names = {person.id: person.name for person in book.catalog.people.values()}
        me = ask.person.id if ask.person else ""
        return mine(runs, me, lambda run: owns(ask, run.service), ask.now, lambda one: names.get(one, one))

    async def amiss(self, heard: Heard) -> Mapping[str, str]:
        """What is wrong with a form, by field, before it is taken; what only a check can tell is told afterwards."""
        place = Place.unpacked(heard.value)
        if place is None or heard.kind is not Kind.FORM:
            return {}
        if heard.action == START:
            return await self.starting.amiss(replace(heard, channel=place.channel))
        if heard.action != FORM or place.verb not in {"prove", "skip", "block"}:
            return {}
        return {"text": why} if (why := await self.refusal(heard, place)) else {}

    async def refusal(self, heard: Heard, place: Place) -> str:
        """Why a step cannot be ticked, left out or blocked with these words, as far as that is known already."""
        text, book = one_line(heard.fields.get("text", "")), self.desk.book()
        run: Run = await self.lists.get(place.run)
        asked = self.desk.ask(replace(who.message(heard, book.catalog, "-"), room=None), book)
        hand, step, now = doing(asked, run.service).hand, str(place.step), asked.now
        found: object = DECIDES[place.verb](run, step, hand, text, now)
        if isinstance(found, Shut) and found.why in STALE_FORM:
            step_ = run.find(step)
            found = progress.unproven(run, step_, text) if step_ else found
        return found.words if isinstance(found, Shut) and found.why not in STALE_FORM else ""


def spot_of(value: str) -> tuple[str, int, int]:
    """What a button holds: `VERB RUN.STEP`."""
    verb, _, spot = value.partition(" ")
    run, _, step = spot.partition(".")
    numbers = [int(one) if one.isdecimal() and len(one) < 10 else 0 for one in (run, step)]  # noqa: PLR2004
    return verb, numbers[0], numbers[1]


def arguments(place: Place, text: str) -> dict[str, object]:
    """What the command of a button is called with."""
    if place.verb == "mine":
        return {}
    if place.verb in WHOLE:
        return {"number": place.run, **({"reason": text} if place.verb != "resume" else {})}
    spot: dict[str, object] = {"run": place.run, "step": place.step}
    words = {"prove": "text", "done": "text", "skip": "reason", "block": "reason"}
    return spot | ({words[place.verb]: text} if place.verb in words else {})


def named(function: Callable[..., Any]) -> Command:
    """The command that a function stands for."""
    return COMMANDS[function]


def lasts(heard: Heard) -> bool:
    """Is this done after a restart as well? Whatever changes a run: to do it twice is refused, to lose it is not."""
    if not heard.action.startswith(OURS):
        return False
    return heard.kind is Kind.FORM or spot_of(heard.value)[0] in DOES.keys() - ASKS - TOLD
