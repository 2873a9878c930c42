"""Who is asking: the services account that the network vouches for, never the nick.

What the server says with the line itself (account-tag) wins and needs no memory. Without it, what extended-join,
account-notify, WHOX and WHOIS told is remembered per nick, and believed only while the same user@host speaks,
and only while it must still be true: for as long as a shared channel and account-notify would tell of a change,
else for a short time. In doubt the answer is `UNKNOWN`, and one question to the server settles it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from psfbot.platforms.irc.line import Line

NO_ACCOUNT = frozenset({"", "*", "0"})
"""What servers say where an account would stand, of those who have none."""
STATUS = "~&@%+!*."
"""Marks before a nick in NAMES (several at once with multi-prefix); no nick begins with any of them."""
PATIENCE = 30.0
"""Seconds after which a question to the server that had no end is asked anew."""
WHOX_TOKEN = "511"  # noqa: S105 - it marks our own question in the server's answers, and hides nothing
WHOX_PARAMS = 6


class Unknown(Enum):
    """Nobody has said yet whether this person is logged in."""

    UNKNOWN = "ask the server"


UNKNOWN = Unknown.UNKNOWN


@dataclass(slots=True)
class Seen:
    """What is known of one nick: its account and its user@host when that was said, and the channels shared with it."""

    account: str | Unknown | None = UNKNOWN
    mask: str = ""
    at: float = 0.0
    rooms: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Question:
    """A WHOIS or WHO on its way, and what its answer has said so far.

    `spoiled` since the nick was left or taken meanwhile: the answer may be about another than who made us ask.
    """

    at: float
    mask: str = ""
    account: str | None = None
    registered: str | None = None
    spoiled: bool = False


@dataclass
class Accounts:
    """What the network says of who is logged in as whom.

    `nick` is ours; `caps` are the capabilities in force and `whox` whether ISUPPORT has WHOX: the client keeps the
    three up to date. `whois_ttl` is for how many seconds an account is believed that nothing would tell the end of,
    `none_ttl` the same for not being logged in, short since people log in when they are told to. At most `limit`
    nicks are remembered; of those forgotten the server is asked again. Call `lost` at the end of a link, and when
    account-notify comes or goes while it lasts.
    """

    fold: Callable[[str], str]
    nick: str = ""
    caps: frozenset[str] = frozenset()
    whox: bool = False
    whois_ttl: float = 60.0
    none_ttl: float = 10.0
    limit: int = 20_000
    people: "OrderedDict[str, Seen]" = field(default_factory=OrderedDict)
    questions: dict[str, Question] = field(default_factory=dict)

    def of(self, line: Line, now: float) -> str | Unknown | None:
        """The account of who sent a line; None when surely not logged in, `UNKNOWN` when the server must be asked."""
        if "account" in line.tags:
            return none_or(line.tags["account"])
        if "account-tag" in self.caps:
            return None
        seen = self.people.get(self.fold(line.nick))
        if seen is None or not seen.mask or seen.mask != mask(line.user, line.host):
            return UNKNOWN
        told = bool(seen.rooms) and "account-notify" in self.caps
        ttl = self.none_ttl if seen.account is None else self.whois_ttl
        return seen.account if told or now - seen.at < ttl else UNKNOWN

    def settled(self, line: Line, now: float) -> str | None:
        """The account once the server has been asked, or has not answered in time: what is still unknown is none."""
        found = self.of(line, now)
        return None if isinstance(found, Unknown) else found

    def ask(self, nick: str, now: float) -> str:
        """The command that asks the server for a nick's account; "" while that is asked already.

        Its answer has come when `heard` returns the folded nick; the caller gives it a deadline.
        """
        who = self.fold(nick)
        running = self.questions.get(who)
        if running and now - running.at < PATIENCE:
            return ""
        if len(self.questions) >= self.limit:
            self.questions.clear()
        self.questions[who] = Question(now)
        return self.who(nick) if self.whox else f"WHOIS {nick}"

    def who(self, target: str) -> str:
        """The WHOX command for a nick, or for a whole channel after joining it; of use only where `whox` is set."""
        return f"WHO {target} %tuhna,{WHOX_TOKEN}"

    def heard(self, line: Line, now: float) -> str:
        """Learn from any line of the server; returns the folded nick whose question has just ended, or ""."""
        reader = READERS.get(line.command)
        if reader is None or not (line.params or line.command == "QUIT"):  # a quit needs no reason
            return ""
        return reader(self, line, now) or ""

    def lost(self) -> None:
        """Forget everything: the link is gone, so changes go unseen."""
        self.people.clear()
        self.questions.clear()

    def seen(self, nick: str) -> Seen:
        """The entry of a nick, which is made if need be; the one made longest ago goes when there are too many."""
        who = self.fold(nick)
        if who not in self.people:
            self.people[who] = Seen()
            if len(self.people) > self.limit:
                self.people.popitem(last=False)
        return self.people[who]

    def learn(self, nick: str, where: str, account: str | None, now: float) -> None:
        """Remember whose account speaks under this nick from this user@host."""
        seen = self.seen(nick)
        seen.account, seen.mask, seen.at = account, where, now

    def joined(self, line: Line, now: float) -> None:
        """Somebody joins; with extended-join their account is said."""
        if self.ours(line.nick):
            return
        self.enter(line.nick, line.target)
        if "extended-join" in self.caps and len(line.params) > 2:  # noqa: PLR2004 - channel, account, real name
            self.learn(line.nick, mask(line.user, line.host), none_or(line.params[1]), now)

    def enter(self, nick: str, channel: str) -> None:
        """We see somebody in a channel; what was known while we saw them nowhere may have changed unseen."""
        seen = self.seen(nick)
        if not seen.rooms:
            seen.account, seen.mask = UNKNOWN, ""
        seen.rooms.add(self.fold(channel))

    def logged(self, line: Line, now: float) -> None:
        """Somebody logs in or out."""
        self.learn(line.nick, mask(line.user, line.host), none_or(line.target), now)

    def renamed(self, line: Line, now: float) -> None:  # noqa: ARG002 - all readers are called alike
        """Somebody takes another nick: who it is must be asked again, and whoever had that nick is no more."""
        old, new = self.fold(line.nick), self.fold(line.target)
        if self.ours(line.nick) and new:
            self.nick = line.target
        if old == new or not new:
            return
        seen = self.people.get(old)
        self.forget(old)
        self.forget(new)
        if seen:
            self.seen(new).rooms = seen.rooms

    def left(self, line: Line, now: float) -> None:  # noqa: ARG002 - as above
        """Somebody leaves a channel, or is made to; after the last one that we share nothing more is heard of them."""
        nick = line.nick
        if line.command == "KICK":
            nick = line.params[1] if len(line.params) > 1 else ""
        for channel in self.fold(line.target).split(","):
            if self.ours(nick):
                self.out_of_sight(self.people, channel)
            else:
                self.out_of_sight([self.fold(nick)], channel)

    def out_of_sight(self, nicks: Iterable[str], channel: str) -> None:
        """We no longer see these people in this channel; without another one they are forgotten."""
        for who in tuple(nicks):
            seen = self.people.get(who)
            if seen and channel in seen.rooms:
                seen.rooms.discard(channel)
                if not seen.rooms:
                    self.forget(who)

    def quitted(self, line: Line, now: float) -> None:  # noqa: ARG002 - as above
        """Somebody is gone, alone or with a whole side of the network."""
        if self.ours(line.nick):
            self.lost()
        else:
            self.forget(self.fold(line.nick))

    def rehosted(self, line: Line, now: float) -> None:  # noqa: ARG002 - as above
        """Somebody's user or host is shown otherwise from now on (chghost); it is still them."""
        seen = self.people.get(self.fold(line.nick))
        if seen and len(line.params) > 1 and seen.mask == mask(line.user, line.host):
            seen.mask = mask(line.params[0], line.params[1])

    def named(self, line: Line, now: float) -> None:  # noqa: ARG002 - as above
        """Who is in a channel (353), with or without marks and user@host."""
        if len(line.params) < 4:  # noqa: PLR2004 - us, kind, channel, names
            return
        for word in line.text.split():
            nick = word.lstrip(STATUS).partition("!")[0]
            if nick and not self.ours(nick):
                self.enter(nick, line.params[2])

    def listed(self, line: Line, now: float) -> None:
        """One person in the answer to our WHOX (354)."""
        if len(line.params) == WHOX_PARAMS and line.params[1] == WHOX_TOKEN:
            user, host, nick, account = line.params[2:]
            asked = self.questions.get(self.fold(nick))
            if asked is None or not asked.spoiled:
                self.learn(nick, mask(user, host), none_or(account), now)

    def described(self, line: Line, now: float) -> None:  # noqa: ARG002 - as above
        """A part of the answer to our WHOIS: who (311), logged in as (330), or identified for this nick (307)."""
        asked = self.questions.get(self.fold(line.params[1])) if len(line.params) > 2 else None  # noqa: PLR2004
        if asked is None:
            return
        if line.command == "311" and len(line.params) > 3:  # noqa: PLR2004 - us, nick, user, host
            asked.mask = mask(line.params[2], line.params[3])
        elif line.command == "330":
            asked.account = none_or(line.params[2])
        elif line.command == "307":
            asked.registered = line.params[1]

    def ended(self, line: Line, now: float) -> str:
        """The end of an answer (315, 318), or nobody of that name (401); what the WHOIS said is remembered."""
        who = self.fold(line.params[1]) if len(line.params) > 1 else ""
        asked = self.questions.get(who)
        if asked is None:
            return ""
        del self.questions[who]
        if line.command == "318" and asked.mask and not asked.spoiled:
            self.learn(who, asked.mask, asked.account or asked.registered, now)
        return who

    def forget(self, who: str) -> None:
        """Drop all that is known of a nick; an answer that is on its way may be about who had it before."""
        self.people.pop(who, None)
        if who in self.questions:
            self.questions[who].spoiled = True

    def ours(self, nick: str) -> bool:
        """Is this the bot itself?"""
        return self.fold(nick) == self.fold(self.nick)


READERS: dict[str, Callable[[Accounts, Line, float], str | None]] = {
    "JOIN": Accounts.joined,
    "ACCOUNT": Accounts.logged,
    "NICK": Accounts.renamed,
    "PART": Accounts.left,
    "KICK": Accounts.left,
    "QUIT": Accounts.quitted,
    "CHGHOST": Accounts.rehosted,
    "353": Accounts.named,
    "354": Accounts.listed,
    "311": Accounts.described,
    "307": Accounts.described,
    "330": Accounts.described,
    "315": Accounts.ended,
    "318": Accounts.ended,
    "401": Accounts.ended,
}


def none_or(account: str) -> str | None:
    """An account, or None where the server says that there is none."""
    return None if account in NO_ACCOUNT else account


def mask(user: str, host: str) -> str:
    """From where somebody speaks, spelled one way."""
    return f"{user}@{host}".lower() if user and host else ""
