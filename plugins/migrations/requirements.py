"""A requirements file read: what may be handed to pip, and what is left out and told.

Only names with their versions, extras and markers are handed on. Options, addresses and paths never are: a file from a
repository must not choose where pip asks, nor what it reads on this machine.
"""

import re
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
VERSION = r"(?:===?|~=|!=|<=?|>=?)\s*[A-Za-z0-9.*+!_-]+"
VERSIONS = rf"{VERSION}(?:\s*,\s*{VERSION})*\s*,?"
REQUIREMENT = re.compile(
    rf"(?P<name>{NAME})\s*(?:\[(?P<extras>[A-Za-z0-9._,\s-]*)\])?\s*"
    rf"(?:\(\s*(?P<inside>{VERSIONS})\s*\)|(?P<versions>{VERSIONS}))?\s*"
    r"(?:;\s*(?P<marker>[\w\s.,'\"<>=!~()+*-]+))?"
)
NAMED = re.compile(rf"({NAME})\s*(?:\[[^\]]*\])?\s*@")
COMMENT = re.compile(r"(?:^|\s)#.*$")
OPTIONS = re.compile(r"\s--?[A-Za-z][\w-]*(?:[=\s].*)?$")
OPTION = re.compile(r"--[A-Za-z][\w-]*|-[A-Za-z]")
INCLUDE = re.compile(r"(?:-r|--requirement)[=\s]*(\S.*)")
ASKS_FOR_MORE = frozenset({"-r", "--requirement", "-e", "--editable", "-c", "--constraint"})
"""Options that name something to install, or which version of it; all others say how or from where."""
ARCHIVE = re.compile(r"\.(?:whl|zip|egg|tgz|tbz|txz|tlz|tar(?:\.\w+)?)$", re.IGNORECASE)
"""How a name ends that pip takes for a file beside it."""
MOST = 2000
"""Lines that are read."""
LONGEST = 1000
"""Letters of a requirement without its options: what is longer was not written by people, nor for them."""


@dataclass
class Wanted:
    """What a file asks for.

    `lines` are what pip may see. `left_out` says how or from where to install, which is not the file's to say;
    `unseen` is to be installed too, but cannot be looked at here. Both are words without addresses. `files` are the
    files that it includes, by their paths in the same repository.
    """

    lines: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def add(self, other: "Wanted") -> None:
        """Take over what an included file asks for; what stands in both counts once."""
        for mine, more in ((self.lines, other.lines), (self.left_out, other.left_out), (self.unseen, other.unseen)):
            mine += [one for one in more if one not in mine]


def plain(name: str) -> str:
    """A project's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(text: str, path: str = "") -> Wanted:
    """Read a file; with its path in a repository, files beside it can be included."""
    wanted = Wanted()
    lines = joined(text)
    for line in lines[:MOST]:
        take(line, path, wanted)
    if len(lines) > MOST:
        wanted.unseen.append(f"what comes after {MOST} lines")
    return Wanted(*(list(dict.fromkeys(part)) for part in (wanted.lines, wanted.left_out, wanted.unseen, wanted.files)))


def joined(text: str) -> list[str]:
    """The lines of a file that say something, each whole and without its comment."""
    whole = re.sub(r"\\\r?\n", " ", text.removeprefix("\ufeff"))
    return [line for one in whole.splitlines() if (line := COMMENT.sub("", one).strip())]


def take(line: str, path: str, wanted: Wanted) -> None:
    """Sort one line."""
    line = " ".join(line.split())
    if line.startswith("-"):
        include = INCLUDE.fullmatch(line)
        if include and path and (beside := inside(include[1], path)):
            wanted.files.append(beside)
        else:
            word = option(line)
            (wanted.unseen if word in ASKS_FOR_MORE else wanted.left_out).append(word)
        return
    if found := OPTIONS.search(line):
        wanted.left_out += re.findall(r"(?<!\S)--?[A-Za-z][\w-]*", found[0])
        line = line[: found.start()].strip()
    if len(line) > LONGEST:
        wanted.unseen.append(f"a line of more than {LONGEST} letters")
    elif REQUIREMENT.fullmatch(line) and not ARCHIVE.search(line):
        wanted.lines.append(line)
    elif named := NAMED.match(line):
        wanted.unseen.append(f"{named[1]}, by an address")
    else:
        path_like = re.search(r"[/\\]|^\.", line) or ARCHIVE.search(line)
        wanted.unseen.append("an address" if "://" in line else "a path" if path_like else "a line")


def inside(said: str, path: str) -> str:
    """The path of a file that stands beside this one; nothing where it would lead out of the repository."""
    said = said.strip().strip("\"'")
    if "://" in said or said.startswith(("/", "~", "\\")) or not re.fullmatch(r"[\w./ -]+", said):
        return ""
    found = normpath(join(dirname(path), said))
    return "" if found.startswith("..") else found


def option(text: str) -> str:
    """An option by its name alone: its value may be an address, or hold a password."""
    found = OPTION.match(text)
    return found[0] if found else "an option"
