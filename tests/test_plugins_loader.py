"""Where plugins are found: beside the checkout, in a wheel, in a drop-in folder, in another package."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from processes import PATIENCE, PSFBOT, ROOT, environ, run
from requiring import require

OURS = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}
GOOD = '''"""A plugin of this test."""

from psfbot.plugin import Ask, Plugin

plugin = Plugin("{name}", about="{about}")


@plugin.says("radar says {{word}}")
def radar(ask: Ask, word: str) -> str:
    """Say it again.

    >>> radar says hello
    hello
    """
    return word
'''
BROKEN = {
    "raises": ("raise RuntimeError('no fuel')", "RuntimeError: no fuel"),
    "mistyped": ("def plugin(:", "SyntaxError: invalid syntax"),
    "lonely": ("import a_package_that_nobody_has", "ModuleNotFoundError: No module named 'a_package_that_nobody_has'"),
    "empty": ("", "AttributeError: module 'psfbot.plugins.empty' has no attribute 'plugin'"),
    "wrong": ("plugin = 'a word'", "psfbot.plugins.wrong is no psfbot.plugin.Plugin"),
}


def written(home: Path, name: str, text: str) -> Path:
    """A folder of plugins with one more in it."""
    folder = home / "drop-ins" / name
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    return folder.parent


def listed(home: Path, **more: str) -> tuple[dict[str, str], str, int]:
    """What `psfbot plugins` says: each plugin with its words, then what went wrong, and the exit code."""
    done = run(home, "plugins", **more)
    lines = (line.partition(": ") for line in done.stdout.decode().splitlines())
    return {name: words for name, _, words in lines}, done.stderr.decode(), done.returncode


def test_a_checkout_finds_what_lies_beside_its_catalog(tmp_path):
    found, wrong, code = listed(tmp_path)

    assert found.keys() >= OURS
    assert (wrong, code) == ("", 0)


def test_a_drop_in_is_found_and_answers(tmp_path):
    folder = written(tmp_path, "radar", GOOD.format(name="radar", about="Looks around."))
    found, _, code = listed(tmp_path, PSFBOT_PLUGIN_DIRS=str(folder))
    said = run(tmp_path, "ask", "radar says hello", PSFBOT_PLUGIN_DIRS=str(folder))

    assert found["radar"] == "Looks around. (1 command)"
    assert found.keys() >= OURS
    assert code == 0
    assert said.stdout == b"hello\n"


def test_a_drop_in_takes_the_place_of_a_built_in_with_its_payloads(tmp_path):
    folder = written(tmp_path, "pingdom", GOOD.format(name="pingdom", about="Our own."))
    found, wrong, code = listed(tmp_path, PSFBOT_PLUGIN_DIRS=str(folder))

    assert found["pingdom"] == "Our own. (1 command)"
    assert found.keys() == OURS
    assert (wrong, code) == ("", 0)


def test_the_first_of_several_folders_wins(tmp_path):
    first = written(tmp_path / "one", "radar", GOOD.format(name="radar", about="The first."))
    second = written(tmp_path / "two", "radar", GOOD.format(name="radar", about="The second."))
    found, _, _ = listed(tmp_path, PSFBOT_PLUGIN_DIRS=f"{first},{second}")

    assert found["radar"] == "The first. (1 command)"


def test_a_drop_in_of_several_files_imports_its_own(tmp_path):
    folder = written(tmp_path, "radar", "from .words import ABOUT\nfrom psfbot.plugin import Plugin\n")
    (folder / "radar" / "words.py").write_text('ABOUT = "Looks around."\n', encoding="utf-8")
    with (folder / "radar" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("plugin = Plugin('radar', about=ABOUT)\n")

    assert listed(tmp_path, PSFBOT_PLUGIN_DIRS=str(folder))[0]["radar"] == "Looks around."


@pytest.mark.parametrize(("text", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_listed_and_stops_nothing(tmp_path, text, reason, request):
    name = request.node.callspec.id
    folder = {"PSFBOT_PLUGIN_DIRS": str(written(tmp_path, name, text))}
    found, wrong, code = listed(tmp_path, **folder)
    said = run(tmp_path, "ask", "who owns docs.python.org", **folder)
    helped = run(tmp_path, "ask", "help", **folder)

    assert wrong.startswith(f"{name}: failed to load ({reason}")
    assert len(wrong.splitlines()) == 1
    assert (found.keys(), code) == (OURS, 1)
    assert said.stdout.startswith(b"docs.python.org: ask ")
    assert (helped.returncode, helped.stderr) == (0, b"")


def test_only_the_plugins_that_are_named_are_on(tmp_path):
    folder = {"PSFBOT_PLUGIN_DIRS": str(written(tmp_path, "raises", "raise RuntimeError"))}
    found, wrong, code = listed(tmp_path, PSFBOT_PLUGINS="pingdom, pagerduty", **folder)

    assert list(found) == ["pagerduty", "pingdom"]
    assert (wrong, code) == ("", 0)


def test_a_named_plugin_that_is_missing_is_told(tmp_path):
    found, wrong, code = listed(tmp_path, PSFBOT_PLUGINS="pingdom,pingdon")

    assert list(found) == ["pingdom"]
    assert wrong == "pingdon: failed to load (no plugin of this name is installed)\n"
    assert code == 1


def test_a_folder_that_is_none_is_told(tmp_path):
    done = run(tmp_path, "settings", PSFBOT_PLUGIN_DIRS="nowhere")

    assert done.stderr == b"PSFBOT_PLUGIN_DIRS names nowhere, which is no folder: I find no plugins there.\n"
    assert done.returncode == 0


def package(home: Path, target: str, text: str, *, group: str = "psfbot.plugins") -> str:
    """A package as pip would have installed it, with one entry point; the folder to look for it in."""
    site = home / "site"
    info = site / "radar_for_psfbot-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: radar-for-psfbot\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{target}\n", encoding="utf-8")
    (site / "radar_for_psfbot.py").write_text(text, encoding="utf-8")
    return f"{site}{os.pathsep}{ROOT}"


@pytest.mark.parametrize("target", ["radar = radar_for_psfbot", "radar = radar_for_psfbot:plugin"])
def test_another_package_may_bring_a_plugin(tmp_path, target):
    path = package(tmp_path, target, GOOD.format(name="radar", about="Looks around."))
    found, wrong, code = listed(tmp_path, PYTHONPATH=path)

    assert found == found | {"radar": "Looks around. (1 command)"}
    assert found.keys() == OURS | {"radar"}
    assert (wrong, code) == ("", 0)


def test_another_package_does_not_take_the_place_of_a_built_in(tmp_path):
    path = package(tmp_path, "pingdom = radar_for_psfbot", GOOD.format(name="pingdom", about="Not wanted."))

    assert "Pingdom" in listed(tmp_path, PYTHONPATH=path)[0]["pingdom"]


def test_another_packages_entry_points_of_other_groups_are_left_alone(tmp_path):
    path = package(tmp_path, "radar = radar_for_psfbot", "raise RuntimeError", group="somebody.else")

    assert listed(tmp_path, PYTHONPATH=path)[0].keys() == OURS


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("radar = nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("radar = radar_for_psfbot:nothing", "AttributeError: "),
        ("radar = radar_for_psfbot:WORD", "radar_for_psfbot:WORD is no psfbot.plugin.Plugin"),
    ],
)
def test_a_broken_plugin_of_another_package_stops_nothing(tmp_path, target, reason):
    found, wrong, code = listed(tmp_path, PYTHONPATH=package(tmp_path, target, "WORD = 'a word'"))

    assert wrong.startswith(f"radar: failed to load ({reason}")
    assert (found.keys(), code) == (OURS, 1)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The project as a wheel, unpacked as pip would install it."""
    home = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(home), str(ROOT)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=10 * PATIENCE,
        check=False,
    )
    files = list(home.glob("psfbot-*.whl"))
    if not files:
        require(f"no wheel could be built here: {made.stderr.strip()[-300:]}")
    with zipfile.ZipFile(files[0]) as archive:
        archive.extractall(home / "site")
    return home / "site"


