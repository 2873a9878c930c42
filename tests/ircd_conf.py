"""What InspIRCd, Atheme and ngIRCd are told: their settings and the accounts, as text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase

SERVER, SERVICES = "irc.test", "services.test"
OPERATOR = "keeper"
"""Name and password of whoever may do everything. The servers listen on loopback only."""
SECRET = "between-the-two"  # noqa: S105 - the same: nothing from outside reaches these servers
MODULES = """
    banredirect blockcolor botmode cap chghost deaf globops hidechans ircv3 ircv3_accounttag ircv3_batch
    ircv3_capnotify ircv3_chghost ircv3_ctctags ircv3_echomessage ircv3_invitenotify ircv3_labeledresponse ircv3_msgid
    ircv3_servertime kicknorejoin monitor namesx nicklock noctcp redirect sajoin sakick samode sanick sapart sasl
    services_account sha256 spanningtree ssl_gnutls sslinfo sslmodes svshold uhnames
""".split()  # noqa: SIM905 - forty names read better without their quotes
SERVICE_MODULES = """
    backend/opensex crypto/pbkdf2v2 protocol/inspircd
    nickserv/main nickserv/cert nickserv/ghost nickserv/group nickserv/identify nickserv/info nickserv/register
    nickserv/set_core nickserv/set_password nickserv/set_pubkey
    chanserv/main chanserv/flags chanserv/op chanserv/register operserv/main
    saslserv/main saslserv/ecdsa-nist256p-challenge saslserv/external saslserv/plain
""".split()  # noqa: SIM905
MANY = 1_000_000_000
"""A limit that no test reaches."""


@dataclass(frozen=True)
class Account:
    """Somebody whom the services know from the start, by password and, with `keys`, by two more.

    Those are made in the server's folder: `NAME.pem`, a client certificate, and `NAME.ecdsa`, a private key.
    """

    name: str
    password: str
    keys: bool = False


@dataclass(frozen=True)
class Options:
    """How strict the server is, and what it offers.

    Without `fakelag`, whoever has sent more than `threshold` commands at `rate` a second is killed with Excess Flood,
    as on Libera; with it, their lines are read late. `sts` is a number of seconds, for the host `localhost`.
    """

    threshold: int = MANY
    rate: float = MANY / 1000
    fakelag: bool = False
    sts: int = 0
    services: bool = True
    without: frozenset[str] = frozenset()  # modules
    more: str = ""  # in InspIRCd's own words
    accounts: tuple[Account, ...] = ()


@dataclass(frozen=True)
class Ports:
    """Where everything listens."""

    plain: int
    tls: int
    link: int


def tag(element: str, /, **values: object) -> str:
    """One element of InspIRCd's configuration; what is true or false is yes or no there."""
    said = {key: ("no", "yes")[value] if isinstance(value, bool) else value for key, value in values.items()}
    return f"<{element} " + " ".join(f'{key}="{value}"' for key, value in said.items()) + ">"


def inspircd(folder: Path, ports: Ports, options: Options) -> str:
    """The settings of the IRC server, whose folder holds `server.pem`."""
    wanted = [module for module in MODULES if module not in options.without] + ["ircv3_sts"] * bool(options.sts)
    listening = [
        tag("sslprofile", name="own", provider="gnutls", hash="sha512", requestclientcert=True,
            certfile=folder / "server.pem", keyfile=folder / "server.pem"),
        tag("bind", address="127.0.0.1", port=ports.plain, type="clients"),
        tag("bind", address="127.0.0.1", port=ports.tls, type="clients", sslprofile="own"),
        tag("bind", address="127.0.0.1", port=ports.link, type="servers"),
        tag("link", name=SERVICES, ipaddr="127.0.0.1", port=1, allowmask="127.0.0.1", sendpass=SECRET, recvpass=SECRET),
        tag("uline", server=SERVICES, silent=True),
        tag("sasl", target=SERVICES, requiressl=False),
        tag("sts", host="localhost", duration=options.sts, port=ports.tls),
    ]  # fmt: skip
    people = [
        tag("connect", name="all", allow="*", timeout=20, pingfreq=60, limit=MANY // 1000, localmax=9999,
            globalmax=9999, recvq=10**8, softsendq=10**8, hardsendq=10**8, useident=False, resolvehostnames=False,
            threshold=options.threshold, commandrate=int(options.rate * 1000), fakelag=options.fakelag),
        tag("class", name="all", commands="*", usermodes="*", chanmodes="*", privs="*"),
        tag("type", name="all", classes="all"),
        tag("oper", name=OPERATOR, password=OPERATOR, host="*@*", type="all"),
    ]  # fmt: skip
    own = [
        tag("server", name=SERVER, description="for tests", network="Test", id="0PY"),
        tag("admin", name="nobody", nick="nobody", email="nobody@localhost"),
        tag("path", datadir=folder, logdir=folder, configdir=folder, runtimedir=folder),
        tag("pid", file=folder / "inspircd.pid"),
        tag("log", method="file", type="* -USERINPUT -USEROUTPUT", level="default", target="inspircd.log", flush=1),
        tag("options", prefixquit="Quit: ", defaultmodes="nt", serverpingfreq=1),
        tag("performance", softlimit=9999, somaxconn=512, quietbursts=True, netbuffersize=65534),
        tag("limits", maxnick=30, maxchan=64, maxident=10, maxreal=128, maxline=512),
    ]
    return "\n".join([*own, *(tag("module", name=name) for name in wanted), *listening, *people, options.more, ""])


