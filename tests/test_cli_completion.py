"""Completion: what a shell offers while somebody types, tried in a real bash."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from processes import PATIENCE, Terminal, command_folder, environ, run, shell
from requiring import require

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.commands import commands
from psfbot.platforms.continuing import continuations

SAMPLE = str(Path(__file__).parent / "sample.yaml")


def offered(home: Path, line: str, how: str = "bash_complete", **more: str) -> list[str]:
    """What psfbot answers to a shell for this line, its last word being the one that is typed."""
    words = line.split(" ")
    asked = {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1), "_PSFBOT_COMPLETE": how}
    done = shell(home, "psfbot", **({"PSFBOT_CATALOG": SAMPLE} | asked | more))
    assert done.stderr == b""
    return [line for line in done.stdout.decode().splitlines() if line]


@pytest.fixture
def bash():
    found = shutil.which("bash")
    return found or require("there is no bash here")


def test_a_tab_in_a_real_bash_completes_a_name(tmp_path, bash):
    path = f"{command_folder(tmp_path)}{os.pathsep}{os.environ['PATH']}"
    with Terminal(tmp_path, bash, "--norc", "--noprofile", "-i", PATH=path, PS1="$ ", PSFBOT_CATALOG=SAMPLE) as screen:
        screen.until("$ ")
        screen.type('eval "$(psfbot completion bash)"; echo ready\n')
        screen.until("ready\n")
        screen.type("psfbot ask who owns docs.pyth\t")
        shown = screen.until("docs.python.org ")

    assert "psfbot ask who owns docs.python.org " in shown


def test_bash_offers_through_complete_what_psfbot_knows(tmp_path, bash):
    script = """
        eval "$(psfbot completion bash)"
        complete -p psfbot
        COMP_WORDS=(psfbot ask who owns docs.pyth)
        COMP_CWORD=4
        _psfbot_completion psfbot
        printf '<%s>\\n' "${COMPREPLY[@]}"
    """
    path = f"{command_folder(tmp_path)}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - bash
        [bash, "--norc", "-c", script],
        capture_output=True,
        text=True,
        env=environ(tmp_path, {"PATH": path, "PSFBOT_CATALOG": SAMPLE}),
        timeout=PATIENCE,
        check=True,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "<docs.python.org>"
    assert "_psfbot_completion" in done.stdout.splitlines()[0]


@pytest.mark.parametrize(
    ("shell_name", "sign"),
    [("bash", "complete -o nosort -F"), ("zsh", "compdef _psfbot_completion psfbot"), ("fish", "complete --no-files")],
)
def test_there_is_a_script_for_each_shell(tmp_path, shell_name, sign):
    done = run(tmp_path, "completion", shell_name)

    assert (done.returncode, done.stderr) == (0, b"")
    assert sign in done.stdout.decode()
    assert "_PSFBOT_COMPLETE" in done.stdout.decode()


def test_zsh_and_fish_are_answered_in_their_own_way(tmp_path):
    fish = shell(
        tmp_path,
        "psfbot",
        _PSFBOT_COMPLETE="fish_complete",
        COMP_WORDS="psfbot ask who owns docs.pyth",
        COMP_CWORD="docs.pyth",
    )

    assert offered(tmp_path, "psfbot ask who owns docs.pyth", "zsh_complete")[:2] == ["plain", "docs.python.org"]
    assert b"docs.python.org" in fish.stdout


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("psfbot ask who owns docs.pyth", ["docs.python.org"]),
        ("psfbot ask who is on psf infra", ["infra", "Infrastructure"]),
        ("psfbot ask who owns psf", ["PSF"]),
        ("psfbot ask --as e", ["ee"]),
        ("psfbot console --as m", ["mdk"]),
        ("psfbot try ping", ["pingdom"]),
        ("psfbot try pingdom http_d", ["http_down"]),
        ("psfbot try nobody http_d", []),
        ("psfbot complet", ["completion"]),
        ("psfbot completion b", ["bash"]),
        ("psfbot ask who owns qqqq", []),
    ],
)
def test_each_argument_is_completed_by_what_it_stands_for(tmp_path, line, wanted):
    found = [word.partition(",")[2] for word in offered(tmp_path, line)]

    assert found == wanted


def test_a_broken_catalog_or_setting_completes_nothing_and_says_nothing(tmp_path):
    (tmp_path / "bad.yaml").write_text("services: [", encoding="utf-8")

    assert offered(tmp_path, "psfbot ask who owns docs", PSFBOT_CATALOG=str(tmp_path / "bad.yaml")) == []
    assert offered(tmp_path, "psfbot ask --as e", PSFBOT_CATALOG=str(tmp_path / "none.yaml")) == []
    assert offered(tmp_path, "psfbot try ping", PSFBOT_PORT="eighty") == []


@pytest.fixture(scope="module")
def names():
    loaded = load_or_refuse(Path(SAMPLE))
    assert loaded.catalog
    return Book.of(loaded.catalog).names


@pytest.mark.parametrize(
    ("line", "name", "replaced"),
    [
        ("who owns docs.pyth", "docs.python.org", len("docs.pyth")),
        ("who is in psf infra", "PSF Infrastructure Team", len("psf infra")),
        ("docs.pyth", "docs.python.org", len("docs.pyth")),
        ("wh", "who", 2),
        ("who owns ", "docs.python.org", 0),
    ],
)
def test_a_line_may_go_on_with_a_name_of_several_words(names, line, name, replaced):
    assert (name, replaced) in list(continuations(line, names, commands()))


def test_nothing_is_offered_twice_and_no_wildcard_where_nothing_is_begun(names):
    found = list(continuations("who owns ", names, commands()))

    assert len(found) == len(set(found))
    assert [name for name, _ in found if "*" in name] == []


def test_an_empty_line_may_begin_with_any_command(names):
    found = [name for name, _ in continuations("", names, commands())]

    assert {"who", "what", "where", "help"} <= set(found)
