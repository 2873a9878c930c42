from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import SecretStr, ValidationError

from psfbot.errors import UserError
from psfbot.settings import Configuration, Settings, describe
from psfbot.settings.values import Secrets

TOLD = "correct-horse-battery"


def read(environ: Mapping[str, str], files: Mapping[str, str] | None = None, **more):
    """Read settings with files that exist only here; every other path is missing."""

    def read_file(path: str) -> str:
        if files is None or path not in files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return files[path]

    return Settings.read(environ, read_file=read_file, **more)


def test_nothing_needs_to_be_set():
    settings, warnings = read({})

    assert settings == Settings()
    assert warnings == ()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("PORT", "0", "port", 0),
        ("CATALOG", "/srv/catalog.yaml", "catalog", Path("/srv/catalog.yaml")),
        ("PLUGINS", " pingdom, pagerduty ,", "plugins", ("pingdom", "pagerduty")),
        ("PLUGIN_DIRS", "/a,/b", "plugin_dirs", (Path("/a"), Path("/b"))),
        ("LOG_LEVEL", "WARNING", "log_level", "warning"),
        ("IRC_HOST", " irc.libera.chat ", "irc_host", "irc.libera.chat"),
        ("IRC_TLS_FINGERPRINTS", ":".join(["AB"] * 32), "irc_tls_fingerprints", ("ab" * 32,)),
        ("IRC_INTERVAL", "0", "irc_interval", 0.0),
        ("PUBLIC_URL", "https://bot.example.org/", "public_url", "https://bot.example.org"),
        ("IRC_PASSWORD", " spaces count ", "irc_password", SecretStr(" spaces count ")),
        ("GITHUB_REPO", "psf/psfbot", "github_repo", "psf/psfbot"),
        ("PORT", "", "port", 8080),
        ("IRC_CHANNELS", "", "irc_channels", ()),
    ],
)
def test_a_variable_is_read_by_its_kind(name, text, field, value):
    settings, warnings = read({f"PSFBOT_{name}": text})

    assert getattr(settings, field) == value
    assert warnings == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [(word, True) for word in ("true", "1", "yes", "on", "TRUE")]
    + [(word, False) for word in ("false", "0", "no", "off", "Off")],
)
def test_a_switch_has_many_spellings(text, value):
    assert read({"PSFBOT_IRC_TLS": text})[0].irc_tls is value


def test_the_environment_wins_over_the_file_and_the_file_over_the_default():
    toml = 'port = 9000\nhost = "10.0.0.5"\nirc_channels = ["#one", "#two"]\n'
    settings, warnings = read({"PSFBOT_CONFIG": "bot.toml", "PSFBOT_PORT": "9001"}, {"bot.toml": toml})
    origins = {row.name: row.source for row in describe(settings)}

    assert (settings.port, settings.host, settings.irc_channels) == (9001, "10.0.0.5", ("#one", "#two"))
    assert [origins[f"PSFBOT_{name}"] for name in ("PORT", "HOST", "IRC_NICK")] == ["environment", "file", "default"]
    assert warnings == ()


def test_an_empty_variable_leaves_the_file_its_say():
    settings, _ = read({"PSFBOT_HOST": "", "PSFBOT_CONFIG": "bot.toml"}, {"bot.toml": 'host = "10.0.0.5"'})

    assert settings.host == "10.0.0.5"


def test_a_file_named_by_the_caller_goes_before_the_one_in_the_environment():
    settings, _ = read({"PSFBOT_CONFIG": "no.toml"}, {"yes.toml": "port = 1"}, config="yes.toml")

    assert settings.port == 1


def test_a_secret_may_lie_in_a_file_and_loses_only_its_line_end():
    settings, warnings = read({"PSFBOT_IRC_PASSWORD_FILE": "/run/irc"}, {"/run/irc": f" {TOLD} \n"})

    assert settings.irc_password == SecretStr(f" {TOLD} ")
    assert settings.origin_of("irc_password") == "environment"
    assert warnings == ()


@pytest.mark.parametrize("environ", [{"PSFBOT_HOOK_SECRETS": "new,old"}, {"PSFBOT_HOOK_SECRETS_FILE": "/run/hook"}])
def test_several_secrets_stand_in_a_list_or_in_a_file_one_a_line(environ):
    class Hooks(Configuration):
        hook_secrets: Secrets = ()
        """Secrets of webhooks."""

    settings, warnings = Hooks.read(environ, read_file={"/run/hook": "new\nold\n"}.__getitem__)

    assert settings.hook_secrets == (SecretStr("new"), SecretStr("old"))
    assert warnings == ()


