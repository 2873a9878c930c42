"""`psfbot settings` and its warnings: psfbot's own settings, and those that each plugin brings."""

import json
import os
from typing import ClassVar

import pytest
from click.testing import CliRunner
from processes import ROOT
from pydantic import SecretStr

from psfbot import plugins
from psfbot.app import start
from psfbot.app.secrets import secret_words, settings_of, warnings_about
from psfbot.cli import main
from psfbot.errors import UserError
from psfbot.plugin import Configuration, Plugin
from psfbot.settings import Settings, as_markdown

TOLD = "correct-horse-battery"
OURS = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}


class Radar(Configuration):
    """Settings of a plugin that exists only here; it is called like the first word of settings of psfbot."""

    names_start_with: ClassVar[str] = "PSFBOT_GITHUB_"

    radar_range: int = 1
    """How far it sees."""


@pytest.fixture
def cli(monkeypatch):
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)

    def call(*args: str, **environ: str):
        return CliRunner().invoke(main, args, env=environ)

    return call


def names_of(found):
    return [row["name"] for row in json.loads(found.stdout)]


def test_the_page_on_settings_is_what_the_command_prints():
    found = {name: plugin.settings for name, plugin in plugins.find().items() if plugin.settings and name in OURS}
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")

    assert page == as_markdown(found), "run: psfbot settings --format markdown > docs/settings.md"


def test_the_page_does_not_depend_on_what_is_set(cli):
    plain, other = (cli("settings", "--format", "markdown", **more) for more in ({}, {"PSFBOT_PORT": "1"}))

    assert plain.stdout == other.stdout
    assert plain.stdout.startswith("# Settings\n")


def test_a_bar_does_not_break_the_table():
    class Odd(Configuration):
        names_start_with: ClassVar[str] = "PSFBOT_ODD_"

        one: str = ""
        """Either a|b or nothing."""

    line = as_markdown({"odd": Odd}).splitlines()[-1]

    assert line == r"| `PSFBOT_ODD_ONE` | Either a\|b or nothing. |  | `` |"


def test_every_setting_is_listed_psfbots_first(cli):
    names = names_of(cli("settings", "--format", "json"))
    own = [f"PSFBOT_{field.upper()}" for field in Settings.model_fields]
    theirs = [
        f"{plugin.settings.names_start_with}{field.removesuffix('_').upper()}"
        for _, plugin in sorted(plugins.find().items())
        if plugin.settings
        for field in plugin.settings.model_fields
    ]

    assert names == own + theirs
    assert "PSFBOT_PINGDOM_HOOK_SECRET" in theirs


def test_vendors_settings_are_no_business_of_psfbot_itself():
    assert [field for field in Settings.model_fields if field.partition("_")[0] in OURS - {"github"}] == []


def test_no_secret_of_anybody_is_shown(cli):
    given = {"PSFBOT_PINGDOM_HOOK_SECRET": TOLD, "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": TOLD, "PSFBOT_IRC_PASSWORD": TOLD}
    done = [cli("settings", *form, **given) for form in ((), ("--json",), ("--format", "markdown"))]

    assert "PSFBOT_PINGDOM_HOOK_SECRET=(set)  (environment)" in done[0].stdout
    assert [one.exit_code for one in done] == [0, 0, 0]
    assert [one for one in done if TOLD in one.output] == []


def test_the_log_is_told_every_secret():
    found, _ = settings_of(plugins.find(), {"PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": "new-one,old-one"})

    assert {"new-one", "old-one"} <= set(secret_words(found.values()))


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("PSFBOT_PINGDOM_HOOK_SECRT", "Did you mean PSFBOT_PINGDOM_HOOK_SECRET?"),
        ("PSFBOT_PAGERDUTY_WEBHOOK_SECRET", "Did you mean PSFBOT_PAGERDUTY_WEBHOOK_SECRETS?"),
        ("PSFBOT_IRC_CHANELS", "Did you mean PSFBOT_IRC_CHANNELS?"),
        ("PSFBOT_RADAR_TOKEN", "PSFBOT_RADAR_TOKEN is not a setting that I know."),
    ],
)
def test_a_misspelt_name_is_judged_once_by_whoever_it_belongs_to(cli, name, warning):
    done = cli("settings", **{name: "x"})

    assert warning in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.exit_code == 0


@pytest.mark.parametrize("more", [{}, {"PSFBOT_PLUGINS": "pagerduty"}, {"PSFBOT_PLUGINS": "pingdom"}], ids=str)
def test_a_plugins_setting_is_no_mistake_even_when_the_plugin_is_off(more):
    app = start({"PSFBOT_PINGDOM_HOOK_SECRET": "x", **more})

    assert warnings_about(app) == ()


def test_a_plugin_may_be_called_like_a_word_of_ours():
    plugin = Plugin("github", about="Only here.", settings=Radar)
    environ = {"PSFBOT_GITHUB_TOKEN": "x", "PSFBOT_GITHUB_TOKEN_FILE": "", "PSFBOT_GITHUB_RADAR_RANG": "5"}
    _, warnings = settings_of({"github": plugin}, environ)

    assert [warning.partition(" ")[0] for warning in warnings] == ["PSFBOT_GITHUB_RADAR_RANG"]


def test_wrong_values_of_all_plugins_are_told_at_once():
    class Other(Radar):
        names_start_with: ClassVar[str] = "PSFBOT_OTHER_"

    both = {"a": Plugin("a", about="A.", settings=Radar), "b": Plugin("b", about="B.", settings=Other)}
    with pytest.raises(UserError) as caught:
        settings_of(both, {"PSFBOT_GITHUB_RADAR_RANGE": "far", "PSFBOT_OTHER_RADAR_RANGE": "near"})

    assert len(str(caught.value).splitlines()) == 2


def test_a_demo_makes_up_only_what_is_missing():
    environ = {"PSFBOT_PINGDOM_HOOK_SECRET": TOLD}
    found, _ = settings_of(plugins.find(), environ, make_up=True)
    made = list(secret_words([found["generic"]]))

    assert list(secret_words([found["pingdom"]])) == [TOLD]
    assert len(made[0]) > 20
    assert made != list(secret_words([settings_of(plugins.find(), environ, make_up=True)[0]["generic"]]))
    assert found["pingdom"].hook_secret == (SecretStr(TOLD),)


def test_the_plugins_are_listed_with_what_they_bring(cli):
    done = cli("plugins")

    assert "pingdom: Uptime and transaction checks of public sites, by Pingdom. (webhooks, 3 settings)" in done.stdout
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} >= OURS
    assert (done.exit_code, done.stderr) == (0, "")


def test_a_plugin_that_is_asked_for_but_missing_is_told(cli):
    done = cli("plugins", PSFBOT_PLUGINS="pingdom,radar")

    assert done.stdout.startswith("pingdom: ")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "radar: failed to load (no plugin of this name is installed)\n"
    assert done.exit_code == 1
