"""What the operator wants of the IRC client, checked before the first connection."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from psfbot.errors import UserError
from psfbot.platforms.irc import sasl
from psfbot.platforms.irc.keys import signer
from psfbot.platforms.irc.sasl import Credentials
from psfbot.platforms.irc.tls import Trust
from psfbot.settings import Settings

BAD_MECHANISM = "PSFBOT_IRC_SASL_MECHANISMS names {names}, which I do not know. I know {known}."
NO_WAY = (
    "PSFBOT_IRC_ACCOUNT is set to {account}, but nothing to log in to it with. Set PSFBOT_IRC_PASSWORD, "
    "PSFBOT_IRC_CLIENT_CERT or PSFBOT_IRC_ECDSA_KEY, or unset the account."
)
BAD_NAME = "{setting} is {value!r}, which no network takes: {why}."


@dataclass(frozen=True)
class Plan:
    """Everything that the client is told; nothing of it changes while it runs."""

    host: str
    port: int = 6697
    tls: bool = True
    trust: Trust = field(default_factory=Trust)
    nick: str = "psfbot"
    realname: str = "psfbot"
    channels: tuple[str, ...] = ()
    credentials: Credentials = field(default_factory=Credentials)
    folder: Path | None = None
    burst: int = 4
    interval: float = 2.0
    waits: tuple[float, float] = (2.0, 300.0)
    per_minute: int = 3
    quiet: float = 30.0
    deadline: float = 50.0
    questions: int = 6
    question_every: float = 5.0

    @property
    def loopback(self) -> bool:
        """Is the server on this machine? Then nobody listens on the way, with TLS or without."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def plan(settings: Settings) -> Plan:
    """Read the settings; what could never work is refused now, and not at four in the morning."""
    if unknown := sasl.unknown(settings.irc_sasl_mechanisms):
        raise UserError(BAD_MECHANISM.format(names=", ".join(unknown), known=", ".join(sasl.ORDER)))
    credentials = Credentials(
        account=settings.irc_account or "",
        password=settings.irc_password.get_secret_value() if settings.irc_password else "",
        certificate=settings.irc_client_cert is not None,
        sign=signer(settings.irc_ecdsa_key) if settings.irc_ecdsa_key else None,
        order=settings.irc_sasl_mechanisms,
    )
    if credentials.required and not (credentials.password or credentials.certificate or credentials.sign):
        raise UserError(NO_WAY.format(account=credentials.account))
    trust = Trust(settings.irc_tls_ca, settings.irc_tls_fingerprints, settings.irc_client_cert)
    trust.context()
    check_name("PSFBOT_IRC_NICK", settings.irc_nick)
    for channel in settings.irc_channels:
        check_name("PSFBOT_IRC_CHANNELS", channel)
    return Plan(
        host=settings.irc_host or "",
        port=settings.irc_port,
        tls=settings.irc_tls,
        trust=trust,
        nick=settings.irc_nick,
        realname=settings.irc_realname,
        channels=settings.irc_channels,
        credentials=credentials,
        folder=settings.irc_state_dir,
        burst=settings.irc_burst,
        interval=settings.irc_interval,
        waits=(settings.irc_reconnect_min, max(settings.irc_reconnect_min, settings.irc_reconnect_max)),
        per_minute=settings.irc_connects_per_minute,
        quiet=settings.irc_ping_after,
        deadline=settings.irc_ping_deadline,
        questions=settings.irc_questions,
        question_every=settings.irc_question_interval,
    )


def check_name(setting: str, value: str) -> None:
    """Refuse a name that would be read as two, or as the end of a line."""
    if not value or any(character in " ,:\a" or not character.isprintable() for character in value):
        raise UserError(
            BAD_NAME.format(setting=setting, value=value, why="it is empty or holds a space, comma or colon")
        )
