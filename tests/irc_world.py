"""An IRC network and a loop whose clock jumps: days pass in seconds, and a real client sees nothing unusual in it."""

import asyncio
import selectors
import socket
from array import array
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from random import Random

STEP = 4.0
"""Seconds that the clock jumps at least once nothing is left to do, like a machine that is very busy at times."""
FULL = ("sasl=PLAIN", "account-tag", "echo-message", "labeled-response", "message-tags", "batch", "server-time")
OFFERED = (FULL, FULL[:3], FULL[:2], FULL[:1], ("sasl=PLAIN", "extended-join", "account-notify"))
"""What a server may offer, from a modern one to one that knows hardly anything."""
LATER = 1e9


class Jump(selectors.SelectSelector):
    """Waits for nothing, but lets the clock jump to where something is due."""

    now = 1000.0

    def select(self, timeout=None):
        assert timeout is not None, "nothing will ever happen any more"
        if timeout > 0:
            self.now += max(timeout, STEP)
        return []


class World(asyncio.SelectorEventLoop):
    """The loop, and the network that is all that can be reached from it."""

    def __init__(self, draw: Random) -> None:
        self.jump = Jump()
        super().__init__(self.jump)
        self.draw = draw
        self.dialled = array("d")
        self.visit: Visit | None = None
        self.said: deque[str] = deque(maxlen=50)
        self.closed_to: dict[str, str] = {}
        self.caps: tuple[str, ...] = FULL
        self.no_host = self.refuses = self.silent = self.taken = self.locked = self.deaf = False
        self.greeting = ""

    def time(self) -> float:
        return self.jump.now

    async def create_connection(self, factory, host, port, **_how):
        """What the client dials: the one server of this world, if it can be reached."""
        self.dialled.append(self.time())
        await asyncio.sleep(LATER if self.silent else 0.1)
        if self.no_host:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if self.refuses:
            raise ConnectionRefusedError(111, f"Connect call failed ({host!r}, {port})")
        protocol = factory()
        self.visit = Visit(self, protocol)
        protocol.connection_made(self.visit)
        if self.greeting:
            self.visit.tell(f"ERROR :{self.greeting}")
            self.visit.end()
        return self.visit, protocol

    @property
    def inside(self) -> "Visit | None":
        """The client's visit, once it is let in."""
        return self.visit if self.visit and self.visit.welcome and not self.visit.over else None


