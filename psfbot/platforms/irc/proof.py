"""A line counts as told only by what the server says of it, and each way of saying so proves a little more or less.

- *labeled-response*: each line has a label, and the server's answer to just that line bears it. An ACK or an echo
  proves that this line was taken and passed on; an error with the label refuses this line and no other.
- *echo-message* alone: our own line comes back. That proves that it was taken and passed on. Servers may alter
  what they pass on, so an echo that is not word for word a line under way counts for the first one to its target.
  A line that a later one to the same target overtakes was swallowed without a word.
- *PING behind*: the PONG proves that the server has processed all lines before it, and that it did not say that it
  refused one. What a server swallows without a word goes unnoticed: so the others are preferred.

None proves that a person has read it. Whatever the link loses comes back as unproven.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import count

from psfbot.errors import DeliveryError
from psfbot.platforms.irc.line import Line

SPEAKING = ("PRIVMSG", "NOTICE")
REFUSALS = {
    "263": "the server is too busy for it",
    "401": "there is nobody of that name",
    "403": "there is no such channel",
    "404": "the channel does not take it from the bot (moderated, banned, or not joined)",
    "407": "the server takes no such list of targets",
    "408": "the channel takes no colours",
    "411": "the line named nobody to tell",
    "412": "the line was empty",
    "413": "the server knows no such domain",
    "414": "the server takes no wildcard there",
    "415": "the server takes no such mask",
    "417": "the line was too long",
    "421": "the server does not know the command",
    "437": "the channel is out of reach for now",
    "439": "the bot has spoken to too many in a short time",
    "440": "services are out of reach for now",
    "442": "the bot is not in the channel",
    "461": "the line lacked a part",
    "477": "only those who are logged in to services may speak there",
    "482": "only operators may speak there",
    "486": "only those who are logged in to services may speak to them",
    "489": "only some may speak there",
    "492": "the channel takes no CTCP",
    "493": "the bot shares no channel with them",
    "531": "they take no messages from the bot",
    "573": "the channel does not take it",
    "707": "the bot has spoken to too many in a short time",
    "716": "they take no messages from strangers",
    "936": "the network does not let a word of it pass",
    "937": "the channel does not let a word of it pass",
}
"""Numerics by which servers refuse to pass a line on, in our words."""
NEVER = frozenset({"401", "407", "411", "412", "413", "414", "415", "417", "421", "461", "486", "493", "531", "716"})
"""Refusals that do not mend by waiting: the person is not there or does not want it, or the line is wrong."""
LATER = {"263": 30.0, "439": 60.0, "707": 60.0}
"""Refusals that ask to be left alone for a while: seconds."""
NAMELESS = frozenset({"411", "412", "417"})
OF_A_COMMAND = frozenset({"263", "421", "461"})
"""Refusals that name no target, or the command in its place."""
ERROR = re.compile(r"[45][0-9][0-9]")
FAILED = "the server refused it: {reason}"
SWALLOWED = "the server passed a later line on but not this one"
CUT = "the link was lost before there was proof"
UNSENT = "the link was lost before it was sent"
KEPT = 1000
"""Lines under way that are remembered; when there are more, answers to the oldest are no longer expected."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a ticket: proven by `proof`, or not, because of `error`.

    `doubt` tells that all or a part of it may have been seen nevertheless, so that a repeat is to be marked.
    """

    ticket: int
    proof: str = ""
    error: DeliveryError | None = None
    doubt: bool = False


class How(Enum):
    """What proves a line."""

    LABEL = auto()
    ECHO = auto()
    PING = auto()


@dataclass(slots=True)
class Pending:
    """A ticket without an outcome: how many answers it waits for, of how many, and whether any of it was sent."""

    ticket: int
    left: int
    lines: int
    over: bool = False
    begun: bool = False


@dataclass(slots=True)
class Flying:
    """A line between us and the server; those of replies belong to no ticket, but have echoes as well."""

    how: How
    command: str
    target: str
    words: str
    pending: Pending | None = None
    key: str = ""
    refused: bool = False


Said = tuple[Flying, DeliveryError | None, str]
"""What the server said of a line: that it refused it, or what proves it."""


@dataclass
class Proofs:
    """Tickets on their way, and what the server has said of their lines.

    `fold` is the casemapping, `nick` ours and `caps` the capabilities in force: the client keeps them up to date.
    Ask `expect` what to put in the queue, tell `sent` of each line that is written to the link, in that order, and
    hand each line of the server to `heard`. One who no longer waits calls `forget`.
    """

    fold: Callable[[str], str]
    nick: str = ""
    caps: frozenset[str] = frozenset()
    open: dict[int, Pending] = field(default_factory=dict)
    unsent: dict[str, list[Flying]] = field(default_factory=dict)
    flying: list[Flying] = field(default_factory=list)
    batches: dict[str, str] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def how(self) -> How:
        """What proves a line at this server."""
        if "labeled-response" in self.caps:
            return How.LABEL
        return How.ECHO if "echo-message" in self.caps else How.PING

    @property
    def minds(self) -> bool:
        """Does it matter now what is sent? Lines of replies do where they have echoes."""
        return bool(self.unsent) or self.how is How.ECHO

    def expect(self, ticket: int, lines: Sequence[str]) -> list[str]:
        """The lines of one message to one target, as they are to be sent: with labels, or with a PING behind.

        They are to be sent in this order; lines of others may come between.
        """
        self.forget(ticket)
        how = self.how
        sending = [self.fly(line, how) for line in lines]
        if how is How.PING:
            key = f"psfbot-{next(self.numbers)}"
            sending.append((f"PING :{key}", Flying(how, "PING", "", "", key=key)))
        pending = Pending(ticket, 1 if how is How.PING else len(lines), len(lines))
        self.open[ticket] = pending
        for wire, flying in sending:
            flying.pending = pending
            self.unsent.setdefault(wire, []).append(flying)
        return [wire for wire, _ in sending]

    def fly(self, line: str, how: How) -> tuple[str, Flying]:
        """A line as it goes out, and what is remembered of it."""
        command, _, rest = line.partition(" ")
        target, _, words = rest.partition(" ")
        flying = Flying(how, command.upper(), self.fold(target), words.removeprefix(":"))
        if how is How.LABEL:
            flying.key = f"psfbot-{next(self.numbers)}"
            return f"@label={flying.key} {line}", flying
        return line, flying

    def sent(self, wire: str) -> None:
        """A line has been written to the link; to be told of all lines, as those of replies have echoes too."""
        if self.unsent and (waiting := self.unsent.get(wire)):
            flying = waiting.pop(0)
            if not waiting:
                del self.unsent[wire]
            if flying.pending:
                flying.pending.begun = True
            self.flying.append(flying)
        elif self.how is How.ECHO and wire.upper().startswith(SPEAKING):
            self.flying.append(self.fly(wire, How.ECHO)[1])
        if len(self.flying) > KEPT:
            del self.flying[0]

    def heard(self, line: Line) -> list[Outcome]:
        """What a line of the server settles: nothing, in most cases."""
        if not self.flying:
            self.batches.clear()
            return []
        said = self.labelled(line)
        if said is None:
            said = self.echoed(line) if line.command in SPEAKING else self.pong(line)
        if said is None:
            said = self.refused(line)
        return [outcome for each in said for outcome in self.settle(*each)]

    def settle(self, flying: Flying, error: DeliveryError | None, proof: str) -> list[Outcome]:
        """Count what was said of a line; the last proof, or the first refusal, is the outcome of its ticket."""
        pending = flying.pending
        if pending is None or pending.over:
            return []
        pending.left -= 1
        if error is None and pending.left:
            return []
        pending.over = True
        del self.open[pending.ticket]
        if error is None:
            return [Outcome(pending.ticket, proof)]
        return [Outcome(pending.ticket, error=error, doubt=pending.lines > 1 or str(error) == SWALLOWED)]

    def labelled(self, line: Line) -> list[Said] | None:
        """What an answer with one of our labels says, or one in a batch that bears it; None when it has none."""
        if line.command == "BATCH" and line.target.startswith("-"):
            key = self.batches.pop(line.target[1:], "")
            return self.taken(key, line) if key else None
        key = line.tags.get("label", "")
        inside = self.batches.get(line.tags.get("batch", ""), "")
        if not (key or inside) or not any(f.key in (key, inside) for f in self.flying if f.how is How.LABEL):
            return None
        if line.command == "BATCH":
            self.batches[line.target[1:]] = key
            return []
        if is_error(line):
            return [(flying, refusal(line), "") for flying in self.take_label(key or inside)]
        return [] if inside else self.taken(key, line)

    def taken(self, key: str, line: Line) -> list[Said]:
        """The line of this label was taken without an error."""
        seen = with_id("labelled echo" if line.command in SPEAKING else "labelled answer", line)
        return [(flying, None, seen) for flying in self.take_label(key)]

    def take_label(self, key: str) -> list[Flying]:
        """The line of this label, which is no longer under way: none if it was answered before."""
        for position, flying in enumerate(self.flying):
            if flying.how is How.LABEL and flying.key == key:
                return [self.flying.pop(position)]
        return []

    def echoed(self, line: Line) -> list[Said] | None:
        """What one of our own lines says that came back; others' lines say nothing."""
        if self.fold(line.nick) != self.fold(self.nick):
            return []
        target = self.fold(line.target)
        alike = [f for f in self.flying if (f.how, f.command, f.target) == (How.ECHO, line.command, target)]
        exact = [f for f in alike if f.words == line.text]
        hit = next((f for f in sorted(exact, key=lambda f: f.refused)), None)
        hit = hit or next((f for f in alike if not f.refused), None)
        if hit is None:
            return []
        place = next(position for position, flying in enumerate(alike) if flying is hit)
        gone = {id(flying) for flying in alike[: place + 1]}
        self.flying = [flying for flying in self.flying if id(flying) not in gone]
        swallowed = DeliveryError(SWALLOWED, final=False)
        overtaken: list[Said] = [(flying, swallowed, "") for flying in alike[:place] if not flying.refused]
        return [*overtaken, *([] if hit.refused else [(hit, None, with_id("echo", line))])]

    def pong(self, line: Line) -> list[Said] | None:
        """What a PONG says: all that was sent before its PING has been processed; None when it is no answer to one."""
        if line.command != "PONG" or line.nick:  # a person's client cannot answer for the server
            return None
        for position, flying in enumerate(self.flying):
            if flying.command == "PING" and flying.key == line.text:
                done = [f for f in self.flying[: position + 1] if f.how is How.PING]
                self.flying = [f for f in self.flying[:position] if f.how is not How.PING] + self.flying[position + 1 :]
                return [(f, None, f"pong {f.key}") for f in done if f.command == "PING"]
        return None

    def refused(self, line: Line) -> list[Said]:
        """Which lines an error without a label refuses: the first to its target that nothing was said of yet.

        Behind a PING it may be about any line to that target that was sent before the first PING without an answer.
        """
        target = about(line, self.fold)
        if target is None:
            return []
        pings = (at for at, flying in enumerate(self.flying) if flying.command == "PING")
        before = next(pings, len(self.flying))
        said: list[Said] = []
        for position, flying in enumerate(self.flying):
            fits = flying.how is not How.LABEL and flying.command != "PING" and target in ("", flying.target)
            if not fits or flying.refused or (flying.how is How.PING and position > before):
                continue
            said.append((flying, refusal(line), ""))
            if flying.how is How.ECHO:
                flying.refused = True
                break
        return said

    def forget(self, ticket: int) -> None:
        """Nobody waits for this ticket any more, and what was not sent of it never will be.

        To be called after a deadline, and after a refusal whose other lines were taken out of the queue; what was sent
        is still told apart from other lines.
        """
        pending = self.open.pop(ticket, None)
        if pending:
            pending.over = True
        for wire, waiting in list(self.unsent.items()):
            self.unsent[wire] = [f for f in waiting if f.pending is None or f.pending.ticket != ticket]
            if not self.unsent[wire]:
                del self.unsent[wire]

    def lost(self) -> list[Outcome]:
        """The link is gone: all tickets come back unproven, in doubt where a line of them was sent."""
        back = [
            Outcome(ticket, error=DeliveryError(CUT if pending.begun else UNSENT, final=False), doubt=pending.begun)
            for ticket, pending in self.open.items()
        ]
        for kept in (self.open, self.unsent, self.flying, self.batches):
            kept.clear()
        return back


