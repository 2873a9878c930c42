"""What the doctor says of the catalog's forge: whether its branch is read and may be written to, and how to mend it."""

import asyncio

import pytest
from forges import git_remote, settings_of
from stage import SAMPLE

from psfbot.app import doctor_forge, start
from psfbot.app.world import world_of
from psfbot.plugin import Health

SECRET = "geheim-word"  # noqa: S105 - a made-up one, which must not be told


def look(tmp_path, **given):
    catalog = tmp_path / "catalog.yaml"
    catalog.write_bytes(SAMPLE.read_bytes())
    app = start(settings_of(CATALOG=catalog, **given) | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})
    (found,) = asyncio.run(doctor_forge.look(app, world_of(app, ())))
    return found


@pytest.fixture
def remote(tmp_path):
    with git_remote(tmp_path, SAMPLE.read_text("utf-8")) as served:
        yield served


def test_without_a_forge_it_says_where_changes_go(tmp_path):
    found = look(tmp_path)

    assert (found.health, found.seen) == (Health.OFF, doctor_forge.OFF)


def test_a_remote_that_may_be_written_to_is_well_and_stays_as_it_is(tmp_path, remote):
    found = look(tmp_path, CATALOG_REMOTE=remote.url)

    assert found.health is Health.OK
    assert found.seen == "git: the catalog is read, and changes may be proposed as a branch"
    assert remote.branches() == {"main"}


def test_a_remote_that_may_only_be_read_is_wrong_and_says_how_to_mend_it(tmp_path, remote):
    remote.git("config", "http.receivepack", "false")
    found = look(tmp_path, CATALOG_REMOTE=remote.url)

    assert found.health is Health.WRONG
    assert found.seen.startswith("Git did not push a branch: ")
    assert found.mend


@pytest.mark.parametrize("branch", ["main", "elsewhere"])
def test_a_remote_that_cannot_be_read_is_told_without_its_password(tmp_path, remote, branch):
    port = remote.port if branch != "main" else 1
    address = f"http://me:{SECRET}@127.0.0.1:{port}/catalog.git"
    found = look(tmp_path, CATALOG_REMOTE=address, CATALOG_BRANCH=branch)

    assert found.health is Health.WRONG
    assert SECRET not in f"{found}"
