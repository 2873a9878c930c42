"""`/healthz`: is the process alive? `/readyz`: is it of use? `/metrics`: numbers for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.errors import StoreBusy
from psfbot.web.metrics import CONTENT_TYPE
from psfbot.web.parts import OK, OK_BUT, Parts

SLOW = "no answer in time"

Ask = Callable[[], Awaitable[Mapping[str, str]]]


class Health:
    """Tells how things stand; asking often costs nothing, also where a part hangs."""

    def __init__(self, parts: Parts) -> None:
        """Nobody was asked yet."""
        self._parts = parts
        self._asked: dict[str, asyncio.Task[Mapping[str, str]]] = {}

    def routes(self) -> list[Route]:
        """The three addresses."""
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def alive(self, _: Request) -> Response:
        """The event loop turns; nothing else is looked at, since a restart would mend nothing else."""
        return JSONResponse({"status": OK})

    async def ready(self, _: Request) -> Response:
        """Each part that is on, and whether it works; 503 when one does not."""
        asked = {"store": self._ask("store", self._store), "bot": self._ask("bot", self._parts.ready)}
        await asyncio.wait(asked.values(), timeout=self._parts.limits.ready_seconds)
        found: dict[str, str] = {}
        for asker, task in asked.items():
            told = task.result() if task.done() else {asker: SLOW}
            found |= {name: word for name, word in told.items() if found.get(name, OK) == OK}
        fine = all(word == OK or word.startswith(OK_BUT) for word in found.values())
        return JSONResponse({"ready": fine, "parts": found}, status_code=200 if fine else 503)

    async def metrics(self, _: Request) -> Response:
        """Every counter and gauge."""
        return Response(self._parts.counters.text(), headers={"content-type": CONTENT_TYPE})

    def _ask(self, name: str, ask: Ask) -> asyncio.Task[Mapping[str, str]]:
        """Ask, unless the answer to the last time is still awaited: a part that hangs is not asked twice."""
        task = self._asked.get(name)
        if task is None or task.done():
            task = self._asked[name] = asyncio.ensure_future(ask())
        return task

    async def _store(self) -> Mapping[str, str]:
        """Can the store be read?"""
        try:
            await self._parts.store.read(lambda ledger: ledger.incident(1))
        except StoreBusy as busy:
            return {"store": str(busy)}
        return {"store": OK}
