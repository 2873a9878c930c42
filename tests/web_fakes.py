"""A real server on a free port in a thread of its own, with an inbox in memory that can be told to fail."""

import asyncio
import hmac
import io
import logging
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import httpx
import structlog

from psfbot import logs
from psfbot.plugin import Configuration, Hook, Ignored, Payload, Plugin, Proof, Secrets, signed
from psfbot.relay.letter import Arrival, Letter
from psfbot.relay.ports import Inbox, Store
from psfbot.web.app import make_app
from psfbot.web.limits import Limits
from psfbot.web.metrics import Counters
from psfbot.web.parts import Parts
from psfbot.web.server import serve

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATIENCE = 10
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; making a context for each client would take longer than most tests."""
QUICK = Limits(
    body_seconds=0.4, head_seconds=0.3, linger_seconds=0.3, answer_seconds=5, ready_seconds=0.2, stop_seconds=1
)
NEW, OLD, PATH_SECRET = "signing-secret-new-1f", "signing-secret-old-2e", "path-secret-33c0ffee"


class Signing(Configuration):
    """Secrets of a sender who signs."""

    webhook_secrets: Secrets = ()


class Addressing(Configuration):
    """Secrets of a sender whose URL ends in one."""

    hook_secret: Secrets = ()


class Anything(Payload):
    """A body."""


signing = Plugin("signing", about="Signs its webhooks.")
addressing = Plugin("addressing", about="Knows a secret address.")
github = Plugin("github", about="Sends large bodies.")
talking = Plugin("talking", about="Reads no webhooks.")


@signing.verify
@github.verify
def verify(hook: Hook, settings: Configuration | None) -> Proof:
    secrets = [secret.get_secret_value() for secret in getattr(settings, "webhook_secrets", ())]
    if not secrets:
        return Proof.UNREADY
    given = [part.strip().removeprefix("v1=") for part in hook.headers.get("x-signature", "").split(",")]
    return Proof.GENUINE if signed(hook.body, given, secrets) else Proof.FORGED


for plugin in (signing, addressing, github):
    plugin.alerts(Anything)(lambda _: Ignored("a test"))

PLUGINS = {plugin.name: plugin for plugin in (signing, addressing, github, talking)}
SETTINGS: dict[str, Configuration] = {
    "signing": Signing.model_validate({"webhook_secrets": f"{NEW},{OLD}"}),
    "github": Signing.model_validate({"webhook_secrets": NEW}),
    "addressing": Addressing.model_validate({"hook_secret": PATH_SECRET}),
}


def sign(body: bytes, secret: str = NEW) -> dict[str, str]:
    return {"x-signature": "v1=" + hmac.new(secret.encode(), body, sha256).hexdigest()}


class MemoryInbox(Inbox):
    """Letters in a list; `trouble` is raised instead of keeping one, and `gate` holds each one up."""

    def __init__(self) -> None:
        self.letters: list[Arrival] = []
        self.trouble: Exception | None = None
        self.gate: threading.Event | None = None
        self.reached = threading.Event()

    async def keep(self, letter: Arrival) -> bool:
        self.reached.set()
        if self.gate:
            await asyncio.get_running_loop().run_in_executor(None, self.gate.wait, PATIENCE)
        if self.trouble:
            raise self.trouble
        if any((known.source, known.delivery) == (letter.source, letter.delivery) for known in self.letters):
            return False
        self.letters.append(letter)
        return True

    async def waiting(self, limit: int = 100) -> list[Letter]:
        return [Letter(id=n, **letter.model_dump()) for n, letter in enumerate(self.letters[:limit], 1)]


class EmptyStore(Store):
    """A store that can be read, unless it is told otherwise, and holds nothing."""

    trouble: Exception | None = None
    hangs = False

    async def write(self, work: Callable[[Any], Any]) -> Any:
        raise NotImplementedError

    async def read(self, work: Callable[[Any], Any]) -> Any:  # noqa: ARG002 - nothing is there to work on
        if self.hangs:
            await asyncio.Event().wait()
        if self.trouble:
            raise self.trouble


@dataclass
class House:
    """The server, and how to knock."""

    parts: Parts
    inbox: MemoryInbox
    rung: list[int]
    log: io.StringIO
    port: int = 0
    stop: Callable[[], None] = lambda: None
    ended: threading.Event = field(default_factory=threading.Event)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE, trust_env=False, verify=PLAIN
        ) as client:
            return client.request(method, path, **more)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.ask("POST", path, content=body, headers=headers)

    def signed(self, body: bytes = b"{}", secret: str = NEW, **headers: str) -> httpx.Response:
        return self.post("/hooks/signing", body, sign(body, secret) | headers)

    @contextmanager
    def socket(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as sock:
            yield sock

    def raw(self, *parts: bytes, half_close: bool = False) -> bytes:
        """Send bytes and read until the server hangs up."""
        with self.socket() as sock:
            for part in parts:
                sock.sendall(part)
            if half_close:
                sock.shutdown(socket.SHUT_WR)
            return read_all(sock)

    def outcome(self, plugin: str, outcome: str) -> float:
        """How often a webhook was answered in this way."""
        labels = {"plugin": plugin, "outcome": outcome}
        return self.parts.counters.registry.get_sample_value("psfbot_webhooks_total", labels) or 0


def status(answer: bytes) -> int:
    """The status of an answer, 0 where there is none."""
    return int(answer[9:12] or 0)


def read_all(sock: socket.socket) -> bytes:
    found = b""
    try:
        while part := sock.recv(65536):
            found += part
    except ConnectionResetError:
        pass
    return found


def read_answer(sock: socket.socket) -> tuple[int, bytes]:
    """One answer with a Content-Length; the connection may stay open."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += sock.recv(1) or b"\r\n\r\n"
    head, _, _ = found.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    body = b""
    while len(body) < length:
        body += sock.recv(length - len(body))
    return int(head[9:12]), body


