"""The listening socket: open once the bot can answer, closed once what was begun is answered."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from psfbot import logs
from psfbot.errors import UserError
from psfbot.web.guard import GuardedProtocol, guarded
from psfbot.web.limits import Limits

SWEEP = 1.0
"""Seconds between looks for silent connections."""
LIMITS = Limits()
WAITING = 512
"""Connections that the system may accept for us while we are busy."""

log = logs.get(__name__)


class Listener(uvicorn.Server):
    """uvicorn without its own way to end: other parts of the bot have to end as well, and in order."""

    def __init__(self, config: uvicorn.Config, bound: Callable[[], None]) -> None:
        """Tell `bound` when it listens."""
        super().__init__(config)
        self._bound = bound

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self._bound()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `ending_at_signals`."""
        yield

    def sweep(self) -> None:
        """Hang up on silent clients."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, GuardedProtocol):
                connection.sweep()


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    stop: asyncio.Event,
    bound: Callable[[int], None],
    limits: Limits = LIMITS,
) -> None:
    """Answer requests until `stop` is set or a signal sets it; those that were begun are answered first.

    Port 0 takes any free one; `bound` is told the real one as soon as requests are answered.
    """
    with contextlib.closing(listening(host, port)) as sock:
        real = int(sock.getsockname()[1])

        def listens() -> None:
            log.info("web server started", host=host, port=real)
            bound(real)

        server = Listener(configured(app, limits), listens)
        with ending_at_signals(stop):
            keeper = asyncio.ensure_future(keep(server, stop))
            try:
                await server.serve(sockets=[sock])
            finally:
                keeper.cancel()
                await say_the_last(server)
                log.info("web server stopped", requests=server.server_state.total_requests)


def configured(app: ASGIApp, limits: Limits) -> uvicorn.Config:
    """How uvicorn should be: no access log, no trust in a proxy's headers, no word about itself."""
    return uvicorn.Config(
        app,
        http=guarded(limits),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=WAITING,
        timeout_graceful_shutdown=limits.stop_seconds,
    )


async def keep(server: Listener, stop: asyncio.Event) -> None:
    """Look after the connections until it is time to stop."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SWEEP):
                await stop.wait()
        server.sweep()
    server.should_exit = True


async def say_the_last(server: Listener) -> None:
    """Give requests that were cut short a moment to be told so."""
    if server.server_state.tasks:
        await asyncio.wait(server.server_state.tasks, timeout=1.0)


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to this address, or a clear word why there is none."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        # asyncio switches off Nagle's delay, of 40 ms an answer, only on sockets that say that they are TCP.
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(family, kind, socket.IPPROTO_TCP))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(WAITING)
            stack.pop_all()
            return sock
    except OSError as error:
        raise UserError(
            f"I cannot listen on {host or 'all addresses'}, port {port}: {error.strerror or error}. "
            "Stop what uses it, or set PSFBOT_HOST and PSFBOT_PORT (0 takes any free port)."
        ) from error


@contextlib.contextmanager
def ending_at_signals(stop: asyncio.Event) -> Iterator[None]:
    """Let SIGTERM and SIGINT set `stop`, in the main thread; the handlers before are put back afterwards."""
    loop = asyncio.get_running_loop()

    def end(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    before = {}
    with contextlib.suppress(ValueError):  # not the main thread: somebody else looks after signals
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
