"""What the relay is compared with: the same server with an inbox that keeps nothing, and uvicorn on its own."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import uvicorn

from psfbot.app import now, start
from psfbot.app.secrets import settings_of
from psfbot.relay.letter import Arrival, Letter
from psfbot.relay.ports import Ledger
from psfbot.web.app import make_app
from psfbot.web.metrics import Counters
from psfbot.web.parts import Parts
from psfbot.web.server import listening, serve


class Stub:
    """An inbox that says at once that it has kept the letter, and a store without anything in it."""

    async def keep(self, letter: Arrival) -> bool:
        """Keep nothing."""
        del letter
        return True

    async def waiting(self, limit: int = 100) -> Sequence[Letter]:
        """Nothing was kept."""
        del limit
        return ()

    async def write(self, work: Callable[[Ledger], Any]) -> Any:
        """Do nothing."""

    async def read(self, work: Callable[[Ledger], Any]) -> Any:
        """Find nothing."""


async def ready() -> Mapping[str, str]:
    """Nothing can be amiss."""
    return {}


async def stub() -> None:
    """The real web server and the real check of signatures, and no store behind them."""
    app, kept = start(), Stub()
    found, settings = app.plugins.found, settings_of(app.plugins.found, app.environ)[0]
    parts = Parts(kept, kept, found, settings, now, ready, lambda: None, Counters(now))
    await serve(make_app(parts), "127.0.0.1", 0, stop=asyncio.Event(), bound=lambda port: print(port, flush=True))


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Read the body and answer 202."""
    del scope
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def bare() -> None:
    """As uvicorn comes, with its fast loop and parser, and no log."""
    sock = listening("127.0.0.1", 0)
    print(sock.getsockname()[1], flush=True)
    config = uvicorn.Config(nothing, log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    if sys.argv[1:] == ["stub"]:
        asyncio.run(stub())
    if sys.argv[1:] == ["bare"]:
        bare()
