"""How fast is a question on IRC? psfbot beside a bare bot, and beside Errbot and Sopel if asked for, in one run.

python bench/irc.py [--peers] [--short] [--seconds 1] [--rounds 5] [--people 50]

One person asks in a channel of the bot, then fifty in private, one question after the other, on an ngIRCd that holds
nobody back. The questions are about services of the real catalog; psfbot finds the answers in it, and the others in a
dict, which holds the very lines that psfbot says, or with --short only the first of each answer. The peers come from
the Python index, each into an environment of its own.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from relay import cpu

from psfbot.app import start
from psfbot.chat.message import Message, Speaker

ROOT = Path(__file__).parents[1]
PARTS = Path(__file__).parent / "irc_peers"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "psfbot-bench"
PEERS = {"errbot": "errbot[irc]==6.2.1", "sopel": "sopel==8.0.4"}
ROOM = "#{}"
"""Each bot has a channel of its own: else the slower ones drown in what the others answer, and are thrown out."""
FIRST, SERVICES = "docs.python.org", 20
PAGE, LONGEST = 4, 350
"""Lines of an answer before `more`, and bytes of a line that no bot has to cut."""
TIMES = ("p50", "p99")
STARTING = 60.0
GOALS = (2.0, 3.0)
"""How many times the bare bot's time psfbot may take at most, and Errbot's answers per CPU second it must give."""
SOPEL = """[core]
nick = sopel
host = 127.0.0.1
port = {port}
use_ssl = false
channels = "{room}"
owner = nobody
homedir = {folder}
extra = {plugins}
enable = who
flood_max_wait = 0
antiloop_threshold = 0
logging_level = WARNING
"""


class NotMeasured(Exception):
    """Why a bot cannot be measured."""


@dataclass
class Bot:
    """One bot that runs, and what was measured of it in each round."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    rounds: list[dict[str, float]] = field(default_factory=list)

    def of(self, what: str) -> float:
        """The best of all rounds: in the others, something else needed the machine."""
        pick: Callable[..., float] = min if what in TIMES else max
        return pick(one[what] for one in self.rounds)

    def wrong(self) -> float:
        """Answers that were not what they should be."""
        return sum(one["wrong"] for one in self.rounds)

    def memory(self) -> float:
        """Megabytes that it holds in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@dataclass(frozen=True)
class Stage:
    """Where all of it happens: the server, the answers, and room for files."""

    port: int
    folder: Path
    short: bool = False

    def answers(self, name: str) -> Path:
        """What a bot is to say, by service."""
        return self.folder / ("first.json" if self.short and name != "psfbot" else "answers.json")

    def command(self, name: str) -> tuple[list[str], dict[str, str]]:
        """How a bot is started, and what it is told by its environment."""
        told = {"IRC_PORT": str(self.port), "NICK": name, "ROOM": ROOM.format(name), "ANSWERS": str(self.answers(name))}
        told["FOLDER"] = str(self.home(name))
        if name == "raw":
            return [sys.executable, str(PARTS / "raw.py"), str(self.port), name, told["ROOM"], told["ANSWERS"]], {}
        if name == "psfbot":
            return [sys.executable, "-m", "psfbot", "run"], self.settings()
        if name == "errbot":
            return [str(installed(name) / "errbot"), "-c", str(PARTS / "errbot" / "config.py")], told
        file = self.home(name) / "sopel.cfg"
        words = {"port": self.port, "room": told["ROOM"], "folder": self.home(name), "plugins": PARTS / "sopel"}
        file.write_text(SOPEL.format_map(words), "utf-8")
        return [str(installed(name) / "python"), str(PARTS / "sopel_start.py"), "start", "-c", str(file)], told

    def settings(self) -> dict[str, str]:
        """The real bot with everything on, but for what slows it down on purpose."""
        return {
            "PYTHONPATH": str(ROOT), "PSFBOT_PORT": "0", "PSFBOT_CATALOG": str(ROOT / "catalog.yaml"),
            "PSFBOT_DATABASE_URL": f"sqlite:///{self.folder / 'psfbot.sqlite3'}", "PSFBOT_LOG_FORMAT": "json",
            "PSFBOT_IRC_HOST": "127.0.0.1", "PSFBOT_IRC_PORT": str(self.port), "PSFBOT_IRC_TLS": "false",
            "PSFBOT_IRC_CHANNELS": ROOM.format("psfbot"), "PSFBOT_IRC_INTERVAL": "0",
            "PSFBOT_IRC_QUESTION_INTERVAL": "0",
        }  # fmt: skip

    def home(self, name: str) -> Path:
        """A folder for the files of one bot."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