def is_error(line: Line) -> bool:
    """Does the server refuse by this line what its label names?"""
    return line.command == "FAIL" or line.command in REFUSALS or bool(ERROR.fullmatch(line.command))


def refusal(line: Line) -> DeliveryError:
    """A refusal in words, and whether it is worth trying again."""
    reason = REFUSALS.get(line.command) or line.text or line.command
    final = line.command in NEVER
    return DeliveryError(FAILED.format(reason=reason), final=final, wait=LATER.get(line.command))


def about(line: Line, fold: Callable[[str], str]) -> str | None:
    """The target that an error without a label is about, "" where it names none; None when it is no such error."""
    if line.command == "FAIL":
        if line.target.upper() not in SPEAKING:
            return None
        return fold(line.params[2]) if len(line.params) > 3 else ""  # noqa: PLR2004 - command, code, context, words
    if line.command not in REFUSALS:
        return None
    named = line.params[1] if len(line.params) > 1 else ""
    if line.command in OF_A_COMMAND and named.upper() in SPEAKING:
        return ""
    if line.command in NAMELESS:
        return ""
    return None if line.command in OF_A_COMMAND else fold(named)


def with_id(seen: str, line: Line) -> str:
    """What was seen, with the id that the server gave the message if it did."""
    msgid = line.tags.get("msgid")
    return f"{seen} {msgid}" if msgid else seen
