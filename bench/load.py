"""Webhooks as fast as a server takes them, over raw sockets in a process of their own, and how long each one took."""

import argparse
import hmac
import json
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "plugins" / "pagerduty" / "payloads" / "incident.triggered.json"
SECRET = "a-secret-that-only-this-bench-knows"  # noqa: S105
EVENT, INCIDENT, SERVICE = b"E" * 26, b"I" * 26, b"S" * 20
WARM_UP = 0.5
"""Seconds that do not count."""


def maker(prefix: str, services: int) -> Callable[[int], bytes]:
    """A function that makes the n-th request: signed, with ids of its own, about one of so many services in turn."""
    recorded = json.loads(RECORDED.read_bytes())["event"]
    about = recorded["data"]["service"] | {"summary": SERVICE.decode()}
    data = recorded["data"] | {"id": INCIDENT.decode(), "title": f"{SERVICE.decode()}: check", "service": about}
    event = recorded | {"id": EVENT.decode(), "occurred_at": datetime.now(UTC).isoformat(), "data": data}
    template = json.dumps({"event": event}).encode()
    key, head = (
        SECRET.encode(),
        b"POST /hooks/pagerduty HTTP/1.1\r\nhost: psfbot\r\nuser-agent: PagerDuty-Webhook/V3.0\r\n",
    )

    def make(number: int) -> bytes:
        known = f"{prefix}{number:0{26 - len(prefix)}}".encode()
        body = template.replace(EVENT, known).replace(INCIDENT, known)
        body = body.replace(SERVICE, b"s%d.example.org" % (number % services))
        return head + (
            b"content-type: application/json\r\nx-webhook-id: %b\r\nx-pagerduty-signature: v1=%b\r\n"
            b"content-length: %d\r\n\r\n%b"
        ) % (known, hmac.digest(key, body, sha256).hex().encode(), len(body), body)

    return make


@dataclass(slots=True)
class Line:
    """One connection, which sends the next request as soon as the last was answered."""

    sock: socket.socket
    since: float = 0.0
    heard: bytes = b""

    def ask(self, request: bytes) -> None:
        """Send one request; it is smaller than what the system buffers."""
        self.since = time.perf_counter()
        self.sock.sendall(request)

    def answered(self) -> bool:
        """Take what came; is the answer complete?"""
        self.heard += self.sock.recv(65536)
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            return False
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"The server answered {head[:60]!r} {body!r}.")
        self.heard = b""
        return True


def knock(port: int, connections: int, seconds: float, make: Callable[[int], bytes]) -> Iterator[tuple[float, float]]:
    """When each request was answered, and after how long, for so many seconds."""
    lines, numbers, waiting = selectors.DefaultSelector(), iter(range(10**9)), connections
    for _ in range(connections):
        line = Line(socket.create_connection(("127.0.0.1", port), timeout=30))
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines.register(line.sock, selectors.EVENT_READ, line)
        line.ask(make(next(numbers)))
    end = time.perf_counter() + seconds
    while waiting:
        for key, _ in lines.select():
            line = key.data
            if not line.answered():
                continue
            now = time.perf_counter()
            yield now, now - line.since
            if now < end:
                line.ask(make(next(numbers)))
            else:
                lines.unregister(line.sock)
                line.sock.close()
                waiting -= 1


def main() -> None:
    """Load one server, and print what was found as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("port", type=int)
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--services", type=int, default=200)
    options.add_argument("--prefix", default="B")
    given = options.parse_args()
    began, make = time.perf_counter(), maker(given.prefix, given.services)
    found = list(knock(given.port, given.connections, WARM_UP + given.seconds, make))
    used = resource.getrusage(resource.RUSAGE_SELF)
    took = sorted(seconds for at, seconds in found if at > began + WARM_UP)
    print(
        json.dumps(
            {
                "sent": len(found),
                "rate": len(took) / given.seconds,
                "p50": took[len(took) // 2],
                "p99": took[len(took) * 99 // 100],
                "max": took[-1],
                "cpu": (used.ru_utime + used.ru_stime) / (time.perf_counter() - began),
            }
        )
    )


if __name__ == "__main__" and sys.argv[1:2] and sys.argv[1].isdecimal():  # `make bench` runs it too, without a port
    main()