def installed(name: str) -> Path:
    """The folder of a peer's programs; it is installed at its first run."""
    home = CACHE / PEERS[name].replace("[", "-").replace("]", "")
    done = home / "installed"
    if not done.exists():
        print(f"installing {PEERS[name]} into {home}, once …", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        command = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", PEERS[name]]
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            raise NotMeasured(f"cannot be installed: {(asked.stderr.strip().splitlines() or ['no reason'])[-1]}")
        done.touch()
    return home / "bin"


@contextlib.contextmanager
def running(name: str, stage: Stage) -> Iterator[Bot]:
    """A bot as a process of its own, once it is in the channel."""
    command, told = stage.command(name)
    env = {"PATH": os.environ.get("PATH", ""), "HOME": str(stage.home(name)), **told}
    log = stage.folder / f"{name}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=stage.home(name), env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
    bot = Bot(name, process, log)
    try:
        arrived(bot, stage.port)
        yield bot
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def arrived(bot: Bot, port: int) -> None:
    """Wait until a bot is in the channel."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
        link.sendall(b"NICK looker\r\nUSER looker 0 * :looker\r\n")
        seen, end = "", time.monotonic() + STARTING
        while not re.search(f" 319 looker {bot.name} :.*{ROOM.format(bot.name)}", seen):
            if bot.process.poll() is not None or time.monotonic() > end:
                said = bot.log.read_text("utf-8", "replace").strip().splitlines() or ["without a word"]
                raise NotMeasured(f"does not start: {said[-1]}")
            time.sleep(0.1)
            link.sendall(f"WHOIS {bot.name}\r\n".encode())
            seen = (seen + link.recv(65536).decode("utf-8", "replace"))[-10_000:]
        link.sendall(b"QUIT\r\n")
        while link.recv(65536):
            pass  # until the nick is free again


def write_answers(folder: Path) -> None:
    """Write down what psfbot says of services of the real catalog, in answers that look the same everywhere."""
    app, found = start({"PSFBOT_CATALOG": str(ROOT / "catalog.yaml")}), dict[str, list[str]]()
    for service in (FIRST, *sorted(app.book.catalog.services)):
        said = [
            asyncio.run(
                app.desk.answer(Message(f"who owns {service}?", Speaker("bench"), "irc", room, public, page=PAGE))
            ).lines
            for room, public in ((ROOM.format("psfbot"), True), (None, False))
        ]
        if said[0] == said[1] and all(map(simple, said[0])) and len(found) < SERVICES:
            found[service] = list(said[0])
    (folder / "answers.json").write_text(json.dumps(found), "utf-8")
    (folder / "first.json").write_text(json.dumps({name: lines[:1] for name, lines in found.items()}), "utf-8")


def simple(line: str) -> bool:
    """Is it a line that no bot cuts, and none takes for markup?"""
    return len(line.encode()) < LONGEST and not any(mark in line for mark in "`*_<>")


def ask(bot: Bot, stage: Stage, people: int, room: str, seconds: float) -> dict[str, float]:
    """Let people ask a bot for so long."""
    command = [sys.executable, str(PARTS / "asker.py"), str(stage.port), bot.name, str(stage.answers(bot.name))]
    command += ["--people", str(people), "--room", room, "--seconds", str(seconds)]
    before = cpu(bot.process.pid)
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise NotMeasured(
            f"did not answer: {asked.stderr.strip()}; its log ends: {bot.log.read_text('utf-8', 'replace')[-1000:]}"
        )
    found: dict[str, float] = json.loads(asked.stdout)
    return found | {"per_cpu": found["answers"] / max(cpu(bot.process.pid) - before, 0.01)}


def measure(bots: list[Bot], stage: Stage, given: argparse.Namespace) -> None:
    """Ask every bot in turn, round after round, so that a disturbance hits all of them alike."""
    for _ in range(given.rounds):
        for bot in list(bots):
            try:
                one = ask(bot, stage, 1, ROOM.format(bot.name), given.seconds)
                many = ask(bot, stage, given.people, "", given.seconds)
            except NotMeasured as reason:
                left_out(bot.name, reason)
                bots.remove(bot)
                continue
            wrong = one["wrong"] + many["wrong"]
            if wrong and bot.name == "psfbot":
                raise SystemExit(f"psfbot gave {wrong:g} wrong answers.")
            crowd = {"rate": many["rate"], "per_cpu": many["per_cpu"], "client": many["client"], "wrong": wrong}
            bot.rounds.append({"p50": one["p50"], "p99": one["p99"], "alone": one["per_cpu"], **crowd})


def left_out(name: str, reason: NotMeasured) -> None:
    """Say why there are no figures of a peer; without those of our own bots there is nothing to say."""
    if name not in PEERS:
        raise SystemExit(f"{name} {reason}")
    print(f"{name} is left out, as it {reason}")


def table(bots: list[Bot]) -> None:
    """Print what was found."""
    heads = ("p50 ms", "p99 ms", "answers/s", "per CPU s", "alone", "memory MB", "asker", "wrong")
    print(f"\n{'':<10}{''.join(f'{head:>11}' for head in heads)}")
    for bot in bots:
        times = "".join(f"{bot.of(what) * 1000:11.2f}" for what in ("p50", "p99"))
        rates = "".join(f"{bot.of(what):11,.0f}" for what in ("rate", "per_cpu", "alone"))
        print(f"{bot.name:<10}{times}{rates}{bot.memory():11.0f}{bot.of('client'):11.0%}{bot.wrong():11g}")
    by_name = {bot.name: bot for bot in bots}
    ours, raw, errbot = by_name["psfbot"], by_name["raw"], by_name.get("errbot")
    slower = ours.of("p50") / raw.of("p50")
    print(f"\npsfbot takes {slower:.1f} x the bare bot's time (goal: at most {GOALS[0]:g})")
    if errbot:
        more = ours.of("per_cpu") / errbot.of("per_cpu")
        print(f"psfbot gives {more:.1f} x Errbot's answers per CPU second (goal: at least {GOALS[1]:g})")


def compare(stage: Stage, given: argparse.Namespace) -> None:
    """Start the bots that can be started, measure and print."""
    with contextlib.ExitStack() as stack:
        bots = []
        for name in ("raw", "psfbot", *(PEERS if given.peers else ())):
            try:
                bots.append(stack.enter_context(running(name, stage)))
            except NotMeasured as reason:
                left_out(name, reason)
        measure(bots, stage, given)
        table(bots)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=1)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--peers", action="store_true", help="Errbot and Sopel, too")
    options.add_argument("--short", action="store_true", help="the others say the first line of each answer only")
    given = options.parse_args()
    sys.path.append(str(ROOT / "tests"))
    from ircd import ngircd  # noqa: PLC0415 - the tests' own server
    from ircd_process import installed as has  # noqa: PLC0415

    if not has("ngircd"):
        print("IRC is not measured, as there is no ngIRCd: apt-get install --no-install-recommends ngircd")
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} before), Python "
          f"{platform.python_version()}; best of {given.rounds} x {given.seconds:g} s: one person in a channel, then "
          f"{given.people} in private")  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, ngircd() as port:
        folder = Path(name)
        write_answers(folder)
        compare(Stage(port, folder, given.short), given)


if __name__ == "__main__":
    main()
