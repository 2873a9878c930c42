"""The channels that we should be in are the ones that we are in: what throws us out, or keeps us out, is got over."""

from collections.abc import Callable
from dataclasses import dataclass, field

from psfbot.platforms.irc.line import Line

SOONEST, LATEST = 5.0, 600.0
"""Seconds before the next try after one refusal, and after many."""
PATIENCE = 30.0
"""Seconds to wait for the answer to a JOIN."""
SETTLED = 60.0
"""Seconds in a channel after which earlier trouble is history; a kick soon after a JOIN is more of the same."""
DOUBLINGS = 20

REFUSALS = {
    "403": "there is no such channel",
    "405": "the network lets us into no more channels",
    "407": "the network takes the name for more than one channel",
    "437": "the channel cannot be used just now, as after a netsplit",
    "470": "the channel forwards to another, which we leave",
    "471": "the channel is full (+l)",
    "473": "the channel is for the invited only (+i): invite the bot or add an invite exception",
    "474": "the bot is banned (+b)",
    "475": "the channel asks for a key (+k)",
    "476": "the network does not take the name for a channel's",
    "477": "the channel is for registered nicks only (+r): log the bot in",
    "479": "the network does not allow this name",
    "480": "the channel or the network slows joins down",
    "485": "the services keep the bot out",
    "489": "the channel is for TLS links only (+z or +S)",
    "495": "the channel does not let in again so soon after a kick",
    "500": "the network slows joins down",
    "520": "the channel is for operators of the network only",
}
"""What it means when a JOIN is refused, in words for people."""
OUTSIDE = {"403", "442"}
"""Numerics which say that we are not in a channel although we think so."""
NOT_ABOUT_JOINING = {"401", "404", "406", "441", "442", "443", "461", "467", "472", "478", "482", "484"}


@dataclass
class Stay:
    """How it stands with one channel."""

    failures: int = 0
    due_at: float = float("-inf")
    asked_at: float | None = None
    joined_at: float | None = None