def atheme(folder: Path, ports: Ports) -> str:
    """The settings of the services, which keep their accounts in the folder."""
    service = '{name} {{ nick = "{nick}"; user = "{name}"; host = "' + SERVICES + '"; real = "{nick}"; }};'
    names = {"nickserv": "NickServ", "chanserv": "ChanServ", "operserv": "OperServ", "saslserv": "SaslServ"}
    return "\n".join(
        [
            *(f'loadmodule "modules/{name}";' for name in SERVICE_MODULES),
            f'uplink "{SERVER}" {{ host = "127.0.0.1"; port = {ports.link};',
            f'  send_password = "{SECRET}"; receive_password = "{SECRET}"; }};',
            f'serverinfo {{ name = "{SERVICES}"; desc = "services"; numeric = "0AA"; recontime = 1; netname = "Test";',
            '  hidehostsuffix = "hidden.test"; adminname = "nobody"; adminemail = "nobody@localhost.test";',
            '  registeremail = "nobody@localhost.test"; mta = "/bin/true"; auth = none; casemapping = rfc1459;',
            "  loglevel = { error; info; network; }; mdlimit = 30; maxnicks = 9; maxchans = 99; maxlogins = 999;",
            "  maxusers = 0; emaillimit = 99; emailtime = 300; };",
            *(service.format(name=name, nick=nick) for name, nick in names.items()),
            "general { silent; uflags = { hidemail; }; cflags = { verbose; }; flood_msgs = 0; commit_interval = 1;",
            "  default_clone_allowed = 9999; default_clone_warn = 9999; };",
            "database { };",
            f'logfile "{folder / "atheme.log"}" {{ error; info; network; register; commands; }};',
            "",
        ]
    )


def ngircd(folder: Path, port: int) -> str:
    """The settings of the quick server: it holds nobody back and offers hardly anything."""
    sections: dict[str, dict[str, object]] = {
        "Global": {"Name": SERVER, "Info": "for benches", "Listen": "127.0.0.1", "Ports": port,
                   "PidFile": folder / "pid", "AdminEMail": "nobody@localhost", "MotdPhrase": "hello"},
        "Limits": {"MaxConnections": 0, "MaxConnectionsIP": 0, "MaxJoins": 0, "MaxPenaltyTime": 0, "MaxNickLength": 30,
                   "PingTimeout": 60, "PongTimeout": 20},
        "Options": {"DNS": "no", "Ident": "no", "PAM": "no", "SyslogFacility": "user"},
    }  # fmt: skip
    return "\n".join(
        line
        for name, values in sections.items()
        for line in (f"[{name}]", *(f"{key} = {value}" for key, value in values.items()), "")
    )


def database(accounts: Iterable[tuple[Account, str, str]], now: int) -> str:
    """What the services find in their database when they start: each account with its fingerprint and public key.

    A password without a scheme is read as it stands.
    """
    lines = ["GRVER 1", "DBV 12", "LUID AAAAABAAA"]
    for letter, (account, certfp, pubkey) in zip(ascii_uppercase, accounts, strict=False):
        name = account.name
        lines += [f"MU AAAAAAAA{letter} {name} {account.password} {name}@localhost.test {now} {now} +sb default"]
        lines += [f"MDU {name} private:pubkey {pubkey}"] * bool(pubkey)
        lines += [f"MN {name} {name} {now} {now}"]
        lines += [f"MCFP {name} {certfp}"] * bool(certfp)
    return "\n".join([*lines, "KID 0", "XID 0", "QID 0", ""])
