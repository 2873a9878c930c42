"""A secret in a file is read again when the file changes; a file that is gone or empty changes nothing."""

import asyncio

import pytest

from psfbot.app import start
from psfbot.app.fresh import Fresh
from psfbot.app.secrets import settings_of


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "secrets"
    found.write_text("first\n", "utf-8")
    return found


@pytest.fixture
def fresh(file):
    app = start({"PSFBOT_PAGERDUTY_WEBHOOK_SECRETS_FILE": str(file), "PSFBOT_PLUGINS": "pagerduty,pingdom"})
    return Fresh(app, settings_of(app.plugins.found, app.environ)[0])


def secrets(fresh):
    return [one.get_secret_value() for one in fresh.settings["pagerduty"].webhook_secrets]


def test_a_new_secret_counts_as_soon_as_somebody_looks(fresh, file):
    held = fresh.settings
    asyncio.run(fresh.look())
    before = secrets(fresh)
    file.write_text("first\nsecond\n", "utf-8")
    asyncio.run(fresh.look())

    assert (before, secrets(fresh)) == (["first"], ["first", "second"])
    assert fresh.settings is held, "whoever holds the settings sees the new ones"


@pytest.mark.parametrize("gone", [True, False])
def test_what_cannot_be_read_leaves_all_as_it_was_until_it_can(fresh, file, gone):
    if gone:
        file.unlink()
    else:
        file.write_text("", "utf-8")
    asyncio.run(fresh.look())
    during = secrets(fresh)
    file.write_text("third\n", "utf-8")
    asyncio.run(fresh.look())

    assert (during, secrets(fresh)) == (["first"], ["third"])
