"""What the fake IRC server knows of one connection, and of one line that came on it."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fake_sasl import Sasl
from proxy import reset

SERVER = "irc.fake"


@dataclass(frozen=True)
class Received:
    """One line from a client: when it came, in seconds of the loop's clock, and in which visit."""

    at: float
    visit: int
    line: str

    @property
    def words(self) -> list[str]:
        """Command and parameters, without tags."""
        head, colon, tail = re.sub(r"^@\S+ +", "", self.line).partition(" :")
        return head.split() + [tail] * bool(colon)

    @property
    def label(self) -> str:
        """What the client wants the answer to be labelled with."""
        found = re.match(r"@(?:\S*;)?label=([^; ]+)", self.line)
        return found[1] if found else ""


@dataclass
class Visit:
    """One connection, and how far it has come."""

    number: int
    writer: asyncio.StreamWriter
    sasl: Sasl
    nick: str = "*"
    user: str = ""
    caps: set[str] = field(default_factory=set)
    negotiating: bool = False
    registered: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def prefix(self) -> str:
        """Whom others see."""
        return f"{self.nick}!{self.user}@client.fake"

    def send(self, *lines: str | bytes) -> None:
        """Say this; `{nick}` and `{server}` are filled in, and bytes go as they are, without an end put to them."""
        for line in lines:
            if isinstance(line, str):
                line = line.replace("{nick}", self.nick).replace("{server}", SERVER).encode() + b"\r\n"  # noqa: PLW2901
            if not self.writer.is_closing():
                self.writer.write(line)

    def hang_up(self) -> None:
        """End it; what was said before still arrives."""
        self.writer.close()

    def reset(self) -> None:
        """End it the hard way."""
        reset(self.writer)


def labelled(one: Received, answer: Iterable[str | bytes]) -> Iterator[str | bytes]:
    """The answer as a client gets it that has asked for it with a label."""
    label, lines = f"label={one.label}", list(answer)
    if len(lines) == 1 and isinstance(lines[0], str):
        yield f"@{label};{lines[0][1:]}" if lines[0].startswith("@") else f"@{label} {lines[0]}"
    elif lines:
        yield f"@{label} :{SERVER} BATCH +{one.label} labeled-response"
        yield from (f"@batch={one.label} {line}" if isinstance(line, str) else line for line in lines)
        yield f":{SERVER} BATCH -{one.label}"
    else:
        yield f"@{label} :{SERVER} ACK"
