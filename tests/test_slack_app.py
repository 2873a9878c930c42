"""The app that newcomers install asks for what the bot uses, and the gallery shows every kind of message."""

import re
import runpy
import sys
from pathlib import Path

import pytest
import yaml

from psfbot.platforms.slack.answering import WHO_OWNS
from psfbot.platforms.slack.calls import Calls
from psfbot.platforms.slack.checklist_starting import SHORTCUT

ROOT = Path(__file__).parents[1]
SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "chat.postMessage": "chat:write",
    "conversations.history": "channels:history",
}


@pytest.fixture(scope="module")
def manifest():
    return yaml.safe_load((ROOT / "docs" / "slack-manifest.yaml").read_text("utf-8"))


def test_the_app_hears_what_the_bot_answers(manifest):
    settings = manifest["settings"]

    assert set(settings["event_subscriptions"]["bot_events"]) == {"app_home_opened", "app_mention", "message.im"}
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]


def test_the_app_asks_for_no_more_than_it_needs(manifest):
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])

    assert scopes == {*SCOPES.values(), "groups:history", "commands"}
    assert manifest["oauth_config"]["scopes"].keys() == {"bot"}


def test_every_method_that_is_called_is_covered_by_a_scope_or_needs_none():
    folder = Path(sys.modules[Calls.__module__].__file__).parent
    sources = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    called = set(re.findall(r'"((?:chat|conversations|views|auth|apps|users|files|reactions)\.[A-Za-z.]+)"', sources))

    assert called == {
        "chat.postMessage", "chat.update", "chat.postEphemeral", "conversations.history", "conversations.replies",
        "views.open", "views.publish", "views.push", "views.update", "auth.test", "apps.connections.open",
    }  # fmt: skip


def test_the_shortcuts_are_those_that_the_bot_knows(manifest):
    found = [(one["callback_id"], one["type"]) for one in manifest["features"]["shortcuts"]]

    assert found == [(WHO_OWNS, "message"), (SHORTCUT, "global")]


def test_the_home_tab_and_the_messages_tab_are_on(manifest):
    home = manifest["features"]["app_home"]

    assert (home["home_tab_enabled"], home["messages_tab_enabled"]) == (True, True)
    assert not home["messages_tab_read_only_enabled"]


def test_texts_of_the_app_are_within_slack_s_limits(manifest):
    shown = manifest["display_information"]
    (command,) = manifest["features"]["slash_commands"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert all(len(one["name"]) <= 24 for one in manifest["features"]["shortcuts"])
    assert all(len(one["description"]) <= 150 for one in manifest["features"]["shortcuts"])
    assert len(command["description"]) <= 2000


def test_the_gallery_shows_every_kind_of_message(tmp_path, monkeypatch):
    page = tmp_path / "gallery.html"
    monkeypatch.setattr(sys, "argv", ["slack_gallery.py", str(page)])
    runpy.run_path(str(ROOT / "docs" / "slack_gallery.py"), run_name="__main__")
    drawn = page.read_text("utf-8")
    kept = (ROOT / "docs" / "slack-gallery.html").read_text("utf-8")
    titles = re.findall(r"<h2>(.*?)</h2>", drawn)

    assert len(titles) >= 18
    assert titles == re.findall(r"<h2>(.*?)</h2>", kept)
    assert all(words in drawn for words in ("Acknowledge", "Suggest an edit", "Mute for a while", "On call now", "🟢"))
