"""Is IRC set up well? The server is called and the login tried, and we are gone again before anybody sees us."""

import asyncio
import secrets
from dataclasses import dataclass, field

from psfbot.errors import UserError
from psfbot.platforms.irc import caps
from psfbot.platforms.irc.connection import Ears, Link, NotConnected, Reactor
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.login import Login
from psfbot.platforms.irc.plan import Plan, plan
from psfbot.plugin import Finding, Health
from psfbot.settings import Settings
from psfbot.trouble import invalid, why

SECONDS = 15.0
"""Seconds that the server has to let us in."""
SERVER, LOGIN = "irc server", "irc login"

UNSET = "PSFBOT_IRC_HOST is not set"
NO_ACCOUNT = "no account is set"
REGISTER = (
    "Set PSFBOT_IRC_ACCOUNT and PSFBOT_IRC_PASSWORD, so that the network knows psfbot, and others cannot pose as it."
)
CONNECT = "Look at PSFBOT_IRC_HOST and PSFBOT_IRC_PORT, and whether a firewall lets psfbot out."
TRUST = "Compare PSFBOT_IRC_TLS_FINGERPRINTS and PSFBOT_IRC_TLS_CA with what the network publishes."
SLOW = "it said nothing that makes sense within {seconds:.0f} seconds"
ACCOUNT = "Look at PSFBOT_IRC_ACCOUNT, PSFBOT_IRC_PASSWORD and PSFBOT_IRC_SASL_MECHANISMS."


@dataclass
class Visit:
    """One visit, up to the moment at which we would be let in."""

    login: Login
    link: Link
    over: asyncio.Event = field(default_factory=asyncio.Event)
    gone: str = ""
    let_in: bool = False

    def heard(self, line: Line) -> None:
        """Go on with the login; what would let us in is left unsaid."""
        if line.command == "PING":
            self.link.send(f"PONG :{line.text}")
        for said in self.login.heard(line):
            if said == caps.END:
                self.let_in = True
            else:
                self.link.send(said)
        if self.let_in or self.login.welcome or self.login.fault:
            self.over.set()

    def left(self, reason: str) -> None:
        """The server is gone."""
        self.gone = reason
        self.over.set()


async def look(settings: Settings) -> tuple[Finding, ...]:
    """Does the server answer with a certificate that we trust, and does it know our account?"""
    if not settings.irc_host:
        return (Finding("irc", Health.OFF, UNSET),)
    try:
        asked = plan(settings)
    except UserError as error:
        return (Finding(SERVER, Health.WRONG, str(error)),)
    link = Link(Reactor())
    try:
        return await visit(asked, link)
    except NotConnected as error:
        return (Finding(SERVER, Health.WRONG, f"{place(asked)}: {error}", TRUST),)
    except OSError as error:
        wrong = invalid(error) or "SSL" in type(error).__name__
        return (Finding(SERVER, Health.WRONG, f"{place(asked)}: {why(error)}", TRUST if wrong else CONNECT),)
    finally:
        link.hang_up("the doctor has seen enough", gently=True)


async def visit(asked: Plan, link: Link) -> tuple[Finding, ...]:
    """Call the server, and say what it let us see."""
    login = Login(
        asked.nick, asked.realname, asked.credentials, asked.tls or asked.loopback, asked.tls, secrets.token_urlsafe,
        lambda: secrets.randbelow(1000) / 1000,
    )  # fmt: skip
    seen = Visit(login, link)
    ears = Ears(seen.heard, seen.left, check=asked.trust.check)
    try:
        async with asyncio.timeout(SECONDS):
            await link.open(asked.host, asked.port, ears, asked.trust.context() if asked.tls else None)
            for line in login.begin():
                link.send(line)
            await seen.over.wait()
    except TimeoutError:
        return (Finding(SERVER, Health.WRONG, f"{place(asked)}: {SLOW.format(seconds=SECONDS)}", CONNECT),)
    if not seen.gone:
        link.send("QUIT :psfbot doctor")
    return told(seen, asked)


def told(seen: Visit, asked: Plan) -> tuple[Finding, ...]:
    """What a visit showed of the server, and of the account."""
    if seen.login.upgrade or (seen.gone and not seen.login.fault):
        return (Finding(SERVER, Health.WRONG, f"{place(asked)}: {seen.login.fault or seen.gone}", CONNECT),)
    how = "TLS, and its certificate is trusted" if asked.tls else "without TLS"
    server = Finding(SERVER, Health.OK, f"{place(asked)} answers, {how}")
    if seen.login.fault:
        return server, Finding(LOGIN, Health.WRONG, seen.login.fault, ACCOUNT)
    if not asked.credentials.any:
        return server, Finding(LOGIN, Health.OFF, NO_ACCOUNT, REGISTER)
    if seen.login.warning:
        return server, Finding(LOGIN, Health.WRONG, seen.login.warning, ACCOUNT)
    name = seen.login.exchange.name if seen.login.exchange else "SASL"
    return server, Finding(LOGIN, Health.OK, f"the account {seen.login.account or asked.credentials.account} by {name}")


def place(asked: Plan) -> str:
    """The server as people write it."""
    return f"{asked.host}:{asked.port}"
