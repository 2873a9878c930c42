"""People who ask a bot one question after the other, over raw sockets in a process of their own; how long each took.

python bench/irc_peers/asker.py PORT NICK ANSWERS.json [--people 50] [--room '#bench'] [--seconds 2]
"""

import argparse
import json
import os
import resource
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

PATIENCE = 20.0
"""Seconds that an answer may take before the bot counts as broken."""


@dataclass
class Person:
    """One connection: asks, waits for the whole answer, and compares it."""

    nick: str
    bot: str
    room: str
    sock: socket.socket
    questions: Iterator[tuple[str, list[str]]]
    heard: bytes = b""
    ready: bool = False
    since: float = 0.0
    first: float = 0.0
    expected: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def ask(self) -> None:
        """Ask the next question."""
        about, self.expected = next(self.questions)
        self.lines, self.since = [], time.perf_counter()
        self.send(f"PRIVMSG {self.room or self.bot} :{self.bot}: who owns {about}?")

    def send(self, line: str) -> None:
        """Send one line."""
        self.sock.sendall(f"{line}\r\n".encode())

    def answered(self) -> bool:
        """Take what came; is the answer complete, or are we in, for a start?"""
        came = self.sock.recv(65536)
        if not came:
            raise SystemExit("The server hung up.")
        *lines, self.heard = (self.heard + came).split(b"\r\n")
        over = [self.done(line.decode()) for line in lines]
        return any(over)

    def done(self, line: str) -> bool:
        """Take one line; was it the last one of what we wait for?"""
        if line.startswith("PING"):
            self.send(f"PONG{line[4:]}")
        source, _, rest = line.partition(" ")
        command, _, rest = rest.partition(" ")
        if command == "001" and self.room:
            self.send(f"JOIN {self.room}")
        if command == ("366" if self.room else "001"):
            self.ready = True
            return True
        if command != "PRIVMSG" or not source.startswith(f":{self.bot}!"):
            return False
        self.lines.append(rest.partition(" :")[2])
        if len(self.lines) == 1:
            self.first = time.perf_counter() - self.since
        return len(self.lines) == len(self.expected)

    def right(self) -> bool:
        """Did the bot say what it should? Errbot's code at each end for colours makes no difference."""
        said = [line.removeprefix(f"{self.nick}: ").rstrip("\x03") for line in self.lines]
        return said == self.expected


def asking(people: list[Person], seconds: float) -> Iterator[tuple[float, float, bool]]:
    """When each answer was complete, how long it took until its first line came, and whether it was right."""
    watched = selectors.DefaultSelector()
    for person in people:
        watched.register(person.sock, selectors.EVENT_READ, person)
        person.send(f"NICK {person.nick}")
        person.send(f"USER {person.nick} 0 * :a bench")
    busy, end, heard_at = len(people), time.perf_counter() + seconds, time.perf_counter()
    while busy:
        now = time.perf_counter()
        if now > heard_at + PATIENCE:
            raise SystemExit(f"No answer from {people[0].bot} for {PATIENCE:.0f} seconds.")
        for key, _ in watched.select(1):
            person, heard_at = key.data, now
            if not person.answered():
                continue
            if person.expected:
                yield time.perf_counter(), person.first, person.right()
            if time.perf_counter() < end:
                person.ask()
            else:
                busy -= 1


def connected(port: int) -> socket.socket:
    """One more connection."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def main() -> None:
    """Ask, and print what was found as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("port", type=int)
    options.add_argument("bot")
    options.add_argument("answers", type=Path)
    options.add_argument("--people", type=int, default=1)
    options.add_argument("--room", default="", help="ask there; else in private")
    options.add_argument("--seconds", type=float, default=2)
    options.add_argument("--warm-up", type=float, default=0.5)
    given = options.parse_args()
    known = list(json.loads(given.answers.read_text("utf-8")).items())
    people = [
        Person(f"a{os.getpid() % 100_000}x{n}"[:9], given.bot, given.room, connected(given.port), cycle(known))
        for n in range(given.people)
    ]
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    found = list(asking(people, given.warm_up + given.seconds))
    took = sorted(seconds for at, seconds, _ in found if at > began + given.warm_up)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    cpu = spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime
    json.dump(
        {
            "answers": len(found),
            "wrong": sum(not right for _, _, right in found),
            "rate": len(took) / given.seconds,
            "p50": took[len(took) // 2],
            "p99": took[len(took) * 99 // 100],
            "client": cpu / (time.perf_counter() - began),
        },
        sys.stdout,
    )


main()