@dataclass
class Presence:
    """Says which channels to JOIN and when; `nick` and `fold` (the network's lower case) are kept true by the client.

    `trouble` holds, for each channel that we should be in and are not, the reason in words.
    """

    wanted: tuple[str, ...]
    fold: Callable[[str], str] = str.lower
    nick: str = ""
    stays: dict[str, Stay] = field(default_factory=dict)
    trouble: dict[str, str] = field(default_factory=dict)

    @property
    def joined(self) -> set[str]:
        """The wanted channels that we are in, as they are written in the settings."""
        return {name for name, stay in self.stays.items() if stay.joined_at is not None}

    @property
    def channels(self) -> tuple[str, ...]:
        """The wanted channels, each once however often it is named."""
        return tuple(dict.fromkeys(map(self.known, self.wanted)))

    def inside(self, channel: str) -> bool:
        """Are we in this channel, however it is written?"""
        return self.known(channel) in self.joined

    def heard(self, line: Line, now: float) -> list[str]:
        """Take in one line; what is returned is to be sent: PART from a channel that nobody asked us to be in."""
        if line.command == "JOIN" and self.me(line.nick):
            return self.entered(line.target, now)
        if line.command in {"PART", "KICK"}:
            self.left(line, now)
        elif line.command == "QUIT" and self.me(line.nick):
            self.lost()
        elif line.command == "INVITE" and (name := self.known(line.text)) and self.me(line.target):
            self.stay(name).due_at = min(self.stay(name).due_at, now + SOONEST)
        elif line.command == "353":
            self.listed(line, now)
        elif line.command == "FAIL" and line.target == "JOIN":
            self.refused(line, now, line.text)
        elif line.command.isdecimal() and "400" <= line.command <= "599":
            self.refused(line, now, REFUSALS.get(line.command, line.text))
        return []

    def due(self, now: float, most: int | None = None) -> list[str]:
        """The channels to JOIN now, at most so many; they count as asked for until there is an answer."""
        found: list[str] = []
        for name in self.channels:
            stay = self.stay(name)
            if stay.asked_at is not None and now >= stay.asked_at + PATIENCE:
                self.failed(name, now, f"no answer to JOIN within {PATIENCE:.0f} seconds")
            if len(found) != most and stay.joined_at is None and stay.asked_at is None and stay.due_at <= now:
                stay.asked_at = now
                found.append(name)
        return found

    def wait(self, now: float) -> float | None:
        """Seconds until `due` has something to say; None while we are everywhere."""
        moments = [
            stay.due_at if stay.asked_at is None else stay.asked_at + PATIENCE
            for stay in map(self.stay, self.channels)
            if stay.joined_at is None
        ]
        return max(0.0, min(moments) - now) if moments else None

    def want(self, names: tuple[str, ...]) -> list[str]:
        """Hold other channels from now on; what is returned is to be sent: PART from those no longer wanted."""
        keep = {self.fold(name) for name in names}
        gone = [name for name in self.channels if self.fold(name) not in keep]
        leave = [f"PART {name} :I am no longer asked to be here" for name in gone if name in self.joined]
        spelled = {self.fold(name): name for name in self.wanted}
        self.wanted = tuple(dict.fromkeys(spelled.get(self.fold(name), name) for name in names))
        for name in gone:
            self.stays.pop(name, None)
            self.trouble.pop(name, None)
        return leave

    def lost(self) -> None:
        """The link is gone, and with it every channel; on the next one all are asked for at once."""
        self.stays.clear()

    def me(self, nick: str) -> bool:
        """Is this our own nick?"""
        return bool(nick) and self.fold(nick) == self.fold(self.nick)

    def known(self, channel: str) -> str:
        """A wanted channel as the settings write it; "" for any other."""
        folded = self.fold(channel)
        return next((name for name in self.wanted if self.fold(name) == folded), "")

    def stay(self, name: str) -> Stay:
        """How it stands with a wanted channel."""
        return self.stays.setdefault(name, Stay())

    def entered(self, channel: str, now: float) -> list[str]:
        """We are in: by our own JOIN, or put there by a forward or an operator."""
        name = self.known(channel)
        if not name:
            return [f"PART {channel} :I was sent here, but am not asked to be here"]
        stay = self.stay(name)
        if stay.joined_at is None:
            stay.joined_at = now
        stay.asked_at = None
        self.trouble.pop(name, None)
        return []

    def listed(self, line: Line, now: float) -> None:
        """Find ourselves in a list of names, in case our JOIN was missed."""
        names = (entry.lstrip("~&@%+!.").partition("!")[0] for entry in line.text.split())
        channel = line.params[-2] if len(line.params) > 1 else ""
        if self.known(channel) and any(map(self.me, names)):
            self.entered(channel, now)

    def left(self, line: Line, now: float) -> None:
        """Somebody left or was kicked: note it if it was us."""
        kicked = line.command == "KICK"
        name = self.known(line.target)
        whom = line.params[1] if kicked and len(line.params) > 1 else line.nick
        if not name or not self.me(whom):
            return
        by = f"kicked by {line.nick or line.host}" if kicked else "made to leave"
        why = line.params[-1] if len(line.params) > 1 + kicked else ""
        self.failed(name, now, f"{by}: {why}" if why else by)

    def refused(self, line: Line, now: float, reason: str) -> None:
        """A numeric names a wanted channel: a JOIN was refused, or we are not where we thought."""
        name = next(filter(None, map(self.known, line.params)), "")
        if not name:
            return
        stay = self.stay(name)
        inside = stay.joined_at is not None
        if line.command in OUTSIDE if inside else self.about_joining(line, stay):
            target = line.params[2] if line.command == "470" and len(line.params) > 3 else ""  # noqa: PLR2004
            self.failed(name, now, f"the channel forwards to {target}, which we leave" if target else reason)

    def about_joining(self, line: Line, stay: Stay) -> bool:
        """Is this the answer to a JOIN? A numeric that we do not know is one while an answer is awaited."""
        return line.command in REFUSALS or (stay.asked_at is not None and line.command not in NOT_ABOUT_JOINING)

    def failed(self, name: str, now: float, reason: str) -> None:
        """We are not in: remember why, and try again later each time."""
        stay = self.stay(name)
        if stay.joined_at is not None and now - stay.joined_at >= SETTLED:
            stay.failures = 0
        stay.due_at = now + min(LATEST, SOONEST * 2 ** min(stay.failures, DOUBLINGS))
        stay.failures += 1
        stay.asked_at = stay.joined_at = None
        self.trouble[name] = reason
