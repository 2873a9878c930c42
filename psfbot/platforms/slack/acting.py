"""Buttons and forms below an alert: take it, end it, silence its service, write a note; and the Home tab."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from psfbot import logs
from psfbot.chat.answer import Answer, Outcome
from psfbot.flows.ask import Desk
from psfbot.platforms.slack import views, who
from psfbot.platforms.slack.answering import Answering
from psfbot.platforms.slack.blocks import post
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.checklist_acting import Ticking
from psfbot.platforms.slack.checklist_card import OURS
from psfbot.platforms.slack.reading import Heard, Kind
from psfbot.platforms.slack.views import About
from psfbot.relay.incident import Incident
from psfbot.text import one_line

HOME = {"On call now": "who is on call", "Open incidents": "incidents", "My services": "what do i own"}
"""The parts of the Home tab, and the question that fills each."""
GONE = "I know no such incident any more."
UNMAPPED = "The catalog does not know what this is about, so it has no name to silence. Add it there first."
TOO_LATE = "Slack did not open the form in time. Press the button again."
HERE = "home"
"""The room of the Home tab: what is asked there leaves talks elsewhere alone."""

log = logs.get(__name__)


@dataclass
class Acting:
    """Does what a button or a form says, in the name of whoever used it, in words that they might have typed."""

    desk: Desk
    calls: Calls
    answering: Answering
    look: Callable[[int], Awaitable[Incident | None]]
    ticking: Ticking | None = None

    async def act(self, heard: Heard) -> None:
        """One press of a button, one form, or one look at the Home tab."""
        if heard.kind is Kind.HOME:
            await self.home(heard.user)
        elif heard.action.startswith(OURS):
            await self.listed(heard)
        elif heard.kind is Kind.FORM:
            await self.filled(heard)
        elif heard.action == views.SEARCH:
            await self.search(heard)
        elif heard.action.startswith("incident:"):
            await self.incident(heard, heard.action.removeprefix("incident:"))
        elif heard.action.startswith(("ask:", "more:", "pick:")):
            await self.answering.pressed(heard)

    async def listed(self, heard: Heard) -> None:
        """A button or a form of a checklist; one on the Home tab is seen there."""
        if self.ticking is None:
            return
        await self.ticking.act(heard)
        if heard.kind is Kind.BUTTON and not (heard.channel or heard.view):
            await self.home(heard.user)

    async def incident(self, heard: Heard, verb: str) -> None:
        """A button below an alert; what changes is told to every room by the outbox, and a refusal to the presser."""
        if verb in {"ack", "resolve"}:
            await self.answering.aside(heard, post(await self.ask(heard, f"{verb} {heard.value}")))
            return
        number = int(heard.value) if heard.value.isdecimal() else 0
        found = await self.look(number)
        if found is None or (verb == "mute" and not found.service):
            await self.refuse(heard, GONE if found is None else UNMAPPED)
            return
        about = About(number, found.service or "", heard.channel, heard.thread or heard.at)
        view = views.mute(about) if verb == "mute" else views.note(about)
        try:
            await self.calls.call("views.open", trigger_id=heard.trigger, view=view)
        except Refused as refused:
            log.warning("form not opened", reason=str(refused))
            await self.refuse(heard, TOO_LATE)

    async def filled(self, heard: Heard) -> None:
        """A form is the sentence that it stands for; the thread of the alert hears what came of it."""
        about = About.unpacked(heard.value)
        if about is None:
            return
        said = {name: one_line(text) for name, text in heard.fields.items()}
        text = f"note {about.number} {said.get('text', '')}"
        if heard.action == "mute":
            text = f"mute {about.service} for {said.get('time', '')} because {said.get('reason', '')}"
        place = Heard(
            heard.key,
            Kind.FORM,
            heard.user,
            name=heard.name,
            channel=about.channel,
            thread=about.message,
            at=about.message,
        )
        answer = await self.ask(place, text)
        if answer.outcome is not Outcome.ANSWERED:
            await self.answering.aside(place, post(answer))
            return
        told = Answer(f"{who.speaker(place, self.desk.book().catalog).name}: {answer.fact}", lines=self.quoted(said))
        await self.answering.surely(place, post(told))

    def quoted(self, said: dict[str, str]) -> tuple[str, ...]:
        """What somebody wrote into a form."""
        return tuple(f"“{said[name]}”" for name in ("text", "reason") if said.get(name))

    async def ask(self, heard: Heard, text: str) -> Answer:
        """Say something to the desk in this person's name."""
        asked = who.message(heard, self.desk.book().catalog, text)
        return (await self.desk.answer(asked)).answer

    async def refuse(self, heard: Heard, why: str) -> None:
        """Tell whoever pressed it why nothing happens."""
        await self.answering.aside(heard, post(Answer(why, outcome=Outcome.REFUSED)))

    async def home(self, user: str) -> None:
        """Fill somebody's Home tab."""
        heard = Heard("", Kind.HOME, user, channel=HERE)
        parts = {heading: await self.ask(heard, question) for heading, question in HOME.items()}
        try:
            mine = await self.ticking.home(heard) if self.ticking else []
            await self.calls.call("views.publish", user_id=user, view=views.home(parts, mine))
        except Refused as refused:
            log.warning("home tab not shown", reason=str(refused))

    async def search(self, heard: Heard) -> None:
        """Answer what was typed into the search box, in a window of its own."""
        question = Heard(heard.key, Kind.HOME, heard.user, heard.value, channel=HERE)
        if who.writes(who.message(question, self.desk.book().catalog), self.desk):
            answer = Answer("That changes something. Say it in a message to me.", outcome=Outcome.REFUSED)
        else:
            answer = await self.ask(question, heard.value)
        try:
            await self.calls.call("views.open", trigger_id=heard.trigger, view=views.shown("Answer", answer))
        except Refused as refused:
            log.warning("answer not shown", reason=str(refused))