def test_a_wheel_carries_the_plugins_with_everything_they_need(wheel):
    there = {path.relative_to(wheel / "psfbot" / "plugins") for path in (wheel / "psfbot" / "plugins").rglob("*.*")}
    wanted = {
        path.relative_to(ROOT / "plugins")
        for path in (ROOT / "plugins").rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert wanted - there == set()
    assert [path for path in there if path.suffix == ".pyc"] == []


def test_a_wheel_finds_its_plugins_and_its_own_catalog(tmp_path, wheel):
    alone = {"PYTHONPATH": str(wheel), "PSFBOT_CATALOG": ""}
    where = subprocess.run(  # noqa: S603 - ours
        [PSFBOT[0], "-c", "import psfbot; print(psfbot.__file__)"],
        env=environ(tmp_path, alone),
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    found, wrong, code = listed(tmp_path, **alone)
    said = run(tmp_path, "ask", "--json", "who owns docs.python.org", **alone)
    told = run(tmp_path, "demo", "--port", "0", stdin=b"try pingdom http_down\n", **alone)

    assert Path(where.stdout.decode().strip()).is_relative_to(wheel)
    assert (found.keys(), wrong, code) == (OURS, "", 0)
    assert json.loads(said.stdout)["outcome"] == "answered"
    assert b"pingdom http_down: taken." in told.stdout


def test_a_catalog_in_the_working_folder_goes_before_the_wheels(tmp_path, wheel):
    (tmp_path / "catalog.yaml").write_text("schema_version: 1\n", encoding="utf-8")
    done = run(tmp_path, "ask", "version", PYTHONPATH=str(wheel), PSFBOT_CATALOG="")

    assert b"no services" in done.stdout


def test_a_wheel_with_a_drop_in_of_the_same_name_uses_the_drop_in(tmp_path, wheel):
    folder = written(tmp_path, "pingdom", GOOD.format(name="pingdom", about="Our own."))

    assert listed(tmp_path, PYTHONPATH=str(wheel), PSFBOT_PLUGIN_DIRS=str(folder))[0]["pingdom"].startswith("Our own.")


def test_what_a_machine_lacks_skips_a_test_or_fails_it(monkeypatch):
    monkeypatch.delenv("PSFBOT_TEST_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no moon"):
        require("no moon")
    monkeypatch.setenv("PSFBOT_TEST_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="no moon"):
        require("no moon")
