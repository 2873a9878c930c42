"""Which capabilities the server offers (CAP LS 302), which of them psfbot asks for, and which are on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from psfbot.platforms.irc.line import Line

HELLO = "CAP LS 302"
END = "CAP END"
USEFUL = (
    "sasl",
    "message-tags",
    "batch",
    "server-time",
    "account-tag",
    "account-notify",
    "extended-join",
    "chghost",
    "echo-message",
    "labeled-response",
    "cap-notify",
)
"""All that psfbot makes use of; nothing else is asked for, whatever a server offers."""
ROOM = 400
"""Bytes of names in one request."""


@dataclass(frozen=True, slots=True)
class Sts:
    """What a server says of strict transport security: where TLS is spoken, and for how long that holds."""

    port: int | None = None
    duration: int | None = None


@dataclass
class Caps:
    """The negotiation, and what came of it; capabilities may also come and go later."""

    useful: tuple[str, ...] = USEFUL
    offered: dict[str, str] = field(default_factory=dict)
    on: set[str] = field(default_factory=set)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    listed: bool = False

    @property
    def settled(self) -> bool:
        """Is the list whole, and is every request answered?"""
        return self.listed and not self.asked

    @property
    def sts(self) -> Sts | None:
        """The server's word on strict transport security, if it makes sense."""
        return sts(self.offered["sts"]) if "sts" in self.offered else None

    def heard(self, line: Line) -> list[str]:
        """What to send after a line of the server about capabilities; nothing after any other line."""
        if line.command in {"410", "421"} and "CAP" in (word.upper() for word in line.params):
            self.listed, self.asked = True, []
        if line.command != "CAP" or len(line.params) < 3:  # noqa: PLR2004 - whom it is for, what it is, and names
            return []
        kind, names = line.params[1].upper(), line.text.split()
        match kind:
            case "LS":
                return self.listing(names, more=line.params[2] == "*" and len(line.params) > 3)  # noqa: PLR2004
            case "NEW":
                self.offer(names)
                return list(self.requests(name.partition("=")[0] for name in names))
            case "DEL":
                for name in names:
                    self.offered.pop(name, None)
                    self.on.discard(name)
            case "ACK":
                self.granted(names)
            case "NAK":
                return self.refused(names)
        return []

    def listing(self, names: list[str], *, more: bool) -> list[str]:
        """Part of what is offered; ask when the list is whole."""
        self.offer(names)
        if more:
            return []
        self.listed = True
        return list(self.requests(self.offered))

    def offer(self, names: Iterable[str]) -> None:
        """Remember names with their values."""
        self.offered |= {name: value for name, _, value in (word.partition("=") for word in names)}

    def requests(self, names: Iterable[str]) -> Iterator[str]:
        """Ask for what is useful among these, by name, in as few lines as there is room for."""
        new = set(names) - self.on
        wanted = [name for name in self.useful if name in new]
        while wanted:
            batch: list[str] = []
            while wanted and len(" ".join([*batch, wanted[0]])) <= ROOM:
                batch.append(wanted.pop(0))
            yield self.request(*batch)

    def request(self, *names: str) -> str:
        """Ask for some; they come all together or not at all."""
        self.asked.append(names)
        return f"CAP REQ :{' '.join(names)}"

    def granted(self, names: Iterable[str]) -> None:
        """Some are on now, or off where a minus says so."""
        for word in names:
            name = word.lstrip("-~=")
            (self.on.discard if word.startswith("-") else self.on.add)(name)
            self.answered(name)

    def refused(self, names: list[str]) -> list[str]:
        """Of some, at least one is refused: ask for each alone, and give up on one that was alone already."""
        batch = next((batch for batch in self.asked if set(names) & set(batch)), ())
        if batch:
            self.asked.remove(batch)
        return [self.request(name) for name in batch] if len(batch) > 1 else []

    def answered(self, name: str) -> None:
        """One of those asked for needs no answer any more."""
        left = (tuple(word for word in batch if word != name) for batch in self.asked)
        self.asked = [batch for batch in left if batch]


def sts(value: str) -> Sts | None:
    """Read `port=6697,duration=2592000`; None where neither makes sense."""
    given = dict(part.partition("=")[::2] for part in value.split(","))
    port, duration = (number(given.get(key, "")) for key in ("port", "duration"))
    port = port if port and port <= 65535 else None  # noqa: PLR2004 - the last port there is
    return Sts(port, duration) if port is not None or duration is not None else None


def number(text: str) -> int | None:
    """A whole number that is not negative."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None  # noqa: PLR2004
