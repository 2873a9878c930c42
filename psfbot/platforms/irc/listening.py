"""From a line to a question: is it for us, who asks, and may they be answered now?"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from psfbot.platforms.irc.accounts import Accounts, Unknown
from psfbot.platforms.irc.hearing import Heard, heard
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.manners import Manners, Verdict, person

WHO_ASKS = 10.0
"""Seconds that the server has to say who asks; then it counts as nobody that we know."""
MOST_WAITING = 20
"""Questions of one nick that wait for that answer."""
OLD = 300.0
"""Seconds after which a line is history that the server plays back, and no question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and who asks it: `account` is proof, the nick is none."""

    heard: Heard
    account: str | None


@dataclass
class Listener:
    """Hands on questions; the client keeps `nick`, `prefixes` and `statusmsg` as the server has them."""

    accounts: Accounts
    manners: Manners
    fold: Callable[[str], str]
    ask: Callable[[Asked], None]
    reply: Callable[[str, str], None]
    command: Callable[[str], None]
    stir: Callable[[], None]
    wall: Callable[[], float]
    nick: str = ""
    prefixes: str = "#&"
    statusmsg: str = ""
    waiting: dict[str, deque[tuple[float, Line, Heard]]] = field(default_factory=dict)

    def heard(self, line: Line, now: float) -> None:
        """Take in any line of the server."""
        known = self.accounts.heard(line, now)
        if known in self.waiting:
            self.answered(known, now)
        if line.command != "PRIVMSG" or self.old(line):
            return
        if notice := self.manners.ctcp(line, now):
            self.command(notice)
            return
        said = heard(line, self.nick, fold=self.fold, channels_prefixes=self.prefixes, statusmsg=self.statusmsg)
        if said is not None:
            self.asked(line, said, now)

    def asked(self, line: Line, said: Heard, now: float) -> None:
        """Somebody asks: hand it on, or find out first who they are; what one person asks keeps its order."""
        who = self.fold(line.nick)
        account = self.accounts.of(line, now)
        if who not in self.waiting and not isinstance(account, Unknown):
            self.admit(line, said, account, now)
            return
        queue = self.waiting.setdefault(who, deque(maxlen=MOST_WAITING))
        queue.append((now, line, said))
        if question := self.accounts.ask(line.nick, now):
            self.command(question)
            self.stir()

    def answered(self, who: str, now: float) -> None:
        """The server has said all that it will about a nick."""
        for _, line, said in self.waiting.pop(who, ()):
            self.admit(line, said, self.accounts.settled(line, now), now)

    def admit(self, line: Line, said: Heard, account: str | None, now: float) -> None:
        """Hand a question on, unless its asker asks too much."""
        verdict = self.manners.may(person(line, account), now)
        if verdict is Verdict.ANSWER:
            self.ask(Asked(said, account))
        elif verdict is Verdict.WARN_ONCE:
            start = f"{said.nick}: " if said.channel else ""
            self.reply(said.reply_to, f"{start}{self.manners.warning}")

    def wait(self, now: float) -> float | None:
        """Seconds until somebody has waited long enough; None when nobody waits."""
        since = [queue[0][0] for queue in self.waiting.values()]
        return max(0.0, min(since) + WHO_ASKS - now) if since else None

    def tick(self, now: float) -> None:
        """Wait for no answer for ever."""
        late = [who for who, queue in self.waiting.items() if now - queue[0][0] >= WHO_ASKS]
        for who in late:
            self.answered(who, now)

    def old(self, line: Line) -> bool:
        """Was this said long ago, by the server's own clock?"""
        if "time" not in line.tags:
            return False
        try:
            said = datetime.fromisoformat(line.tags["time"])
            return said.tzinfo is not None and self.wall() - said.timestamp() > OLD
        except ValueError:
            return False

    def lost(self) -> None:
        """The link is gone."""
        self.waiting.clear()
        self.accounts.lost()
