"""psfbot as people start it: a process of its own, in an environment of its own, in a pipe or on a terminal."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

ROOT = Path(__file__).parents[1]
CATALOG = ROOT / "catalog.yaml"
PSFBOT = (sys.executable, "-m", "psfbot")
PATIENCE = 30.0
"""Seconds that anything here may take at most: far more than it needs, because the machine may be busy."""
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-_])")


def environ(home: Path, more: Mapping[str, str] = {}) -> dict[str, str]:
    """The environment of a child: nothing of psfbot's is set, and what it keeps lies below `home`."""
    ours = ("PSFBOT_", "_PSFBOT", "XDG_", "LC_", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    kept |= {"HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8", "USER": "tester", "PYTHONPATH": str(ROOT)}
    kept |= {"PSFBOT_STATUSPAGE_POLL": "false"}  # tests reach nobody but this machine
    return kept | {"PSFBOT_CATALOG": str(CATALOG), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"} | dict(more)


def run(home: Path, *args: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """One command from start to end."""
    command = [*PSFBOT, *args]
    return subprocess.run(  # noqa: S603 - ours
        command, input=stdin, capture_output=True, env=environ(home, more), cwd=home, timeout=PATIENCE, check=False
    )


def shell(home: Path, script: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    """A line of shell in which `psfbot` is a command."""
    command = ["/bin/sh", "-c", script]
    path = f"{command_folder(home)}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(  # noqa: S603 - ours
        command, capture_output=True, env=environ(home, {"PATH": path} | more), cwd=home, timeout=PATIENCE, check=False
    )


def command_folder(home: Path) -> Path:
    """A folder that holds the command `psfbot`, also where the project is not installed."""
    folder = home / "bin"
    folder.mkdir(exist_ok=True)
    script = folder / "psfbot"
    start = "import sys; sys.argv[0] = 'psfbot'; from psfbot.cli import main; main()"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{start}" "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return folder


@dataclass
class Running:
    """A psfbot that goes on until it is told to stop; its log is a file."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    @classmethod
    def start(cls, home: Path, *args: str, name: str = "bot", **more: str) -> Self:
        """Start it with standard input open and empty."""
        log = home / f"{name}.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - ours
                [*PSFBOT, *args],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environ(home, more),
                cwd=home,
            )
        return cls(process, log)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()

    def logged(self, pattern: str) -> re.Match[str]:
        """Wait for something in the log."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            if found := re.search(pattern, self.log.read_text("utf-8")):
                return found
            select.select([], [], [], 0.02)
            if self.process.poll() is not None:
                break
        raise AssertionError(f"{pattern} is not in the log:\n{self.log.read_text('utf-8')}")

    def listening(self) -> Self:
        """Wait until it answers requests."""
        self.port = int(self.logged(r"ready .*port=(\d+)")[1])
        return self

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, float]:
        """Tell it to stop; its exit code, and how many seconds it took."""
        asked = monotonic()
        self.process.send_signal(how)
        return self.process.wait(PATIENCE), monotonic() - asked

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        """Ask it for a page."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}{path}", timeout=PATIENCE) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait_for(self, path: str, wanted: str) -> str:
        """Ask until the page holds these words."""
        end = monotonic() + PATIENCE
        while wanted not in (said := self.get(path)[1]):
            if monotonic() > end:
                raise AssertionError(f"{wanted!r} is not in {said!r}")
            select.select([], [], [], 0.05)
        return said

    def incidents(self) -> list[dict[str, object]]:
        """All incidents, by the API."""
        found: list[dict[str, object]] = json.loads(self.get("/api/v1/incidents?limit=100")[1])["incidents"]
        return found


class Terminal:
    """A child on a pseudo-terminal of its own, and what it has written there."""

    def __init__(self, home: Path, *command: str, rows: int = 24, columns: int = 80, **more: str) -> None:
        """Start the command."""
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(  # noqa: S603 - ours
            command or PSFBOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ(home, more),
            cwd=home,
            start_new_session=True,
        )
        self.theirs = theirs
        self.raw = ""

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        os.close(self.ours)
        os.close(self.theirs)

    def type(self, keys: str) -> None:
        """Press keys."""
        self.raw = ""
        os.write(self.ours, keys.encode())

    def read(self) -> bool:
        """Take what was written since; False when nothing comes for a while."""
        ready, _, _ = select.select([self.ours], [], [], 0.1)
        if ready:
            self.raw += os.read(self.ours, 65536).decode("utf-8", "replace")
        return bool(ready)

    def until(self, words: str) -> str:
        """Wait until these words are on the screen; everything since the last keys, without colours and moves."""
        end = monotonic() + PATIENCE
        while words not in self.shown:
            if monotonic() > end:
                raise AssertionError(f"{words!r} never came:\n{self.shown}")
            self.read()
        return self.shown

    @property
    def shown(self) -> str:
        """What was written since the last keys, without colours and moves."""
        return ESCAPES.sub("", self.raw).replace("\r", "")

    def left(self) -> int:
        """Wait until it ends, reading on so that it can; its exit code."""
        end = monotonic() + PATIENCE
        while self.process.poll() is None and monotonic() < end:
            self.read()
        while self.read():
            pass
        return self.process.wait(0)

    def echoes(self) -> bool:
        """Is the terminal as it was before: does it show what is typed?"""
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)
