"""pip's own resolver, run apart and installing nothing: would these packages come as wheels on another machine?

pip is handed nothing about where to ask: the operator's own configuration of pip decides.
"""

import asyncio
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from .requirements import NAME, plain

DRIVER = """\
import json, sys
from pip._vendor.packaging import markers
here, there = markers.default_environment, json.loads(sys.argv[1])
markers.default_environment = lambda: {**here(), **there}
from pip._internal.cli.main import main
for call in json.loads(sys.argv[2]):
    print("\\n==> ended", main(call), flush=True)
"""
"""pip, for which conditions such as `platform_machine == "x86_64"` are about the other machine, not about this one."""
ALWAYS = (
    "install", "--dry-run", "--ignore-installed", "--only-binary=:all:", "--implementation=cp", "--no-input",
    "--no-user", "--disable-pip-version-check", "--no-color", "--progress-bar=off", "--retries=1",
)  # fmt: skip
ENDED = re.compile(r"^==> ended (-?\d+)\n", re.MULTILINE)
AT_ONCE = 3
OLDEST_GLIBC = 17
NO_MATCH = re.compile(rf"^ERROR: No matching distribution found for ({NAME}[^\n]*)$", re.MULTILINE)
NO_VERSION = re.compile(
    r"^ERROR: Could not find a version that satisfies the requirement (.*)\(from versions: (.*)\)$", re.MULTILINE
)
CONFLICT = re.compile(r"^The conflict is caused by:\n((?:    .*\n)+)", re.MULTILINE)
NEEDS = re.compile(rf"(?:depends on|requested) ({NAME}(?:\[[^\]]*\])?\s*[^\s;(]*)")
END = re.compile(r";| \(from ")
FROM = re.compile(rf" \(from ({NAME}(?:\[[\w., -]*\])?)\)$")
FETCHED = re.compile(r"^Fetched page (\S+)", re.MULTILINE)
NOT_FETCHED = re.compile(r"^Could not fetch URL (\S+): (.*?) - skipping$", re.MULTILINE)
NO_PLACE = re.compile(r"^(?:WARNING: )?Location '([^']+)' is ignored", re.MULTILINE)
LINK = re.compile(
    r"^ *(?:Found|Skipping) link:? .*?/([^/\s#]+\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|egg))(?:#|\s|$)", re.MULTILINE
)
ERROR = re.compile(r"^ERROR: (.+)$", re.MULTILINE)
PRIVATE = re.compile(r"\S+://\S+|(?:/[\w.@-]+){2,}/?")
NOT_THERE = ("404 ", "410 ")


class Target(NamedTuple):
    """The machine that packages should run on: its Python, and its C library with the newest version it may ask for."""

    python: str = "3.12"
    glibc: str = "2.36"
    musl: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The platforms whose wheels run there, the newest first."""
        if self.musl:
            return tuple(f"musllinux_1_{minor}_aarch64" for minor in range(minor_of(self.musl), 0, -1))
        newest = minor_of(self.glibc)
        new = tuple(f"manylinux_2_{minor}_aarch64" for minor in range(newest, OLDEST_GLIBC - 1, -1))
        return (*new, *(("manylinux2014_aarch64",) if newest >= OLDEST_GLIBC else ()), "linux_aarch64")

    @property
    def markers(self) -> dict[str, str]:
        """What conditions in requirements see there."""
        full = self.python if self.python.count(".") > 1 else f"{self.python}.0"
        return {
            "implementation_name": "cpython", "implementation_version": full, "os_name": "posix",
            "platform_machine": "aarch64", "platform_python_implementation": "CPython", "platform_system": "Linux",
            "python_full_version": full, "python_version": ".".join(full.split(".")[:2]), "sys_platform": "linux",
        }  # fmt: skip

    def __str__(self) -> str:
        """The machine in words."""
        libc = f"musl {self.musl}" if self.musl else f"glibc {self.glibc}"
        return f"aarch64 with Python {self.python} and {libc}"


def minor_of(version: str) -> int:
    """The second number of a version."""
    return int(version.split(".")[1])


class Fate(Enum):
    """What the index said about a name."""

    LISTED = "the index lists it"
    NOT_LISTED = "the index lists no such name"
    NOT_TOLD = "the index could not be asked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What pip said: everything that it would install, or the words with which it gave up."""

    log: str
    report: dict[str, Any] | None

    @property
    def chosen(self) -> list[tuple[str, str, str]]:
        """Name, version and file of each package."""
        entries = (self.report or {}).get("install") or ()
        return [
            (entry["metadata"]["name"], entry["metadata"]["version"], file_of(entry["download_info"]["url"]))
            for entry in entries
        ]

    @property
    def unmet(self) -> list[str]:
        """Requirements that nothing on the index met."""
        return list(dict.fromkeys(END.split(found)[0].strip() for found in NO_MATCH.findall(self.log)))

    def parent(self, requirement: str) -> str:
        """What a requirement is needed by; nothing where the file itself asks for it.

        Older versions of pip say it in the one line, and newer ones in the other.
        """
        said = (*NO_MATCH.findall(self.log), *(wanted.strip() for wanted, _ in NO_VERSION.findall(self.log)))
        told = (FROM.search(found) for found in said if END.split(found)[0].strip() == requirement)
        return next((found[1] for found in told if found), "")

    def fitting(self, requirement: str) -> list[str]:
        """Versions of the same project that do have a wheel for the machine."""
        for wanted, versions in NO_VERSION.findall(self.log):
            if wanted.startswith(requirement) and versions != "none":
                found = [one.strip() for one in versions.split(",")]
                return [one for one in found if not re.search("[a-z]", one)] or found
        return []

    @property
    def conflict(self) -> list[str]:
        """Why pip found no set of versions that fits, a line each."""
        found = CONFLICT.search(self.log)
        return [scrubbed(line) for line in found[1].splitlines()] if found else []

    @property
    def at_odds(self) -> list[str]:
        """The requirements that are part of a conflict."""
        return list(dict.fromkeys(found[1].strip() for line in self.conflict if (found := NEEDS.search(line))))

    @property
    def trouble(self) -> str:
        """The last thing that pip complained about, without addresses; else the last thing that was said at all."""
        found = ERROR.findall(self.log) or [line for line in self.log.splitlines() if line.strip()]
        return scrubbed(found[-1]) if found else ""

    def fate(self, name: str) -> Fate:
        """What the index said about a name: one place that could not be asked makes all of it uncertain."""
        about = [fate for url, fate in asked(self.log) if plain(file_of(url.rstrip("/"), "index.html")) == plain(name)]
        if Fate.NOT_TOLD in about or not about:
            return Fate.NOT_TOLD
        return Fate.LISTED if Fate.LISTED in about else Fate.NOT_LISTED

    def files(self, name: str) -> list[str]:
        """Every file of a project that pip came across, wanted or not."""
        stem = re.compile(rf"{'[-_.]+'.join(map(re.escape, plain(name).split('-')))}-\d", re.IGNORECASE)
        return [file for file in map(unquote, LINK.findall(self.log)) if stem.match(file)]


