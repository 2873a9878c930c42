"""A question on Slack is answered where it was asked: in its thread, in the talk of two, or for the asker alone."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from psfbot import logs
from psfbot.chat import clean
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.message import Message
from psfbot.flows.ask import MORE, Desk
from psfbot.platforms.slack import who
from psfbot.platforms.slack.blocks import Post, post
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.reading import Heard, Kind

TRIES = 6
"""Attempts at one answer; together they wait for about a minute, and for as long as Slack asks."""
OLDEST = 3600.0
"""Seconds that a search for an answer goes back beyond its question."""
REMEMBERED = 1000
INTERRUPTED = "I was restarted while I read that, so it may be done or not. Look first, then say it again if it is not."
NOT_YOURS = "Only whoever asked can pick one of these. Ask me the same, then pick."
NO_NAME = "I found no service in that message. Ask me by its name: /psfbot who owns docs.python.org"
WRITES = "That would change something, so no button does it. Say it in words."
WHO_OWNS = "who_owns"
"""The shortcut's name in docs/slack-manifest.yaml."""
OWNS = "who owns {name}"

log = logs.get(__name__)


@dataclass
class Answering:
    """Answers questions with the desk that all platforms share."""

    desk: Desk
    calls: Calls
    pages: "OrderedDict[tuple[str, str], tuple[str, int]]" = field(default_factory=OrderedDict)

    async def answer(self, heard: Heard, *, again: bool = False) -> None:
        """Answer a mention, a direct message, a command or a shortcut; `again` when a restart came between."""
        if heard.kind is Kind.SHORTCUT:
            await self.owner_of(heard)
            return
        text, page = self.turned(heard)
        asked = who.message(heard, self.desk.book().catalog, text)
        if again and who.writes(asked, self.desk):
            await self.say(heard, post(Answer(INTERRUPTED, outcome=Outcome.REFUSED)), again=True)
            return
        await self.say(heard, await self.posted(asked, page), again=again)

    async def pressed(self, heard: Heard) -> None:
        """A button below an answer asks another question, or for more of the same."""
        sort, _, which = heard.action.partition(":")
        text = heard.value
        if sort == "pick":
            asker, _, text = text.partition(" ")
            if asker != heard.user:
                await self.aside(heard, post(Answer(NOT_YOURS, outcome=Outcome.REFUSED)))
                return
        asked = who.message(heard, self.desk.book().catalog, text, seen=sort == "pick")
        if sort != "pick" and who.writes(asked, self.desk):
            await self.aside(heard, post(Answer(WRITES, outcome=Outcome.REFUSED)))
            return
        page = int(which) if sort == "more" and which.isdecimal() else 1
        await self.aside(heard, await self.posted(asked, page))

    async def posted(self, asked: Message, page: int = 1) -> Post:
        """The answer to a question, as a message."""
        reply = await self.desk.answer(asked)
        return post(reply.answer, who.around(asked, reply.answer, self.desk, page))

    def turned(self, heard: Heard) -> tuple[str, int]:
        """The question and which page of its answer is wanted: `more` turns the page of the last one."""
        key = (heard.channel, heard.user)
        text, page = heard.text, 1
        if clean.question(text).lower() in MORE and key in self.pages:
            text, page = self.pages[key]
            page += 1
        self.pages[key] = (text, page)
        self.pages.move_to_end(key)
        while len(self.pages) > REMEMBERED:
            self.pages.popitem(last=False)
        return text, page

    async def owner_of(self, heard: Heard) -> None:
        """Whose service does a message talk about?"""
        if heard.action != WHO_OWNS:
            return
        book = self.desk.book()
        names = [clean.name(word) for word in heard.text.split()[:200]]
        sure = [name for name in names if "." in name and len(book.find(name, ("service",)).hits) == 1]
        sure += [name for name in names if name.lower() in book.catalog.services]
        asked = who.message(heard, book.catalog, OWNS.format(name=sure[0]) if sure else "")
        refusal = post(Answer(NO_NAME, outcome=Outcome.NOT_FOUND))
        await self.aside(heard, await self.posted(asked) if sure else refusal)

    async def say(self, heard: Heard, said: Post, *, again: bool = False) -> None:
        """Give an answer where it belongs."""
        if heard.kind in {Kind.MENTION, Kind.DIRECT}:
            await self.surely(heard, said, again=again)
        else:
            await self.aside(heard, said)

    async def surely(self, heard: Heard, said: Post, *, again: bool = False) -> None:
        """Post an answer once: where nobody knows whether it arrived, it is looked for before it is sent again."""
        about = {"answer": heard.key}
        doubt = again
        for attempt in range(TRIES):
            try:
                if doubt and await self.found(heard, about):
                    return
                await self.calls.post(heard.channel, said, about, thread=heard.thread)
            except Refused as refused:
                refusal = refused.refusal
                if refusal.wait is None and not refusal.doubtful:
                    log.warning("answer not taken", channel=heard.channel, reason=refusal.sentence)
                    return
                doubt = doubt or refusal.doubtful
                if refusal.doubtful:
                    await self.calls.pacer.sleep(2.0**attempt)
            else:
                return
        log.error("answer given up", channel=heard.channel, attempts=TRIES)

    async def found(self, heard: Heard, about: Mapping[str, str]) -> bool:
        """Is the answer there already? Where nobody can tell, it is said again: an answer twice is better than none."""
        since = float(heard.at or 0) - OLDEST
        return bool(await self.calls.find(heard.channel, about, since, thread=heard.thread))

    async def aside(self, heard: Heard, said: Post) -> None:
        """Tell only whoever acted."""
        try:
            if heard.reply_url:
                await self.calls.reply(heard.reply_url, said)
            elif heard.channel:
                await self.calls.speak(
                    "chat.postEphemeral",
                    heard.channel,
                    user=heard.user,
                    text=said.text,
                    blocks=list(said.blocks),
                    thread_ts=heard.thread,
                )
        except Refused as refused:
            log.warning("answer not taken", channel=heard.channel, reason=str(refused))
