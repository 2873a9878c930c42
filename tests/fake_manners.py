"""What the fake IRC server answers when it is not told otherwise: the least that a client can live with."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fake_visit import SERVER, Visit

CAPS = (
    "sasl=PLAIN,EXTERNAL", "message-tags", "batch", "server-time", "account-tag", "account-notify", "extended-join",
    "chghost", "echo-message", "labeled-response", "cap-notify", "multi-prefix", "invite-notify",
)  # fmt: skip
ISUPPORT = "CASEMAPPING=rfc1459 CHANTYPES=# PREFIX=(ov)@+ STATUSMSG=@+ NICKLEN=30 TARGMAX=PRIVMSG:4,JOIN: WHOX"
Lines = Iterator[str | bytes]


@dataclass
class Manners:
    """How the server behaves: what is changed here holds from then on.

    `ls` are the lines of the answer to CAP LS, where one is not enough. `taken` are nicks in use; `no_entry` has for a
    channel the numeric that JOIN is answered with; `people` has accounts of nicks, for WHOIS and WHO; `banned` is a
    reason, told with 465 in place of the welcome. For the rest see `Sasl`.
    """

    caps: tuple[str, ...] = CAPS
    ls: tuple[str, ...] = ()
    passwords: dict[str, str] = field(default_factory=dict)
    external: str = ""
    forged: bool = False
    isupport: str = ISUPPORT
    taken: set[str] = field(default_factory=set)
    no_entry: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    banned: str = ""

    def do_cap(self, visit: Visit, words: list[str]) -> Lines:
        """Negotiate."""
        kind, names = words[0].upper(), words[-1].split()
        if kind in {"LS", "REQ"} and not visit.registered:
            visit.negotiating = True
        match kind:
            case "LS":
                *parts, last = self.ls or (" ".join(self.caps),)
                yield from (f":{SERVER} CAP {{nick}} LS * :{part}" for part in parts)
                yield f":{SERVER} CAP {{nick}} LS :{last}"
            case "REQ":
                offered = {cap.partition("=")[0] for cap in " ".join(self.ls or self.caps).split()}
                known = offered >= {name.lstrip("-") for name in names}
                if known:
                    visit.caps |= {name for name in names if name[0] != "-"}
                    visit.caps -= {name[1:] for name in names if name[0] == "-"}
                yield f":{SERVER} CAP {{nick}} {'ACK' if known else 'NAK'} :{words[-1]}"
            case "END":
                visit.negotiating = False
                yield from self.welcome(visit)

    def do_authenticate(self, visit: Visit, words: list[str]) -> Lines:
        """Log in."""
        yield from visit.sasl.hear(words[0])

    def do_nick(self, visit: Visit, words: list[str]) -> Lines:
        """Take a name, or another."""
        if words[0] in self.taken:
            yield f":{SERVER} 433 {{nick}} {words[0]} :Nickname is already in use."
            return
        if visit.registered:
            yield f":{visit.prefix} NICK :{words[0]}"
        visit.nick = words[0]
        yield from self.welcome(visit)

    def do_user(self, visit: Visit, words: list[str]) -> Lines:
        """The rest of a registration."""
        visit.user = words[0]
        yield from self.welcome(visit)

    def welcome(self, visit: Visit) -> Lines:
        """Let them in when everything is said."""
        if visit.registered or visit.negotiating or visit.nick == "*" or not visit.user:
            return
        if self.banned:
            yield f":{SERVER} 465 {{nick}} :You are banned from this server- {self.banned}"
            yield f"ERROR :Closing Link: client.fake (K-Lined: {self.banned})"
            visit.hang_up()
            return
        visit.registered = True
        yield f":{SERVER} 001 {{nick}} :Welcome to the fake network {visit.prefix}"
        yield f":{SERVER} 004 {{nick}} {SERVER} fake-1 iowB biklmnopstv bklov"
        yield f":{SERVER} 005 {{nick}} {self.isupport} :are supported by this server"
        yield f":{SERVER} 422 {{nick}} :There is no message of the day"

    def do_ping(self, _visit: Visit, words: list[str]) -> Lines:
        """Still here."""
        yield f":{SERVER} PONG {SERVER} :{words[-1]}"

    def do_join(self, visit: Visit, words: list[str]) -> Lines:
        """Let them into channels, or not."""
        for channel in words[0].split(","):
            if channel in self.no_entry:
                yield f":{SERVER} {self.no_entry[channel]} {{nick}} {channel} :Cannot join channel"
                continue
            more = f" {visit.sasl.account or '*'} :somebody" if "extended-join" in visit.caps else ""
            yield f":{visit.prefix} JOIN {channel}{more}"
            yield f":{SERVER} 353 {{nick}} = {channel} :{{nick}} @keeper"
            yield f":{SERVER} 366 {{nick}} {channel} :End of /NAMES list."

    def do_part(self, visit: Visit, words: list[str]) -> Lines:
        """Let them go."""
        yield f":{visit.prefix} PART {words[0]}"

    def do_privmsg(self, visit: Visit, words: list[str]) -> Lines:
        """Show those who want it what they have said."""
        if "echo-message" in visit.caps:
            yield f":{visit.prefix} PRIVMSG {words[0]} :{words[-1]}"

    def do_notice(self, visit: Visit, words: list[str]) -> Lines:
        """The same."""
        if "echo-message" in visit.caps:
            yield f":{visit.prefix} NOTICE {words[0]} :{words[-1]}"

    def do_whois(self, _visit: Visit, words: list[str]) -> Lines:
        """Who is that?"""
        nick = words[-1]
        yield f":{SERVER} 311 {{nick}} {nick} {nick} people.fake * :{nick}"
        if nick in self.people:
            yield f":{SERVER} 330 {{nick}} {nick} {self.people[nick]} :is logged in as"
        yield f":{SERVER} 318 {{nick}} {nick} :End of /WHOIS list."

    def do_who(self, _visit: Visit, words: list[str]) -> Lines:
        """Who is there? Told as `%tna` or `%na` asks."""
        fields, _, token = words[-1].partition(",")
        for nick, account in self.people.items():
            if words[0] in {nick, "*"} or words[0].startswith("#"):
                yield f":{SERVER} 354 {{nick}} {f'{token} ' * ('t' in fields)}{nick} {account or '0'}"
        yield f":{SERVER} 315 {{nick}} {words[0]} :End of /WHO list."

    def do_mode(self, visit: Visit, words: list[str]) -> Lines:
        """Own modes are as they are wanted."""
        if words[0] == visit.nick and len(words) > 1:
            yield f":{visit.prefix} MODE {visit.nick} :{words[1]}"

    def do_quit(self, visit: Visit, _words: list[str]) -> Lines:
        """Goodbye."""
        yield "ERROR :Closing Link: client.fake (Quit)"
        visit.hang_up()