class Visit(asyncio.Transport):
    """One connection, seen by the server: what the client writes is read here, and answered."""

    def __init__(self, world: World, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self.world, self.protocol = world, protocol
        self.nick, self.caps, self.rooms = "*", set[str](), set[str]()
        self.begun, self.held = b"", b""
        self.over = self.welcome = self.user = self.negotiating = self.account = False
        self.deaf, self.mute, self.slow = world.deaf, False, False

    def set_write_buffer_limits(self, high=None, low=None):
        """There are none."""

    def get_extra_info(self, _name, default=None):
        return default

    def is_closing(self):
        return self.over

    def get_write_buffer_size(self):
        return len(self.held)

    def write(self, data):
        if self.slow:
            self.held += data
        elif not (self.over or self.deaf):
            self.world.call_soon(self.read, data)

    def close(self):
        self.end()

    abort = close

    def congest(self) -> None:
        """Take nothing for a while."""
        self.slow = True
        self.protocol.pause_writing()

    def flow(self) -> None:
        """Take what was held up, and more."""
        self.slow = False
        held, self.held = self.held, b""
        if held and not self.over:
            self.write(held)
            self.protocol.resume_writing()

    def end(self, error: Exception | None = None) -> None:
        """The connection breaks; it can do so only once."""
        if not self.over:
            self.over = True
            self.world.call_soon(self.protocol.connection_lost, error)

    def tell(self, *lines: str) -> None:
        """Say this to the client."""
        self.send("".join(f"{line}\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        """Send bytes, in whatever pieces they arrive."""
        while data and not self.mute:
            size = self.world.draw.choice((11, 200, 4096, 4096))
            piece, data = data[:size], data[size:]
            self.world.call_soon(self.arrive, piece)

    def arrive(self, piece: bytes) -> None:
        """Bytes reach the client, if it still listens."""
        if not self.over:
            self.protocol.data_received(piece)

    def read(self, data: bytes) -> None:
        """Take in what the client wrote, line by line."""
        *lines, self.begun = (self.begun + data).split(b"\r\n")
        for line in lines:
            assert len(line.partition(b" ")[2] if line.startswith(b"@") else line) <= 510
            if not (self.over or self.deaf):
                self.take(line.decode())

    def take(self, line: str) -> None:
        """Answer one line."""
        tags, _, line = line.partition(" ") if line.startswith("@") else ("", "", line)
        head, _, text = line.partition(" :")
        command, *words = head.split()
        words += [text] if text else []
        with suppress(KeyError):
            ANSWERS[command](self, words, tags)

    def numeric(self, number: str, *words: str) -> None:
        """A numeric reply."""
        self.tell(f":irc.test {number} {self.nick} {' '.join(words)}")

    @property
    def mask(self) -> str:
        """The client as others see it."""
        return f"{self.nick}!psfbot@host.test"

    def arrived(self) -> None:
        """Let the client in, if all is said."""
        if self.user and self.nick != "*" and not self.negotiating and not self.welcome:
            self.welcome = True
            self.numeric("001", ":Welcome")
            self.numeric("005", "CASEMAPPING=rfc1459 CHANTYPES=# STATUSMSG=@+ :are supported")
            self.numeric("376", ":End of MOTD")

    def cap(self, words: list[str], _tags: str) -> None:
        """Negotiate."""
        kind = words[0]
        self.negotiating = kind != "END" and not self.welcome
        names = {name.partition("=")[0] for name in self.world.caps}
        if kind == "LS":
            self.tell(f":irc.test CAP {self.nick} LS :{' '.join(self.world.caps)}")
        elif kind == "REQ":
            yes = set(words[1].split()) <= names
            self.caps |= set(words[1].split()) if yes else set()
            self.tell(f":irc.test CAP {self.nick} {'ACK' if yes else 'NAK'} :{words[1]}")
        self.arrived()

    def authenticate(self, words: list[str], _tags: str) -> None:
        """The login, by one mechanism; services may be locked."""
        if words == ["PLAIN"]:
            self.tell("AUTHENTICATE +")
        elif self.world.locked:
            self.numeric("904", ":SASL authentication failed")
        else:
            self.account = True
            self.numeric("900", f"{self.mask} psfbot :You are now logged in as psfbot")
            self.numeric("903", ":SASL authentication successful")

    def rename(self, words: list[str], _tags: str) -> None:
        """A nick is asked for."""
        if self.world.taken and words[0] == "psfbot":
            self.numeric("433", words[0], ":Nickname is already in use")
            return
        if self.welcome and words[0] != self.nick:
            self.tell(f":{self.mask} NICK {words[0]}")
        self.nick = words[0]
        self.arrived()

    def signed(self, _words: list[str], _tags: str) -> None:
        """USER."""
        self.user = True
        self.arrived()

    def join(self, words: list[str], _tags: str) -> None:
        """JOIN; some channels may be closed just now."""
        for room in words[0].split(","):
            number = self.world.closed_to.get(room)
            if number:
                self.numeric(number, room, ":Cannot join channel")
            elif number is None:
                self.rooms.add(room)
                self.tell(f":{self.mask} JOIN {room}")
                self.numeric("353", f"= {room} :@alice {self.nick} bob")
                self.numeric("366", room, ":End of NAMES")

    def leave(self, words: list[str], _tags: str) -> None:
        """PART."""
        self.rooms.discard(words[0])
        self.tell(f":{self.mask} PART {words[0]}")

    def say(self, words: list[str], tags: str) -> None:
        """PRIVMSG: passed on, and proven as this server does; NickServ frees the nick."""
        target, text = words
        label = f"{tags} " if tags and "labeled-response" in self.caps else ""
        if target == "NickServ":
            self.world.taken = False
        elif target.startswith("#") and target not in self.rooms:
            self.tell(f"{label}:irc.test 404 {self.nick} {target} :Cannot send to channel")
        else:
            self.world.said.append(text)
            if "echo-message" in self.caps:
                self.tell(f"{label}:{self.mask} PRIVMSG {target} :{text}")
            elif label:
                self.tell(f"{label}:irc.test ACK")

    def whois(self, words: list[str], _tags: str) -> None:
        """WHOIS: a person with an account."""
        self.numeric("311", words[0], f"{words[0]} {words[0]}.test * :{words[0]}")
        self.numeric("330", words[0], words[0], ":is logged in as")
        self.numeric("318", words[0], ":End of WHOIS")

    def ping(self, words: list[str], _tags: str) -> None:
        """PING."""
        self.tell(f":irc.test PONG irc.test :{words[0]}")

    def quit(self, _words: list[str], _tags: str) -> None:
        """QUIT."""
        self.tell("ERROR :Closing link")
        self.end()


ANSWERS: dict[str, Callable[[Visit, list[str], str], None]] = {
    "CAP": Visit.cap,
    "AUTHENTICATE": Visit.authenticate,
    "NICK": Visit.rename,
    "USER": Visit.signed,
    "JOIN": Visit.join,
    "PART": Visit.leave,
    "PRIVMSG": Visit.say,
    "WHOIS": Visit.whois,
    "PING": Visit.ping,
    "QUIT": Visit.quit,
}
