"""A server of somebody else's for tests: it runs as nobody, in a folder of its own, and ends with the tests."""

import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

PATIENCE = 30.0
"""Seconds that a start or a stop may take: far more than they need, because the machine may be busy."""
CLEAN_UP = """
import os, shutil, signal, sys
if not sys.stdin.readline():
    try:
        os.kill(int(sys.argv[2]), signal.SIGKILL)
    except ProcessLookupError:
        pass
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
"""Waits for a line. Where the tests end without one, it ends the server and deletes the folder."""


def new_folder() -> Path:
    """A new folder, which the tests and the servers can reach."""
    return Path(tempfile.mkdtemp(prefix="psfbot-irc-"))


def hand_over(folder: Path) -> None:
    """Let the servers have the folder and what is in it."""
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody", "nogroup")


def free_ports(count: int) -> list[int]:
    """Ports on loopback on which nothing listens now.

    They lie below those that the system gives to outgoing connections: else one of these could take a port while its
    server restarts, or even connect to itself.
    """
    found: set[int] = set()
    while len(found) < count:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.add(port)
    return list(found)


def installed(program: str) -> str:
    """Where it lies, also where only root looks; nothing if this machine does not have it."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    return shutil.which(program, path=path) or ""


@dataclass
class Process:
    """One server: its program and arguments, and where it runs."""

    command: Sequence[str]
    folder: Path
    running: subprocess.Popen[bytes] | None = None
    watcher: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it: as this user, or as nobody where that would be root.

        A copy of the program runs, because AppArmor keeps the one that is installed to the folders of its package.
        """
        root = os.geteuid() == 0
        program = self.folder / self.command[0]
        if not program.exists():
            shutil.copy(installed(self.command[0]), program)
        with self.output.open("ab") as output:
            self.running = subprocess.Popen(  # noqa: S603 - ours
                [program, *self.command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder)},
                start_new_session=True,
                user="nobody" if root else None,
                group="nogroup" if root else None,
                extra_groups=[] if root else None,
            )
        watch = [sys.executable, "-I", "-S", "-c", CLEAN_UP, str(self.folder), str(self.running.pid)]
        self.watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - ours

    def send(self, how: int) -> None:
        """Send it a signal, should it still run."""
        if self.running and self.running.poll() is None:
            self.running.send_signal(how)

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it; one that does not listen is killed."""
        if self.running is None or self.watcher is None:
            return
        self.send(how)
        try:
            self.running.wait(PATIENCE / 3)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait(PATIENCE)
        self.watcher.communicate(b"ended\n", PATIENCE)
        self.running = self.watcher = None

    def soon(self, is_true: Callable[[], object], what: str) -> None:
        """Wait until something about it is true; else say what it has written."""
        end = monotonic() + PATIENCE
        while not is_true():
            runs = self.running and self.running.poll() is None
            assert runs, f"{self.command[0]} has ended before its {what}; it wrote:\n{self.written}"
            assert monotonic() < end, f"{self.command[0]}: no {what}; it wrote:\n{self.written}"
            select.select([], [], [], 0.02)

    @property
    def output(self) -> Path:
        """The file that holds what it writes to its terminal."""
        return self.folder / f"{self.command[0]}.out"

    @property
    def written(self) -> str:
        """What it has written, there and to files."""
        files = [self.output, *self.folder.glob("*.log")]
        return "\n".join(file.read_text("utf-8", "replace")[-1500:] for file in files if file.exists())
