"""Slack's front door on loopback: the Web API of a workspace, Socket Mode, and every fault that we have seen."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

from aiohttp import WSMsgType, web

from slack_kit.rules import faults, view_faults

BAD_APP_TOKEN = "xapp-bad"  # noqa: S105 - it opens nothing


@dataclass(frozen=True)
class Fault:
    """What happens to one call: `done` tells whether it is carried out all the same.

    With a status, that is answered; `error` is answered as `ok: false`; `hang` waits first;
    with none of them the connection is cut.
    """

    status: int = 0
    error: str = ""
    hang: float = 0.0
    after: str = ""
    done: bool = False


@dataclass
class Call:
    """One call that came."""

    method: str
    given: dict[str, Any]
    token: str
    at: float
    peer: Any = None
    fault: Fault | None = None


@dataclass
class Front:
    """Serves one workspace."""

    workspace: Any
    calls: list[Call] = field(default_factory=list)
    plans: dict[tuple[str, str], deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acks: dict[str, tuple[float, Any]] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    slow_replies: float = 0.0
    deaf: bool = False
    silent: bool = False
    port: int = 0
    ids: Any = field(default_factory=lambda: count(1))
    runner: web.AppRunner | None = None

    async def start(self) -> None:
        await self.workspace.start()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self.api)
        app.router.add_get("/socket", self.socket)
        app.router.add_post("/respond/{id}", self.respond)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # noqa: SLF001 - aiohttp tells it nowhere else

    async def stop(self) -> None:
        for socket in list(self.sockets):
            await socket.close()
        assert self.runner is not None
        await self.runner.cleanup()
        await self.workspace.stop()

    refusal = Fault(error="invalid_auth")
    """What a call is answered whose token went bad."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def plan(self, method: str, *steps: Fault, channel: str = "") -> None:
        self.plans[method, channel].extend(steps)

    def made(self, method: str, channel: str = "") -> list[Call]:
        """The calls of one method that reached the workspace or were refused by it."""
        return [call for call in self.calls if call.method == method and channel in {"", call.given.get("channel")}]

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        call = Call(method, given, token, monotonic(), request.transport.get_extra_info("peername"))
        self.calls.append(call)
        plan = self.plans[method, given.get("channel", "")] or self.plans[method, ""]
        call.fault = plan.popleft() if plan else None
        self.check(method, given)
        if call.fault is None:
            return web.json_response(await self.work(method, given, token))
        return await self.fail(request, call, call.fault)

    async def fail(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.hang:
            self.lost.append(call.given)
            await asyncio.sleep(fault.hang)
        done = await self.work(call.method, call.given, call.token) if fault.done else None
        if fault.status:
            headers = {"Retry-After": fault.after} if fault.after else {}
            body = {"ok": False, "error": "ratelimited"} if fault.status == 429 else None
            said = json.dumps(body) if body else "<html>upstream is ill</html>"
            return web.Response(
                status=fault.status,
                text=said,
                headers=headers,
                content_type="application/json" if body else "text/html",
            )
        if fault.error:
            return web.json_response({"ok": False, "error": fault.error})
        if fault.hang and done:
            return web.json_response(done)
        request.transport.abort()
        return web.Response()

    async def work(self, method: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            if token == BAD_APP_TOKEN or not token.startswith("xapp-"):
                return {"ok": False, "error": "invalid_auth"}
            return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket?ticket={next(self.ids)}"}
        return await self.workspace.call(method, given, token)

    def check(self, method: str, given: dict[str, Any]) -> None:
        """Hold everything that is said against Slack's limits."""
        if method in {"chat.postMessage", "chat.update", "chat.postEphemeral"}:
            self.broken += faults(given)
        if method.startswith("views.") and isinstance(given.get("view"), dict):
            self.broken += view_faults(given["view"])

    async def respond(self, request: web.Request) -> web.Response:
        said = await request.json()
        await asyncio.sleep(self.slow_replies)
        self.broken += faults(said)
        self.replies.append({**said, "id": request.match_info["id"]})
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=not self.silent)
        await socket.prepare(request)
        if not self.deaf:
            await socket.send_json({"type": "hello", "num_connections": 1})
            self.sockets.append(socket)
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    said = json.loads(frame.data)
                    self.acks[said["envelope_id"]] = (monotonic(), said.get("payload"))
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
        return socket

    async def send(self, sort: str, payload: dict[str, Any], *, socket: int = -1, **more: Any) -> str:
        """Send one envelope over a connection; its id."""
        envelope = f"envelope-{next(self.ids)}"
        frame = {"type": sort, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True, **more}
        await self.sockets[socket].send_json(frame)
        return envelope

    async def part(self, reason: str = "refresh_requested") -> None:
        """Ask for a new connection."""
        await self.sockets[-1].send_json({"type": "disconnect", "reason": reason})

    def cut(self) -> None:
        """Break every connection, as a cable does."""
        for socket in list(self.sockets):
            socket._req.transport.abort()  # noqa: SLF001 - there is no polite way to be rude


async def arguments(request: web.Request) -> dict[str, Any]:
    """What a call was given, as JSON or as a form."""
    if request.content_type == "application/json":
        return await request.json()
    return {**request.query, **(await request.post())}
