"""Nobody can make the bot talk more than is polite: one person by questions, all together by CTCP."""

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum, auto
from math import ceil

from psfbot import __version__
from psfbot.platforms.irc.hearing import CTCP, spoken
from psfbot.platforms.irc.line import Line

WARNING = "That is more than I answer one person at once. I am quiet towards you for {seconds}, then ask me again."
VERSION = f"psfbot {__version__}"
SOURCE = "https://github.com/psf/psfbot"
KNOWN = ("CLIENTINFO", "PING", "SOURCE", "VERSION")
LONGEST_PING = 64
"""Characters of a CTCP PING that are sent back; nobody measures time with more."""
NOT_A_PERSON = "#&+!@%~$*"
"""How targets begin that are channels, parts of them, or everybody: CTCP is answered to who asks the bot alone."""


class Verdict(Enum):
    """What a question gets: an answer, the one warning, or nothing."""

    ANSWER = auto()
    WARN_ONCE = auto()
    SILENT = auto()


@dataclass(slots=True)
class Bucket:
    """What is left of somebody's turns, as of when; until `quiet` nothing is answered."""

    left: float
    at: float
    quiet: float = float("-inf")


@dataclass
class Manners:
    """Turns of each person, and of CTCP.

    A person has `burst` turns and gets one back every `every` seconds. Whoever asks on with none left is warned
    once and then not answered until all turns are back: so warnings cannot be used to flood either, and what is
    said meanwhile does not prolong it. At most `limit` people are remembered; the one who spoke longest ago is
    forgotten first. `every=0` lifts all limits.
    """

    burst: int = 6
    every: float = 5.0
    ctcp_burst: int = 3
    ctcp_every: float = 10.0
    limit: int = 2000
    version: str = VERSION
    source: str = SOURCE
    people: "OrderedDict[str, Bucket]" = field(default_factory=OrderedDict)
    curious: Bucket = field(default_factory=lambda: Bucket(0, float("-inf")))

    def may(self, who: str, now: float) -> Verdict:
        """May this person be answered now? It counts as a turn; `who` comes from `person()`."""
        bucket = self.people.pop(who, None) or Bucket(self.burst, now)
        self.people[who] = bucket
        while len(self.people) > self.limit:
            self.people.popitem(last=False)
        if now < bucket.quiet:
            return Verdict.SILENT
        if take(bucket, now, self.burst, self.every):
            return Verdict.ANSWER
        bucket.quiet = now + self.pause
        return Verdict.WARN_ONCE

    @property
    def pause(self) -> float:
        """Seconds until all turns of somebody are back who has none left."""
        return self.burst * self.every

    @property
    def warning(self) -> str:
        """The one warning, which says how long the silence lasts."""
        seconds = ceil(self.pause)
        return WARNING.format(seconds="1 second" if seconds == 1 else f"{seconds} seconds")

    def ctcp(self, line: Line, now: float) -> str | None:
        """The NOTICE that answers a CTCP request to the bot; None for no request, an unknown one, or one too many.

        The turns are those of all askers together, since a crowd costs as much as one person.
        """
        if not line.text.startswith(CTCP) or line.target[:1] in NOT_A_PERSON or not spoken(line):
            return None
        kind, _, words = line.text.strip(CTCP).partition(" ")
        answer = self.known(kind.upper(), words)
        if answer is None or not take(self.curious, now, self.ctcp_burst, self.ctcp_every):
            return None
        return f"NOTICE {line.nick} :{CTCP}{kind.upper()} {answer}{CTCP}"

    def known(self, kind: str, words: str) -> str | None:
        """What this kind of request is answered with."""
        if kind == "PING":
            return words if words.isprintable() and 0 < len(words) <= LONGEST_PING else None
        return {"VERSION": self.version, "SOURCE": self.source, "CLIENTINFO": " ".join(KNOWN)}.get(kind)


def person(line: Line, account: str | None) -> str:
    """Whose turns a line takes: the account's, else the host's; a nick is changed too easily."""
    return f"account {account}" if account else f"host {line.host.lower()}"


def take(bucket: Bucket, now: float, burst: int, every: float) -> bool:
    """Take a turn if there is one left, after giving back those that time has brought."""
    if every <= 0:
        return True
    bucket.left = min(burst, bucket.left + max(0.0, now - bucket.at) / every)
    bucket.at = max(now, bucket.at)
    if bucket.left < 1:
        return False
    bucket.left -= 1
    return True
