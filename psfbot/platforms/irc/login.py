"""Registration: capabilities, then the services account, then a nick; where an account is set, never without it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from psfbot.platforms.irc import caps
from psfbot.platforms.irc.caps import Caps, Sts
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.safe import plain
from psfbot.platforms.irc.sasl import Credentials, Exchange, Stage

WELCOME = "001"
END_OF_MOTD = frozenset({"376", "422"})
NICK_TROUBLE = frozenset({"432", "433", "436", "437"})
CLOSED_TO_US = frozenset({"463", "464", "465", "466"})
"""Our host is not allowed, a server password is wrong, we are banned, or soon will be."""
NO_SASL = "the account {account} is set, and the server offers no SASL just now"
NOT_PRIVATE = "without TLS neither a password nor a certificate is shown"
UNPROVEN = "the account {account} is set, and the server let us in without it"
REFUSED = "login to the account {account} failed: {reason}"
TRIES = 20
"""Nicks that are tried before the link is given up."""


def ladder(nick: str, step: int, draw: float) -> str:
    """Another nick to try when the first one is taken; later ones are short, and likely to be free."""
    if step <= 2:  # noqa: PLR2004 - two underscores still look like the same bot
        return nick + "_" * step
    letters = "".join(character for character in nick if character.isascii() and character.isalpha())[:5] or "bot"
    return f"{letters}{int(draw * 9000) + 1000}"


@dataclass
class Login:
    """One registration; it is over when `welcome` is set, or when `fault` says why it cannot be.

    `private` tells that nobody can listen on the way. `upgrade` is set where the server insists on TLS.
    """

    nick: str
    realname: str
    credentials: Credentials
    private: bool
    secure: bool
    nonce: Callable[[], str]
    draw: Callable[[], float]
    caps: Caps = field(default_factory=Caps)
    exchange: Exchange | None = None
    current: str = ""
    step: int = 0
    welcome: bool = False
    ready: bool = False
    fault: str = ""
    upgrade: Sts | None = None
    warning: str = ""

    @property
    def account(self) -> str:
        """The account that the server says we are logged in to."""
        return self.exchange.account if self.exchange else ""

    @property
    def logged_in(self) -> bool:
        """Has a login worked?"""
        return bool(self.exchange and self.exchange.stage is Stage.DONE)

    def begin(self) -> list[str]:
        """The first lines of a connection."""
        self.current = self.nick
        user = "".join(c for c in self.nick if c.isascii() and c.isalnum())[:9].lower() or "psfbot"
        return [caps.HELLO, f"NICK {self.nick}", f"USER {user} 0 * :{self.realname}"]

    def heard(self, line: Line) -> list[str]:
        """What to send after a line of the server."""
        if self.fault:
            return []
        if self.welcome:
            self.ready = self.ready or line.command in END_OF_MOTD
            return self.caps.heard(line)
        if line.command == WELCOME:
            return self.welcomed(line)
        if line.command in NICK_TROUBLE:
            return self.another_nick(line)
        if line.command in CLOSED_TO_US:
            self.fault = f"the server refused us: {plain(line.text)} ({line.command})"
            return []
        settled = self.caps.settled
        send = self.caps.heard(line)
        if self.insists(line):
            return []
        if self.caps.settled and not settled:
            return [*send, *self.authenticate()]
        return [*send, *self.authenticating(line)]

    def insists(self, line: Line) -> bool:
        """Does the server want TLS, which we do not speak with it?"""
        said = self.caps.sts
        if line.command == "CAP" and not self.secure and said and said.port:
            self.upgrade = said
            self.fault = f"the server insists on TLS, on port {said.port}"
        return bool(self.upgrade)

    def authenticate(self) -> list[str]:
        """Capabilities are settled: log in, or go on without where no account is set."""
        if not self.credentials.any:
            return [caps.END]
        if "sasl" not in self.caps.on:
            return self.without(NO_SASL.format(account=self.credentials.account))
        self.exchange = Exchange(self.credentials.mechanisms(self.nonce, private=self.private))
        return self.judged(self.exchange.begin(self.caps.offered.get("sasl", "")))

    def authenticating(self, line: Line) -> list[str]:
        """Go on with the login."""
        if self.exchange is None or self.exchange.stage is not Stage.RUNNING:
            return []
        return self.judged(self.exchange.heard(line))

    def judged(self, send: list[str]) -> list[str]:
        """What to send, and what follows when the login has just ended."""
        assert self.exchange is not None  # noqa: S101 - both callers have just used it
        if self.exchange.stage is Stage.DONE:
            return [*send, caps.END]
        if self.exchange.stage is Stage.FAILED:
            reason = self.exchange.reason if self.private else f"{self.exchange.reason} ({NOT_PRIVATE})"
            return [
                *send,
                *self.without(REFUSED.format(account=self.credentials.account or "of the certificate", reason=reason)),
            ]
        return send

    def without(self, why: str) -> list[str]:
        """There is no login: that is the end where an account is set, else worth a warning."""
        if self.credentials.required:
            self.fault = why
            return []
        self.warning = why
        return [caps.END]

    def welcomed(self, line: Line) -> list[str]:
        """The server let us in, by a nick that may have been cut."""
        if self.credentials.required and not self.logged_in:
            self.fault = UNPROVEN.format(account=self.credentials.account)
            return []
        self.current, self.welcome = line.target, True
        return []

    def another_nick(self, line: Line) -> list[str]:
        """The nick is not to be had: try the next one."""
        self.step += 1
        if self.step > TRIES:
            self.fault = f"no nick is to be had: {plain(line.text)} ({line.command})"
            return []
        self.current = ladder(self.nick, self.step, self.draw())
        return [f"NICK {self.current}"]
