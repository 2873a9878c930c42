"""What somebody is shown who presses something on a checklist: a window, or words for them alone."""

from dataclasses import dataclass

from psfbot import logs
from psfbot.chat.answer import Answer, Outcome
from psfbot.platforms.slack import views
from psfbot.platforms.slack.blocks import post
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.reading import Heard, Kind

TOO_LATE = "Slack did not open the form in time. Press the button again."
TITLE = "Checklists"

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """Shows things to one person, wherever they pressed."""

    calls: Calls

    async def open(self, heard: Heard, view: views.View) -> None:
        """Open a window, or replace the one in which the button is."""
        try:
            if heard.view:
                await self.calls.call("views.update", view_id=heard.view, view=view)
            else:
                await self.calls.call("views.open", trigger_id=heard.trigger, view=view)
        except Refused as refused:
            log.warning("form not opened", reason=str(refused))
            await self.tell(heard, Answer(TOO_LATE, outcome=Outcome.REFUSED))

    async def tell(self, heard: Heard, answer: Answer) -> None:
        """Tell whoever acted: beside the message, in a window where there is none, or in a message to them."""
        try:
            await self.say(heard, answer)
        except Refused as refused:
            log.warning("answer not taken", user=heard.user, channel=heard.channel, reason=str(refused))

    async def say(self, heard: Heard, answer: Answer) -> None:
        """The same; what Slack refuses is raised."""
        said = post(answer)
        if heard.reply_url:
            await self.calls.reply(heard.reply_url, said)
        elif heard.trigger and heard.kind is Kind.BUTTON and not heard.channel:
            method = "views.push" if heard.view else "views.open"
            await self.calls.call(method, trigger_id=heard.trigger, view=views.shown(TITLE, answer))
        elif not await self.beside(heard, answer):
            await self.calls.post(heard.user, said, {"answer": heard.key})

    async def beside(self, heard: Heard, answer: Answer) -> bool:
        """Say it where they are, for them alone; False where the bot may not."""
        said = post(answer)
        if not heard.channel:
            return False
        try:
            blocks = list(said.blocks)
            await self.calls.speak("chat.postEphemeral", heard.channel, user=heard.user, text=said.text, blocks=blocks)
        except Refused as refused:
            if not refused.refusal.final:
                raise
            return False
        return True
