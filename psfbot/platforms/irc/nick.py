"""The nick that people know the bot by: got back when somebody or something else has it."""

from collections.abc import Callable
from dataclasses import dataclass

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.split import worst_prefix

AGAIN = 60.0
"""Seconds between tries to take the nick."""
SOON = 2.0
"""Seconds after which the nick is free that services were asked to free."""
SERVICES = "NickServ"
ASK = f"PRIVMSG {SERVICES} :REGAIN {{nick}}"
FREE = f"PRIVMSG {SERVICES} :GHOST {{nick}}"
"""For services that do not know REGAIN: it only throws the other one out."""
UNKNOWN = ("invalid command", "unknown command")
MONITOR_OFFLINE = "731"
NEW_HOST = "396"


@dataclass
class Nick:
    """The nick that we have, and the one that we want."""

    wanted: str
    current: str
    fold: Callable[[str], str]
    logged_in: bool = False
    monitor: bool = False
    due_at: float = 0.0
    asked: bool = False
    ghosted: bool = False
    free: bool = False
    tried_at: float = float("-inf")
    watching: bool = False
    mask: str = ""
    marked: bool = False
    """Has the network been told that we are a bot?"""

    @property
    def prefix(self) -> str:
        """What the server puts before our lines, as far as we know; else the longest that it may be."""
        return f"{self.current}!{self.mask}" if self.mask else worst_prefix(self.current)

    @property
    def right(self) -> bool:
        """Do we have the nick that we want?"""
        return self.fold(self.current) == self.fold(self.wanted)

    def is_me(self, nick: str) -> bool:
        """Is this our nick?"""
        return self.fold(nick) == self.fold(self.current)

    def heard(self, line: Line, now: float) -> list[str]:
        """What to send after a line of the server: most say nothing about nicks."""
        self.learn(line)
        if line.command == "NICK" and line.target and self.is_me(line.nick):
            self.current = line.target
            if self.right:
                return self.settled()
            self.due_at, self.asked, self.ghosted = now, False, False
            return []
        if self.right:
            return []
        if self.came_free(line):
            self.free, self.due_at = True, min(self.due_at, max(now, self.tried_at + SOON))
        if self.asked and line.command == "NOTICE" and self.fold(line.nick) == self.fold(SERVICES):
            return self.answered(line, now)
        return []

    def learn(self, line: Line) -> None:
        """See ourselves as others do: in our own lines that come back, or when the network shows another host."""
        if line.command == "CHGHOST" and self.is_me(line.nick) and len(line.params) > 1:
            self.mask = f"{line.params[0]}@{line.params[1]}"
        elif line.user and line.host and self.is_me(line.nick):
            self.mask = f"{line.user}@{line.host}"
        elif line.command == NEW_HOST:
            self.mask = ""  # the user name may be another, too; our next line that comes back will tell

    def came_free(self, line: Line) -> bool:
        """Does whoever has our nick leave it?"""
        wanted = self.fold(self.wanted)
        if line.command == MONITOR_OFFLINE:
            return wanted in map(self.fold, line.text.split(","))
        leaves = line.command == "QUIT" or (line.command == "NICK" and self.fold(line.target) != wanted)
        return leaves and self.fold(line.nick) == wanted

    def answered(self, line: Line, now: float) -> list[str]:
        """Services do not know one way: take the other, and then the nick soon after."""
        if self.ghosted or not any(word in line.text.lower() for word in UNKNOWN):
            return []
        self.ghosted, self.due_at = True, now + SOON
        return [FREE.format(nick=self.wanted)]

    def due(self, now: float) -> list[str]:
        """What to send now to get the nick; services are asked once for each time that it is lost."""
        if self.right or now < self.due_at:
            return []
        self.due_at, self.tried_at, free, self.free = now + AGAIN, now, self.free, False
        send = []
        if self.monitor and not self.watching:
            self.watching = True
            send.append(f"MONITOR + {self.wanted}")
        if self.logged_in and not self.asked and not free:
            self.asked = True
            return [*send, ASK.format(nick=self.wanted)]
        return [*send, f"NICK {self.wanted}"]

    def wait(self, now: float) -> float | None:
        """Seconds until there is something to do for it; None while we have it."""
        return None if self.right else max(0.0, self.due_at - now)

    def settled(self) -> list[str]:
        """We have it: nothing needs to be watched any more."""
        self.asked, self.ghosted, self.due_at = False, False, 0.0
        if not self.watching:
            return []
        self.watching = False
        return [f"MONITOR - {self.wanted}"]
