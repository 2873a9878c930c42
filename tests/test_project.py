"""What lies around the code tells the truth: commands exist, pages are linked, versions agree, nothing leaks."""

import json
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest

from psfbot import __version__
from psfbot.cli import main
from psfbot.settings import Settings

ROOT = Path(__file__).parents[1]
CALVER = r"\d{4}\.(?:1[0-2]|[1-9])\.\d+"

# Put together from pieces, so that this file holds none of what it looks for.
INDEX, DOT_ORG = "py" + "pi", r"\." + "org"
REGISTRIES = re.compile(
    "|".join(
        [
            rf"\b{INDEX}{DOT_ORG}\b",
            rf"\b{INDEX}\.python{DOT_ORG}\b",
            rf"(?<![\w.-])(?:(?:www|test|upload)\.)?{INDEX}\.io\b",
            rf"\bpython{'hosted'}{DOT_ORG}\b",
            rf"\bnpm{'js'}\.(?:org|com)\b",
            rf"\b(?:deb|ftp|archive|security)(?:\.\w\w)?\.{'debian'}{DOT_ORG}\b",
        ]
    ),
    re.IGNORECASE,
)
MACHINES = re.compile(
    r"(?<![a-z0-9._~-])/(?:" + "|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot", "Us" + "ers", "opt/" + INDEX]) + r")/"
)


def versioned() -> list[Path]:
    """Every file that is or will be under version control; without git, whatever `.gitignore` does not name."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        command = [git, "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a fixed command
        if listed.returncode == 0:
            return [file for name in listed.stdout.split("\0") if name and (file := ROOT / name).is_file()]
    ignored = [".git", *(pattern.rstrip("/") for pattern in read(".gitignore").split())]
    return [file for file in ROOT.rglob("*") if file.is_file() and not named_in(ignored, file.relative_to(ROOT).parts)]


def named_in(patterns: list[str], parts: tuple[str, ...]) -> bool:
    return any(fnmatch(part, pattern) for part in parts for pattern in patterns)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


FILES = versioned()
PAGES = [file for file in FILES if file.suffix == ".md"]


def mentions(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern stands in the versioned files, as `path:line: text`; binary files are read as far as they go."""
    return [
        f"{file.relative_to(ROOT)}:{number}: {found.group()}"
        for file in FILES
        for number, line in enumerate(file.read_bytes().decode("utf-8", "ignore").splitlines(), 1)
        for found in pattern.finditer(line)
    ]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))


def test_no_file_names_a_package_registry():
    assert mentions(REGISTRIES) == []


def test_no_file_holds_a_path_of_the_machine_it_was_written_on():
    assert mentions(MACHINES) == []


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (REGISTRIES, f"https://test.{INDEX}.org/simple", True),
        (REGISTRIES, f"{INDEX.upper()}.ORG", True),
        (REGISTRIES, f"{INDEX}.python.org", True),
        (REGISTRIES, f"www.{INDEX}.io", True),
        (REGISTRIES, "files.python" + "hosted.org", True),
        (REGISTRIES, "registry.npm" + "js.org", True),
        (REGISTRIES, "http://deb.debi" + "an.org/debian", True),
        (REGISTRIES, f"inspector.{INDEX}.io", False),
        (REGISTRIES, "docs.python.org", False),
        (REGISTRIES, "www.debian.org", False),
        (REGISTRIES, "github.com/psf/psfbot", False),
        (MACHINES, "see /wo" + "rk/main/x", True),
        (MACHINES, "file:///ro" + "ot/.pyenv", True),
        (MACHINES, "/opt/psfbot and /srv/psfbot/", False),
        (MACHINES, "https://example.org/wo" + "rk/of", False),
    ],
)
def test_the_patterns_find_what_they_are_for_and_leave_the_rest(pattern, text, found):
    assert bool(pattern.search(text)) is found


def test_the_important_files_are_looked_at():
    assert {ROOT / name for name in ("README.md", "Makefile", "psfbot/errors.py", "tests/test_project.py")} <= set(
        FILES
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_command_in_a_page_exists(page):
    code = re.findall(r"^```.*?^```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    named = {name for piece in code for name in re.findall(r"(?:^|[`$|&;] ?)make ([a-z][a-z-]*)", piece, re.MULTILINE)}

    assert named - targets() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_psfbot_command_in_a_page_exists(page):
    blocks = "".join(re.findall(r"^```.*?^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    used = re.findall(r"^(?:\$ )?(?:\.venv/bin/|docker run .* )?psfbot ([a-z]+)(?: ([a-z]+))?", blocks, re.MULTILINE)

    assert [" ".join(words) for words in used if not known(main, words)] == []


def known(command: click.Command, words: tuple[str, ...]) -> bool:
    """Does the command line go this way, as far as it has commands of its own?"""
    if not isinstance(command, click.Group) or not words or not words[0]:
        return True
    return words[0] in command.commands and known(command.commands[words[0]], words[1:])


def test_a_made_up_command_is_found_out():
    assert known(main, ("catalog", "check"))
    assert known(main, ("ask", "who"))
    assert not known(main, ("catalog", "frobnicate"))
    assert not known(main, ("frobnicate",))


def test_the_readme_shows_the_two_commands():
    assert {"demo", "test"} <= set(re.findall(r"make ([a-z-]+)", read("README.md")))


def test_every_page_is_linked_from_the_index():
    index = read("docs/index.md")
    pages = {file.relative_to(ROOT / "docs").as_posix() for file in PAGES if file.is_relative_to(ROOT / "docs")}

    assert {page for page in pages - {"index.md"} if f"]({page})" not in index} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
    files = [link for link in links if not re.match(r"[a-z][a-z+.-]*:", link)]

    assert [link for link in files if not (page.parent / link).exists()] == []


def test_the_version_is_a_date():
    assert re.fullmatch(CALVER, __version__)


def test_the_changelog_opens_with_what_is_new():
    newest = re.search(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)

    assert newest
    assert newest[1] in {"Unreleased", __version__}


def test_changelog_entries_say_who_notices():
    who = "In chat|On call|Catalog editors|Operators|Plugin authors"
    entries = re.findall(r"^- (.*)", read("CHANGELOG.md"), re.MULTILINE)

    assert entries
    assert [entry for entry in entries if not re.match(rf"\*\*(?:{who})\*\*: ", entry)] == []


def oldest_python() -> tuple[int, ...]:
    needs = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    return tuple(map(int, needs.split(".")))


def test_the_image_has_a_python_that_psfbot_runs_on():
    bases = re.findall(r"^ARG BASE=python:(\d+)\.(\d+)-", read("Dockerfile"), re.MULTILINE)

    assert len(bases) == 1
    assert tuple(map(int, bases[0])) >= oldest_python()


def test_the_tools_and_the_workflow_start_at_the_oldest_python():
    oldest = ".".join(map(str, oldest_python()))

    assert f'python: ["{oldest}"' in read(".github/workflows/ci.yml")
    assert f"({oldest.replace('.', ', ')})" in read("Makefile")


def test_the_image_sets_only_what_psfbot_knows():
    given = dict(re.findall(r"\b(PSFBOT_\w+)=(\S+)", read("Dockerfile")))
    _, warnings = Settings.read(given)

    assert given
    assert warnings == ()


def test_the_health_check_of_the_image_is_a_program():
    joined = read("Dockerfile").replace("\\\n", "")
    found = re.search(r"^HEALTHCHECK .* CMD (\[.*\])$", joined, re.MULTILINE)

    assert found
    assert compile(json.loads(found[1])[2], "HEALTHCHECK", "exec")