def test_a_secret_in_the_environment_wins_over_a_secret_file_named_in_toml():
    files = {"bot.toml": 'github_token_file = "/run/token"', "/run/token": "old"}
    settings, _ = read({"PSFBOT_CONFIG": "bot.toml", "PSFBOT_GITHUB_TOKEN": "new"}, files)

    assert settings.github_token == SecretStr("new")


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"PORT": "eighty"}, "PSFBOT_PORT is 'eighty', but should be a whole number. Try PSFBOT_PORT=8080"),
        (
            {"PORT": "70000"},
            "PSFBOT_PORT is '70000', but should be less than or equal to 65535. Try PSFBOT_PORT=8080",
        ),
        ({"IRC_TLS": "maybe"}, "PSFBOT_IRC_TLS is 'maybe', but should be true or false. Try PSFBOT_IRC_TLS=true"),
        ({"IRC_INTERVAL": "inf"}, "PSFBOT_IRC_INTERVAL is 'inf', but should be a finite number."),
        ({"LOG_LEVEL": "loud"}, "PSFBOT_LOG_LEVEL is 'loud', but should be 'debug', 'info', 'warning' or 'error'."),
        ({"PUBLIC_URL": "ftp://ned:hunter2@bot"}, "PSFBOT_PUBLIC_URL is 'ftp://…@bot', but should be an address"),
        ({"PUBLIC_URL": "bot"}, "PSFBOT_PUBLIC_URL is 'bot', but should be an address that starts with https://"),
        (
            {"GITHUB_REPO": "psfbot"},
            "PSFBOT_GITHUB_REPO is 'psfbot', but should be owner/name. Try PSFBOT_GITHUB_REPO=",
        ),
        ({"GITHUB_REPO": "psf/psf/bot"}, "PSFBOT_GITHUB_REPO is 'psf/psf/bot', but should be owner/name."),
        ({"IRC_INTERVAL": "-1"}, "PSFBOT_IRC_INTERVAL is '-1', but should be greater than or equal to 0."),
        (
            {"IRC_TLS_FINGERPRINTS": "xy" * 32},
            f"PSFBOT_IRC_TLS_FINGERPRINTS is '{'xy' * 32}', but should be the SHA-256",
        ),
        ({"IRC_TLS_FINGERPRINTS": "beef"}, "PSFBOT_IRC_TLS_FINGERPRINTS is 'beef', but should be the SHA-256"),
        ({"IRC_PASSWORD": TOLD, "IRC_PASSWORD_FILE": "/run/irc"}, "Both PSFBOT_IRC_PASSWORD and PSFBOT_IRC_PASSWORD_"),
        ({"IRC_PASSWORD_FILE": "/gone"}, "PSFBOT_IRC_PASSWORD_FILE names /gone, which I cannot read: No such file"),
        ({"IRC_PASSWORD_FILE": "/empty"}, "PSFBOT_IRC_PASSWORD_FILE names /empty, which is empty."),
        ({"CONFIG": "/gone"}, "PSFBOT_CONFIG names /gone, which I cannot read: No such file"),
        ({"CONFIG": "bad.toml"}, "bad.toml is not valid TOML: "),
        ({"CONFIG": "port.toml"}, "port in port.toml is 'eighty', but should be a whole number. Try port = \"8080\""),
    ],
)
def test_a_wrong_value_is_told_with_its_name_the_reason_and_an_example(environ, says):
    files = {"/empty": "\n", "bad.toml": "port: 1", "port.toml": 'port = "eighty"'}
    with pytest.raises(UserError) as caught:
        read({f"PSFBOT_{name}": value for name, value in environ.items()}, files)

    assert str(caught.value).startswith(says)
    assert TOLD not in str(caught.value)


def test_all_wrong_values_are_told_at_once():
    with pytest.raises(UserError) as caught:
        read({"PSFBOT_PORT": "x", "PSFBOT_IRC_PORT": "0", "PSFBOT_IRC_BURST": "0"})

    assert len(str(caught.value).splitlines()) == 3


def test_a_secret_of_the_wrong_kind_is_not_shown():
    with pytest.raises(UserError) as caught:
        read({"PSFBOT_CONFIG": "bot.toml"}, {"bot.toml": "irc_password = 123456789"})

    assert "123456789" not in str(caught.value)
    assert str(caught.value).startswith("irc_password in bot.toml should be a valid string.")


