"""What `docs/plugins.md` tells a newcomer to do, done: the plugin on the page is made, loaded, tried and tested."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from processes import PATIENCE, ROOT, environ, run

from psfbot.plugin import __all__ as contract

PAGE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
CONTRACT = ROOT / "tests" / "test_plugins_contract.py"


def block(kind: str, after: str = "") -> str:
    """The first block of this kind on the page, after these words."""
    found = re.search(rf"^```{kind}\n(.*?)^```", PAGE[PAGE.index(after) :], re.MULTILINE | re.DOTALL)
    assert found, f"there is no {kind} after {after!r}"
    return found[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A folder with the page's plugin in `drop-ins`."""
    home = tmp_path_factory.mktemp("beacon")
    payloads = home / "drop-ins" / "beacon" / "payloads"
    payloads.mkdir(parents=True)
    (payloads.parent / "__init__.py").write_text(block("python"), encoding="utf-8")
    (payloads / "dark.json").write_text(block("json", "payloads/dark.json"), encoding="utf-8")
    (payloads / "lit.json").write_text(block("json", "and `payloads/lit.json`"), encoding="utf-8")
    (payloads / "expected.json").write_text(block("json", "`payloads/expected.json` names"), encoding="utf-8")
    return home


def test_the_plugin_of_the_page_is_found_with_its_settings(home):
    more = {"PSFBOT_PLUGIN_DIRS": "drop-ins"}
    listed, settings = run(home, "plugins", **more), run(home, "settings", PSFBOT_BEACON_HOOK_SECRT="x", **more)

    assert b"beacon: Lights that went out, as Beacon sees them. (webhooks, 1 command, 1 setting)" in listed.stdout
    assert b"PSFBOT_BEACON_HOOK_SECRET=" in settings.stdout
    assert b"Did you mean PSFBOT_BEACON_HOOK_SECRET?" in settings.stderr


def test_the_lines_of_the_page_tell_the_story(home):
    lines = re.search(r"printf '(.*?)' \| psfbot demo", PAGE)[1].replace("\\n", "\n")
    done = run(home, "demo", "--port", "0", stdin=lines.encode(), PSFBOT_PLUGIN_DIRS="drop-ins")
    said = done.stdout.decode()

    assert (done.returncode, done.stderr) == (0, b"")
    assert said.startswith("docs.python.org: no light is known.\n* DOWN #1 docs.python.org: ")
    assert "beacon dark: taken." in said
    assert "beacon lit: taken." in said
    assert "* UP #1 docs.python.org" in said


def test_the_plugin_of_the_page_keeps_the_contract(home):
    """The payload tests of `test_plugins_contract.py`, over this folder."""
    script = f"""
import sys, pytest
sys.path.insert(0, {str(ROOT / "tests")!r})
from pathlib import Path
from psfbot import plugins
found = plugins.find([Path("drop-ins").resolve()], ["beacon"])
plugins.find = lambda *_: found
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning",
    "--rootdir", {str(ROOT)!r}, "-c", {str(ROOT / "pyproject.toml")!r}, {str(CONTRACT)!r},
    "-k", "payload and not on_the_page or settings_of_a_plugin_carry or proof or hostile or secret or nothing_of_psfbot"
]))
"""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", script],
        env=environ(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 60


def test_every_name_that_the_page_imports_is_in_the_contract():
    imported = re.search(r"from psfbot\.plugin import \((.*?)\)", PAGE, re.DOTALL)[1]

    assert {name.strip() for name in imported.split(",") if name.strip()} <= set(contract)


def test_the_recordings_of_the_page_are_those_it_expects():
    expected = json.loads(block("json", "`payloads/expected.json` names"))

    assert expected.keys() == {"dark.json", "lit.json"}
