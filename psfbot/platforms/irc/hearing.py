"""Is a line meant for the bot, and what does it ask? Everything else is none of its business."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.safe import plain

CTCP = "\x01"
OTHER_BOTS = frozenset({"bot", "draft/bot", "inspircd.org/bot", "inspircd.org/service"})
"""Tags by which a server says that no person speaks; the later ones are older names of the first, and services."""
NAMED = re.compile(r"(@?)([^\s:,]++)([:,]?+)(?![:,/])(.*)", re.DOTALL)
"""Tags by which a server says that no person speaks: the agreed name, older ones, and services."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody asks the bot, and where the answer goes.

    `text` is plain, without the address; it is empty when the bot was only called. `channel` is None in private.
    `bang` tells that it was called by `!` alone, which other bots in a channel may be meant by: one that is not
    understood is better left unanswered.
    """

    text: str
    nick: str
    channel: str | None
    reply_to: str
    bang: bool = False


def heard(
    line: Line, nick: str, *, fold: Callable[[str], str], channels_prefixes: str = "#&", statusmsg: str = ""
) -> Heard | None:
    """What is asked of the bot called `nick`, if anything.

    `fold` is the server's casemapping, `channels_prefixes` its CHANTYPES, `statusmsg` its STATUSMSG: what is said
    to the operators of a channel alone (`@#chan`) is said, and answered, in the channel.
    """
    if not spoken(line) or line.text.startswith(CTCP) or fold(line.nick) == fold(nick):
        return None
    said = plain(line.text).strip()
    called = asked(said, nick, fold)
    channel = room(line.target, channels_prefixes, statusmsg)
    if channel is not None:
        if called is None:
            return None
        return Heard(called, line.nick, channel, reply_to=channel, bang=said.startswith("!"))
    if fold(line.target) != fold(nick) or not said:
        return None
    return Heard(said if called is None else called, line.nick, None, reply_to=line.nick)


def spoken(line: Line) -> bool:
    """Does a person say this to somebody? A notice, a server, a service without a host and a bot's words do not count.

    Answering a notice or another bot is how two bots come to talk for ever.
    """
    person = line.nick and line.user and line.host
    return line.command == "PRIVMSG" and len(line.params) > 1 and bool(person) and OTHER_BOTS.isdisjoint(line.tags)


def room(target: str, channels_prefixes: str, statusmsg: str) -> str | None:
    """The channel that a target names, without the prefix that narrows it to some of its members."""
    bare = target.lstrip(statusmsg) if statusmsg else target
    for name in (bare, target):
        if name and name[0] in channels_prefixes:
            return name
    return None


def asked(said: str, nick: str, fold: Callable[[str], str]) -> str | None:
    """The question in `psfbot: …`, `psfbot, …`, `@psfbot …` or `!…`; None when nobody is addressed by it."""
    if said.startswith("!"):
        return said[1:] if said[1:2].isalnum() else None
    match = NAMED.fullmatch(said)
    if match is None or not (match[1] or match[3]) or fold(match[2]) != fold(nick):
        return None
    question = match[4].strip()
    return question[1:] if question[:1] == "!" and question[1:2].isalnum() else question
