"""SASL: log in to the services account by the strongest way that both sides know, or say why not."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.safe import plain
from psfbot.platforms.irc.scram import Scram, Untrusted

ORDER = ("EXTERNAL", "SCRAM-SHA-512", "SCRAM-SHA-256", "ECDSA-NIST256P-CHALLENGE", "PLAIN")
"""Strongest first; what reveals the password comes last."""
CHUNK = 400
MOST = 16_384
"""Characters of a challenge; a longer one is no challenge."""
NUMERICS = frozenset({"900", "901", "902", "903", "904", "905", "906", "907", "908"})
NOT_OFFERED = "the server offers none of the SASL mechanisms that the settings allow ({wanted}); it offers {offered}"


class Mechanism(Protocol):
    """One way to log in."""

    def respond(self, challenge: bytes) -> bytes:
        """What to say to a challenge; the first one is empty. Raises `Untrusted` when there is nothing good to say."""

    @property
    def proven(self) -> bool:
        """Did the server prove all that this mechanism asks of it?"""


@dataclass
class Says:
    """A mechanism that says one thing and asks nothing of the server."""

    what: bytes
    said: bool = False
    proven: bool = True

    def respond(self, challenge: bytes) -> bytes:
        """Say it, once."""
        if self.said or challenge:
            raise Untrusted("the server asks for more than this mechanism has")
        self.said = True
        return self.what


@dataclass
class Signs:
    """ECDSA-NIST256P-CHALLENGE: name the account, then sign what the server sends."""

    account: str
    sign: Callable[[bytes], bytes]
    named: bool = False
    proven: bool = False

    def respond(self, challenge: bytes) -> bytes:
        """The account, then a signature; only a digest is signed, so that nobody has us sign a text of theirs."""
        if not self.named:
            self.named = True
            return self.account.encode()
        if len(challenge) != 32 or self.proven:  # noqa: PLR2004 - bytes of SHA-256
            raise Untrusted("the server's challenge is not 32 bytes")
        self.proven = True
        return self.sign(challenge)


@dataclass(frozen=True)
class Credentials:
    """All that psfbot could log in with."""

    account: str = ""
    password: str = field(default="", repr=False)
    certificate: bool = False
    sign: Callable[[bytes], bytes] | None = None
    order: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """May there be no session without a login?"""
        return bool(self.account)

    @property
    def any(self) -> bool:
        """Is there anything to log in with?"""
        return bool(self.account or self.certificate)

    def mechanisms(self, nonce: Callable[[], str], *, private: bool) -> Mapping[str, Callable[[], Mechanism]]:
        """The ways that these allow, in order; PLAIN only where nobody listens on the way."""
        account, password = self.account, self.password
        ways: dict[str, tuple[bool, Callable[[], Mechanism]]] = {
            "EXTERNAL": (self.certificate and private, lambda: Says(account.encode())),
            "SCRAM-SHA-512": (bool(account and password), lambda: Scram(account, password, "sha512", nonce())),
            "SCRAM-SHA-256": (bool(account and password), lambda: Scram(account, password, "sha256", nonce())),
            "PLAIN": (
                bool(account and password) and private,
                lambda: Says(f"{account}\0{account}\0{password}".encode()),
            ),
        }
        if self.sign and account:
            sign = self.sign
            ways["ECDSA-NIST256P-CHALLENGE"] = True, lambda: Signs(account, sign)
        names = tuple(name.upper() for name in self.order) or ORDER
        return {name: ways[name][1] for name in names if ways.get(name, (False,))[0]}


class Stage(Enum):
    """How far the exchange has come."""

    RUNNING = "running"
    DONE = "logged in"
    FAILED = "failed"


@dataclass
class Exchange:
    """Tries one mechanism after the other, until one works or none is left."""

    ways: Mapping[str, Callable[[], Mechanism]]
    stage: Stage = Stage.RUNNING
    account: str = ""
    reasons: list[str] = field(default_factory=list)
    name: str = ""
    mechanism: Mechanism | None = None
    left: list[str] = field(default_factory=list)
    challenge: str = ""
    listed: bool = False
    """Was what the server has just said a list of what it knows? Then a failure right behind it says the same again."""

    @property
    def reason(self) -> str:
        """Why it failed, each mechanism with its own reason."""
        return "; ".join(dict.fromkeys(self.reasons))

    def begin(self, offered: str) -> list[str]:
        """Start with the first mechanism that the server knows; it may not have said which it does."""
        known = {name.upper() for name in offered.split(",") if name}
        self.left = [name for name in self.ways if name in known or not known]
        if not self.left:
            wanted = ", ".join(self.ways) or "none: there is no password, no key and no certificate for it"
            self.reasons.append(NOT_OFFERED.format(wanted=wanted, offered=plain(offered) or "nothing"))
        return self.next()

    def next(self) -> list[str]:
        """Go on to the next mechanism."""
        self.challenge = ""
        if not self.left:
            self.stage = Stage.FAILED
            return []
        self.name = self.left.pop(0)
        self.mechanism = self.ways[self.name]()
        return [f"AUTHENTICATE {self.name}"]

    def heard(self, line: Line) -> list[str]:
        """What to send after a line of the server about the login; nothing after any other line."""
        if self.stage is not Stage.RUNNING:
            return []
        if line.command not in NUMERICS | {"AUTHENTICATE"}:
            return []
        listed, self.listed = self.listed, line.command == "908"
        if line.command == "AUTHENTICATE":
            return self.challenged(line.text)
        return [] if listed and line.command == "904" else self.told(line)

    def challenged(self, part: str) -> list[str]:
        """Answer, once the challenge is whole: 400 characters mean that there is more of it."""
        self.challenge += "" if part == "+" else part
        if len(self.challenge) > MOST:
            return self.give_up("the server's challenge is too long")
        if len(part) == CHUNK:
            return []
        whole, self.challenge = self.challenge, ""
        if self.mechanism is None:
            return []
        try:
            return chunks(self.mechanism.respond(b64decode(whole, validate=True)))
        except ValueError:
            return self.give_up("the server's challenge is not base64")
        except Untrusted as why:
            return self.give_up(str(why))

    def give_up(self, why: str) -> list[str]:
        """End it all: whoever breaks the rules of one mechanism is not told the password by the next."""
        self.reasons.append(f"{self.name}: {why}")
        self.left, self.stage = [], Stage.FAILED
        return ["AUTHENTICATE *"]

    def told(self, line: Line) -> list[str]:
        """Go by one of the numerics about SASL."""
        match line.command:
            case "900":
                self.account = line.params[2] if len(line.params) > 2 else ""  # noqa: PLR2004
            case "901":
                self.account = ""
            case "903" | "907" if self.mechanism is not None and self.mechanism.proven:
                self.stage = Stage.DONE
            case "903" | "907":
                return self.give_up("the server says that all is well, but did not prove that it knows the password")
            case "908":
                offered = line.params[1] if len(line.params) > 1 else ""
                self.left = [name for name in self.left if name in offered.upper().split(",")]
                self.reasons.append(f"{self.name}: the server offers {plain(offered) or 'nothing'} (908)")
                return self.next()
            case _:
                self.reasons.append(f"{self.name}: {plain(line.text)} ({line.command})")
                return self.next()
        return []


def chunks(answer: bytes) -> list[str]:
    """An answer in lines of 400 characters; a line that is not full, or a plus, shows its end."""
    text = b64encode(answer).decode()
    parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    if not parts or len(parts[-1]) == CHUNK:
        parts.append("+")
    return [f"AUTHENTICATE {part}" for part in parts]


def unknown(names: Iterable[str]) -> tuple[str, ...]:
    """Those among a setting's names that are no mechanism of psfbot's."""
    return tuple(name for name in names if name.upper() not in ORDER)