def asked(log: str) -> Iterator[tuple[str, Fate]]:
    """Every page that pip asked for, and whether it was told anything."""
    for url in FETCHED.findall(log):
        yield url, Fate.LISTED
    for url, reason in NOT_FETCHED.findall(log):
        yield url, Fate.NOT_LISTED if reason.startswith(NOT_THERE) else Fate.NOT_TOLD
    for url in NO_PLACE.findall(log):
        folder = Path(unquote(urlsplit(url).path)).parent
        yield url, Fate.NOT_LISTED if folder.is_dir() else Fate.NOT_TOLD


def file_of(url: str, but: str = "") -> str:
    """The last part of an address; the one before where it is `but`."""
    *_, before, last = ("", *urlsplit(url).path.split("/"))
    return unquote(before if last == but else last)


def scrubbed(text: str) -> str:
    """Words of pip's without addresses and paths: they may be private, and hold passwords."""
    return " ".join(PRIVATE.sub("…", text).split())


async def resolve(lines: Sequence[str], target: Target, folder: Path) -> Outcome:
    """Let pip look for all of it at once, with stubs in place of what is known to be missing."""
    folder.joinpath("report.json").unlink(missing_ok=True)
    stubs = [f"--find-links={folder / 'stubs'}"] if folder.joinpath("stubs").is_dir() else []
    call = [*asking(target, folder), *stubs, f"--report={folder / 'report.json'}", written(lines, folder / "all.txt")]
    said = await run([call], target, folder)
    code, log = next(iter(said), (1, ""))
    return Outcome(log, report_in(folder) if code == 0 else None)


async def each(lines: Sequence[str], target: Target, folder: Path) -> list[Outcome]:
    """Let pip look for each line alone, without what it needs, and say more about it; a few at once."""
    call = [*asking(target, folder), "-vv", "--no-deps"]
    calls = [[*call, written([line], folder / f"{number}.txt")] for number, line in enumerate(lines)]
    parts = await asyncio.gather(*(run(calls[at::AT_ONCE], target, folder) for at in range(AT_ONCE)))
    ordered = chain.from_iterable(zip_longest(*parts))
    return [Outcome(one[1], None) for one in ordered if one]


async def run(calls: Sequence[Sequence[str]], target: Target, folder: Path) -> list[tuple[int, str]]:
    """Call pip several times in one process: how each ended, and what it said."""
    if not calls:
        return []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", DRIVER, json.dumps(target.markers), json.dumps(calls), cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    *parts, rest = ENDED.split(said.decode("utf-8", "replace"))
    return [(int(code), log) for log, code in zip(parts[::2], parts[1::2], strict=True)] or [(1, rest)]


def asking(target: Target, folder: Path) -> list[str]:
    """How pip is to look, and for which machine; never where."""
    tags = [f"--platform={tag}" for tag in target.tags]
    return [*ALWAYS, *tags, f"--python-version={target.python}", f"--target={folder / 'nowhere'}"]


def written(lines: Sequence[str], path: Path) -> str:
    """Requirements in a file, so that none of them is taken for an option."""
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return f"--requirement={path}"


def report_in(folder: Path) -> dict[str, Any] | None:
    """What pip reported."""
    try:
        found = json.loads((folder / "report.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def stub(requirement: str, folder: Path) -> None:
    """Put empty wheels where a requirement is met by nothing, so that pip goes on and names what else is missing."""
    found = re.match(NAME, requirement)
    name = plain(found[0] if found else requirement).replace("-", "_")
    said = re.findall(r"(?:===?|~=|!=|[<>]=?)\s*([0-9][A-Za-z0-9.!+_]*[A-Za-z0-9]|[0-9])", requirement)
    (folder / "stubs").mkdir(exist_ok=True)
    for version in {*said, *(f"{one.partition('+')[0]}.1" for one in said), "0", "99999"}:
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / "stubs" / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
