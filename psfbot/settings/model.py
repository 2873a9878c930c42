"""The settings that psfbot itself reads."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from psfbot.settings.reading import Configuration
from psfbot.settings.values import (
    Address,
    Detours,
    Fingerprints,
    Folders,
    NameServer,
    Repository,
    Secrets,
    Words,
    lower,
)


class Settings(Configuration):
    """All settings of psfbot itself, read once at the start and never changed; a plugin brings its own.

    The text under a field is its description, here, in `psfbot settings` and in `docs/settings.md`.
    """

    # The bot itself
    catalog: Path | None = Field(default=None, examples=["/srv/psfbot/catalog.yaml"])
    """The catalog file. Not given: `catalog.yaml` in the working folder, else the copy that was installed."""
    database_url: SecretStr | None = Field(default=None, examples=["postgresql+psycopg://psfbot@db.internal/psfbot"])
    """The database that keeps alerts and checklists. Not given: an SQLite file in the working folder."""
    host: str = Field(default="127.0.0.1", examples=["10.0.0.5"])
    """Address that the web page and the webhooks listen on."""
    port: int = Field(default=8080, ge=0, le=65535, examples=["8080"])
    """Port that they listen on; 0 takes any free one."""
    public_url: Address | None = Field(default=None, examples=["https://psfbot.example.org"])
    """Address under which people reach the web page; links in chat start with it."""
    plugins: Words = Field(default=(), examples=["pingdom,pagerduty"])
    """The plugins that are on. Not given: all that are found."""
    plugin_dirs: Folders = Field(default=(), examples=["/srv/psfbot/plugins"])
    """More folders to look for plugins in; what they hold goes before what is built in."""
    checks_connect_to: Detours = Field(default=(), examples=["www.python.org:443=127.0.0.1:8443"])
    """Where checks go instead: `host:port=address:port`, or `address:port` for all; `http://` before it is no TLS."""
    checks_ca: Path | None = Field(default=None, examples=["/etc/ssl/psf-ca.pem"])
    """More certificates (PEM) to trust in checks and probes, such as those of a CA of one's own."""
    checks_dns_server: NameServer | None = Field(default=None, examples=["127.0.0.1:5353"])
    """Name server that checks and probes ask. Not given: those of this machine; a demo asks none."""
    poll_alarm_after: float = Field(default=3600, ge=0, examples=["3600"])
    """Seconds that a poll may fail before the rooms for all alerts are told, once; 0 tells nobody."""
    drift_day: Annotated[
        Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "off"],
        BeforeValidator(lower),
    ] = Field(default="monday", examples=["tuesday"])
    """Day of the week on which the catalog is compared with what is out there, at 09:00 UTC; `off` never does."""
    deadman_url: SecretStr | None = Field(default=None, examples=["https://hc-ping.example.org/a-secret-word"])
    """Address that is called (GET) after each heartbeat that came through; whoever is there alarms when that stops."""
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = Field(
        default="info", examples=["debug"]
    )
    """The least severe log entries that are written: `debug`, `info`, `warning` or `error`."""
    log_format: Annotated[Literal["console", "json"], BeforeValidator(lower)] = Field(
        default="console", examples=["json"]
    )
    """`console` for people, `json` for machines (one object a line)."""

    # IRC: on when irc_host is set
    irc_host: str | None = Field(default=None, examples=["irc.libera.chat"])
    """The IRC server. IRC is on when this is set."""
    irc_port: int = Field(default=6697, ge=1, le=65535, examples=["6697"])
    """Port of the IRC server."""
    irc_tls: bool = Field(default=True, examples=["true"])
    """Whether to speak TLS and to check the server's certificate."""
    irc_tls_ca: Path | None = Field(default=None, examples=["/etc/ssl/private-ca.pem"])
    """More certificates (PEM) to trust, besides the system's."""
    irc_tls_fingerprints: Fingerprints = Field(default=(), examples=["ab" * 32])
    """Fingerprints (SHA-256 or SHA-512) of the only server certificates to accept."""
    irc_nick: str = Field(default="psfbot", examples=["psfbot"])
    """The nick that psfbot asks for."""
    irc_realname: str = Field(
        default="psfbot, service catalog of the PSF infrastructure team", examples=["psfbot, run by the PSF"]
    )
    """Real name on IRC. Networks ask that it says what the bot is and who runs it."""
    irc_channels: Words = Field(default=(), examples=["#python-infra,#psf-ops"])
    """Channels to join, beside the catalog's rooms that hear alerts. An alert that no room claims goes to the first."""
    irc_sasl_mechanisms: Words = Field(default=(), examples=["EXTERNAL,PLAIN"])
    """SASL mechanisms to try, in this order. Not given: all that the credentials allow, strongest first."""
    irc_account: str | None = Field(default=None, examples=["psfbot"])
    """Services account to log in to."""
    irc_password: SecretStr | None = Field(default=None, examples=["correct-horse"])
    """Password of that account."""
    irc_client_cert: Path | None = Field(default=None, examples=["/run/secrets/irc.pem"])
    """Client certificate and its key in one PEM file, for SASL EXTERNAL."""
    irc_ecdsa_key: Path | None = Field(default=None, examples=["/run/secrets/irc-ecdsa.pem"])
    """Private key (PEM file) for SASL ECDSA-NIST256P-CHALLENGE."""
    irc_state_dir: Path | None = Field(default=None, examples=["/var/lib/psfbot/irc"])
    """Folder that remembers which servers insist on TLS (STS). Not given: this is forgotten at a restart."""
    irc_burst: int = Field(default=4, ge=1, examples=["4"])
    """Lines that may be sent at once before pacing begins."""
    irc_interval: float = Field(default=2.0, ge=0, examples=["2"])
    """Seconds between lines after that; 0 switches pacing off."""
    irc_reconnect_min: float = Field(default=2.0, gt=0, examples=["2"])
    """Seconds before psfbot connects again after a first fault; each further fault doubles them."""
    irc_reconnect_max: float = Field(default=300.0, gt=0, examples=["300"])
    """The most that those seconds may become."""
    irc_connects_per_minute: int = Field(default=3, ge=1, examples=["3"])
    """The most connections in a minute, whatever happens; networks ban those who try more often."""
    irc_ping_after: float = Field(default=30.0, gt=0, examples=["30"])
    """Seconds of silence after which psfbot asks the server for a sign of life."""
    irc_ping_deadline: float = Field(default=50.0, gt=0, examples=["50"])
    """Seconds that the server has to give one; then the link is dead, and another one is made."""
    irc_questions: int = Field(default=6, ge=1, examples=["6"])
    """Questions that one person may ask in a row before they are asked to slow down."""
    irc_question_interval: float = Field(default=5.0, ge=0, examples=["5"])
    """Seconds after which they may ask one more; 0 lifts the limit."""

    # Slack: on when slack_bot_token is set
    slack_bot_token: SecretStr | None = Field(default=None, examples=["xoxb-…"])
    """Bot token. Slack is on when this is set."""
    slack_app_token: SecretStr | None = Field(default=None, examples=["xapp-…"])
    """App-level token for Socket Mode, which needs no public address."""
    slack_signing_secret: Secrets = Field(default=(), examples=["0123456789abcdef…"])
    """Proves that requests to `/slack/events` come from Slack; needed without Socket Mode. Each of several counts."""
    slack_api_url: Address = Field(default="https://slack.com/api", examples=["https://slack.com/api"])
    """Address of Slack's Web API; tests point it at a stand-in."""
    slack_channels: Words = Field(default=(), examples=["C0123456789"])
    """Ids of channels that alerts may go to. An alert that no room claims goes to the first one."""
    slack_interval: float = Field(default=1.0, ge=0, examples=["1"])
    """Seconds between messages in one channel; 0 switches pacing off."""

    # GitHub
    github_token: SecretStr | None = Field(default=None, examples=["github_pat_…"])
    """Token that may push branches and open pull requests with catalog edits."""
    github_repo: Repository | None = Field(default=None, examples=["psf/psfbot"])
    """The repository that holds the catalog, as `owner/name`."""
    github_api_url: Address = Field(default="https://api.github.com", examples=["https://github.example.org/api/v3"])
    """Address of GitHub's REST API."""
    github_app_id: str | None = Field(default=None, examples=["123456"])
    """Id of a GitHub App that may do the same, in place of a token; the next two belong to it."""
    github_app_installation_id: str | None = Field(default=None, examples=["7654321"])
    """Number of its installation where the catalog is."""
    github_app_private_key: SecretStr | None = Field(default=None, examples=["-----BEGIN RSA PRIVATE KEY-----…"])
    """Its private key (PEM)."""

    # Catalog edits: where they go without GitHub
    catalog_remote: SecretStr | None = Field(default=None, examples=["https://git.example.org/infra/catalog.git"])
    """A git remote that holds the catalog: edits are pushed there as branches. It may hold a name and a password."""
    catalog_branch: str | None = Field(default=None, examples=["main"])
    """The branch that edits are merged into. Not given: what GitHub says, and `main` at another remote."""
    proposals_dir: Path | None = Field(default=None, examples=["/var/lib/psfbot/proposals"])
    """Folder for edits as patches, where neither is set. Not given: `psfbot-proposals` beside the SQLite file."""
