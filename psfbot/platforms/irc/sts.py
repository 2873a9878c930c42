"""Strict transport security: a server that once said "TLS only" is never spoken to without it, also after a restart."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psfbot.platforms.irc.caps import Sts

FILE = "sts.json"


@dataclass(frozen=True, slots=True)
class Policy:
    """TLS on this port, for so many seconds after the last secure connection, the last of which was at `at`."""

    port: int
    duration: int
    at: float

    def holds(self, now: float) -> bool:
        """Is it still in force? A clock that was set back does not end it."""
        return now < self.at + self.duration


@dataclass
class Policies:
    """What each server said, in a file where there is a folder for it.

    A file that cannot be read or written is told to `trouble`: what was learnt then lasts until the bot ends.
    """

    folder: Path | None = None
    trouble: Callable[[str], None] = lambda _: None
    known: dict[str, Policy] = field(default_factory=dict)

    def load(self) -> None:
        """Read the file."""
        path = self.folder / FILE if self.folder else None
        if path is None or not path.exists():
            return
        try:
            found = json.loads(path.read_text("utf-8"))
            self.known = {
                str(host): Policy(int(one["port"]), int(one["duration"]), float(one["at"]))
                for host, one in found.items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            self.trouble(f"{path} cannot be read ({error}), so servers that insist on TLS are forgotten")

    def port(self, host: str, now: float) -> int | None:
        """The port where this server must be spoken to with TLS; None when it may be spoken to without."""
        policy = self.known.get(host.lower())
        return policy.port if policy and policy.holds(now) else None

    def learn(self, host: str, said: Sts, port: int, now: float) -> None:
        """Take what a server said over a secure connection on this port; a duration of 0 takes it back."""
        if said.duration is None:
            return
        if said.duration:
            self.known[host.lower()] = Policy(port, said.duration, now)
        else:
            self.known.pop(host.lower(), None)
        self.save()

    def renew(self, host: str, now: float) -> None:
        """A secure connection ends: from now on the duration counts anew."""
        policy = self.known.get(host.lower())
        if policy:
            self.known[host.lower()] = Policy(policy.port, policy.duration, now)
            self.save()

    def save(self) -> None:
        """Write the file, wholly or not at all."""
        if self.folder is None:
            return
        path = self.folder / FILE
        text = json.dumps({h: {"port": p.port, "duration": p.duration, "at": p.at} for h, p in self.known.items()})
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            new.write_text(text + "\n", "utf-8")
            new.replace(path)
        except OSError as error:
            self.trouble(f"{path} cannot be written ({error.strerror})")