def test_files_are_read_from_the_disk(tmp_path):
    (tmp_path / "bot.toml").write_text('irc_realname = "psfbot, für alle"', encoding="utf-8")
    settings, _ = Settings.read({"PSFBOT_CONFIG": str(tmp_path / "bot.toml")})

    assert settings.irc_realname == "psfbot, für alle"


def test_a_file_that_is_not_text_is_told(tmp_path):
    (tmp_path / "bot.toml").write_bytes(b'host = "\xff"')

    with pytest.raises(UserError, match="which is not text in UTF-8"):
        Settings.read({"PSFBOT_CONFIG": str(tmp_path / "bot.toml")})


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("PSFBOT_IRC_CHANELS", "PSFBOT_IRC_CHANELS is not a setting that I know. Did you mean PSFBOT_IRC_CHANNELS?"),
        ("PSFBOT_IRC_PASWORD_FILE", "Did you mean PSFBOT_IRC_PASSWORD_FILE?"),
        ("PSFBOT_PORT_FILE", "Did you mean PSFBOT_PORT?"),
        ("PSFBOT_port", "PSFBOT_port is not a setting"),
        ("PSFBOT_ZZZ", "`psfbot settings` lists those that I know."),
    ],
)
def test_an_unknown_name_is_warned_about_with_the_nearest_one(name, warning):
    _, warnings = read({name: "x"})

    assert len(warnings) == 1
    assert warning in warnings[0]


def test_warnings_come_in_the_order_of_names():
    names = [f"PSFBOT_UNHEARD_{letter}" for letter in "zyxwvutsrqponm"]
    _, warnings = read(dict.fromkeys(names, "x"))

    assert [warning.split()[0] for warning in warnings] == sorted(names)


def test_an_unknown_name_in_the_file_is_warned_about():
    _, warnings = read({"PSFBOT_CONFIG": "bot.toml"}, {"bot.toml": 'irc_hots = "irc.libera.chat"'})

    assert warnings == ("irc_hots in bot.toml is not a setting that I know. Did you mean irc_host?",)


def test_names_that_others_read_are_not_warned_about():
    environ = {"PSFBOT_TEST_REQUIRE": "all", "PSFBOT_STATUS_PAGE_KEY": "x", "HOME": "/", "PATH": "/bin"}
    toml = {"bot.toml": 'status_page_key = "x"'}
    _, warnings = read(environ | {"PSFBOT_CONFIG": "bot.toml"}, toml, plugin_prefixes=["status-page"])

    assert warnings == ()


def test_settings_never_change():
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]  # that it is refused is the point


def test_no_secret_is_ever_printed():
    secrets = [field for field in Settings.model_fields if Settings.is_secret(field)]
    settings, _ = read({f"PSFBOT_{field.upper()}": TOLD for field in secrets})
    rows = [row for row in describe(settings) if row.source == "environment"]

    assert len(secrets) == 9
    assert [row.value for row in rows] == ["(set)"] * len(secrets)
    assert TOLD not in f"{settings!r} {settings} {describe(settings)} {settings.model_dump_json()}"


def test_what_is_shown_can_be_given_back():
    given = {"PSFBOT_IRC_TLS": "false", "PSFBOT_IRC_CHANNELS": "#a,#b", "PSFBOT_PORT": "1", "PSFBOT_CATALOG": "c.yaml"}
    settings, _ = read(given)
    shown = {row.name: row.value for row in describe(settings) if row.source != "default"}

    assert shown == given


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_has_a_description_and_an_example_that_works(field):
    settings, warnings = read({f"PSFBOT_{field.upper()}": Settings.example_of(field)})

    assert (Settings.description_of(field)).endswith((".", ")"))
    assert settings.origin_of(field) == "environment"
    assert warnings == ()


def test_a_plugin_reads_its_own_settings_by_the_same_rules():
    class Radar(Configuration):
        names_start_with: ClassVar[str] = "PSFBOT_RADAR_"

        token: SecretStr | None = None
        """Lets us in."""
        sites: int = 1
        """How many sites to watch."""

    files = {"bot.toml": 'radar_sites = 3\nirc_host = "irc.libera.chat"\nradar_sitse = 4', "/run/radar": TOLD}
    environ = {"PSFBOT_CONFIG": "bot.toml", "PSFBOT_RADAR_TOKEN_FILE": "/run/radar", "PSFBOT_PORT": "1"}
    settings, warnings = Radar.read(environ, read_file=files.__getitem__)

    assert (settings.token, settings.sites) == (SecretStr(TOLD), 3)
    assert warnings == ("radar_sitse in bot.toml is not a setting that I know. Did you mean radar_sites?",)
