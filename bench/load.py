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

    def ask(self, request: bytes, since: float) -> None:
        """Send one request, which was due at this time; it is smaller than what the system buffers."""
        self.since = since
        self.sock.sendall(request)

    def answered(self) -> bool:
        """Take what came; is the answer complete?"""
        came = self.sock.recv(65536)
        if not came:
            raise SystemExit("The server hung up.")
        self.heard += came
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            return False
        if not head.startswith(b"HTTP/1.1 202"):
            raise SystemExit(f"The server answered {head[:60]!r} {body!r}.")
        self.heard = b""
        return True


def connected(port: int) -> Line:
    """One more connection."""
    line = Line(socket.create_connection(("127.0.0.1", port), timeout=30))
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def knock(idle: list[Line], seconds: float, rate: float, make: Callable[[int], bytes]) -> Iterator[tuple[float, float]]:
    """When each request was answered, and how long after it was due, for so many seconds.

    At a rate, a request is due at its time even if no connection is free then; without one, whenever one is free.
    """
    watched, number, began = selectors.DefaultSelector(), 0, time.perf_counter()
    for line in idle:
        watched.register(line.sock, selectors.EVENT_READ, line)
    lines = len(idle)
    while (now := time.perf_counter()) < began + seconds or len(idle) < lines:
        due = began + number / rate if rate else now
        while idle and due <= now < began + seconds:
            idle.pop(0).ask(make(number), due)  # the one that rested longest, before the server hangs up on it
            number += 1
            due = began + number / rate if rate else now
        for key, _ in watched.select(max(0.0, min(due, began + seconds) - now) if idle else None):
            if key.data.answered():
                idle.append(key.data)
                now = time.perf_counter()
                yield now, now - key.data.since


def main() -> None:
    """Load one server, and print what was found as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("port", type=int)
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--services", type=int, default=200)
    options.add_argument("--rate", type=float, default=0, help="requests a second; 0 for as many as are answered")
    given = options.parse_args()
    idle, make = [connected(given.port) for _ in range(given.connections)], maker("B", given.services)
    began = time.perf_counter()
    found = list(knock(idle, WARM_UP + given.seconds, given.rate, make))
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