def request(path: str, body: bytes = b"{}", *, method: str = "POST", version: str = "1.1", **headers: str) -> bytes:
    """A request as bytes; `content_length` stands for Content-Length."""
    given = {"host": "psfbot", "content_length": str(len(body))} | headers
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items() if value)
    return f"{method} {path} HTTP/{version}\r\n{lines}\r\n".encode() + body


async def fine() -> Mapping[str, str]:
    return {"worker": "ok"}


@contextmanager
def logging_to(level: str = "debug", style: str = "json", **more: Any) -> Iterator[io.StringIO]:
    """Set logs up as the bot does, and put everything back."""
    stream, root, uvicorn = io.StringIO(), logging.getLogger(), logging.getLogger("uvicorn.error")
    before = root.handlers, root.level, uvicorn.filters, logging.getLogger("uvicorn.access").disabled
    lines = structlog.get_config()
    logs.set_up(level, style, stream=stream, **more)
    try:
        yield stream
    finally:
        structlog.configure(**lines)
        root.handlers, least, uvicorn.filters, logging.getLogger("uvicorn.access").disabled = before
        root.setLevel(least)


@contextmanager
def house(limits: Limits = QUICK, **parts: Any) -> Iterator[House]:
    """A house that is open, and closed in the end."""
    inbox, rung = MemoryInbox(), []
    made = Parts(
        inbox=inbox, store=EmptyStore(), plugins=PLUGINS, plugin_settings=SETTINGS, now=lambda: NOON, ready=fine,
        bell=lambda: rung.append(1), counters=Counters(lambda: NOON), limits=limits,
    )  # fmt: skip
    with logging_to() as log:
        place = House(replace(made, **parts), inbox, rung, log)
        told: queue.Queue[tuple[int, Callable[[], None]] | BaseException] = queue.Queue()
        thread = threading.Thread(target=lambda: run(place, told), daemon=True)
        thread.start()
        first = told.get(timeout=PATIENCE)
        if isinstance(first, BaseException):
            raise first
        place.port, place.stop = first
        try:
            yield place
        finally:
            place.stop()
            thread.join(PATIENCE)
            assert place.ended.is_set()


def run(place: House, told: queue.Queue[Any]) -> None:
    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def end() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(stop.set)

        app = make_app(place.parts)
        await serve(app, "127.0.0.1", 0, stop=stop, bound=lambda port: told.put((port, end)), limits=place.parts.limits)

    try:
        asyncio.run(main())
        place.ended.set()
    except BaseException as error:  # noqa: BLE001 - handed to the test
        told.put(error)
