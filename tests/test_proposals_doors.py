"""Proposals from outside the chat: as JSON and patches, from a checklist, and which forge the settings choose."""

from types import SimpleNamespace

import pytest
from checklist_kit import works
from forges import settings_of
from stage import ADMIN, OWNER, stage
from web_fakes import house

from psfbot.app import start
from psfbot.app.forge import EVENTS, Gear, bare, bell_of, copy_of, forge_of, heed
from psfbot.forge.git import GitForge
from psfbot.forge.github import GitHubForge
from psfbot.forge.patch import PatchForge
from psfbot.relay.letter import Letter
from psfbot.store.db import Database
from psfbot.store.proposals import SqlProposals

LINK = "https://github.com/python/psf-salt/pull/1"


@pytest.fixture
def door(tmp_path):
    """One proposal that everybody may see, and one that holds a private address."""
    with stage(tmp_path) as bot:
        for line in ("set docs.python.org tier 2 because it is so", "set ee email new@example.org"):
            bot.says(line, ADMIN)
            bot.says("yes", ADMIN)
        with house(proposals=SqlProposals(bot.db)) as place:
            yield place


def test_proposals_are_listed_as_json_with_what_everybody_may_see(door):
    second, first = door.get("/api/v1/proposals").json()["proposals"]

    assert first == {
        "number": 1, "about": "docs.python.org tier", "words": ["docs.python.org: tier: 1 -> 2"],
        "by": "Jacob Coffee", "because": "it is so", "source": "chat", "state": "open",
        "asked_at": "2026-11-20T12:00:00Z", "changed_at": "2026-11-20T12:00:00Z", "link": "https://forge.example/1",
    }  # fmt: skip
    assert second["words"] == ["person ee: changed in what is not for everybody"]
    assert door.get("/api/v1/proposals/1").json() == first


def test_a_proposal_is_handed_out_as_a_patch_unless_it_holds_what_is_private(door):
    answer = door.get("/api/v1/proposals/1.patch")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/x-patch; charset=utf-8"
    assert "Subject: [PATCH] docs.python.org: tier: 1 -> 2" in answer.text
    assert "+    tier: 2" in answer.text
    private = door.get("/api/v1/proposals/2.patch")
    assert private.status_code == 403
    assert "@example.org" not in private.text


def test_a_patch_with_a_private_line_beside_the_changed_one_is_handed_to_nobody(tmp_path):
    with stage(tmp_path) as bot:
        for line in ('set ee name "Ee D."', "set mdk note so"):
            bot.says(line, ADMIN)
            assert bot.says("yes", ADMIN).startswith("Proposal")
        with house(proposals=SqlProposals(bot.db)) as place:
            answer = place.get("/api/v1/proposals/1.patch")

            assert (answer.status_code, "private@example.org" in answer.text) == (403, False)
            assert place.get("/api/v1/proposals/1").json()["words"] == ["person ee: name: Ee Durbin -> Ee D."]
            assert place.get("/api/v1/proposals/2.patch").status_code == 200


@pytest.mark.parametrize("path", ["9", "9.patch", f"{10**20}", f"{10**20}.patch"])
def test_what_is_not_there_is_told(door, path):
    answer = door.get(f"/api/v1/proposals/{path}")

    assert answer.status_code == 404
    assert answer.json()["error"].startswith("There is no proposal ")


def test_a_bot_that_keeps_none_says_so():
    with house() as place:
        assert place.get("/api/v1/proposals").status_code == 404
        assert place.get("/api/v1/proposals/1").status_code == 404


def test_the_end_of_a_checklist_is_proposed_like_any_edit(tmp_path):
    with works(tmp_path) as bot:
        bot.do("checklist start move docs.python.org", "done 1.1 listed", f"done 1.2 {LINK}", speaker=OWNER)
        asked = bot.says("propose checklist 1", OWNER)

        assert asked == (
            "docs.python.org: origin architecture: unknown -> arm64."
            " Say `yes` within 2 minutes, and I propose it as a request."
        )
        assert bot.says("yes", OWNER) == "Proposal 1 is there: https://forge.example/1"
        (draft,) = bot.forge.drafts
        assert "checklist 1, Move a service, started by Julien Palard" in draft.body
        assert draft.branch.startswith("psfbot/docs-python-org-checklist-1-")
        assert "propose checklist 9" not in bot.says("propose checklist 9", OWNER)


def bot_with(folder, db, *, demo=False, **given):
    """As much of a bot as the choice needs."""
    (folder / "catalog.yaml").write_text("")
    app = start(dict(settings_of(CATALOG=folder / "catalog.yaml", **given)) | {"PATH": "/bin", "HOME": str(folder)})
    world = SimpleNamespace(reach=SimpleNamespace(way=None), trust=None)
    return SimpleNamespace(app=app, db=db, world=world, stays_here=demo)


@pytest.fixture
def db(tmp_path):
    with Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as opened:
        yield opened


APP = {"GITHUB_APP_ID": "1", "GITHUB_APP_INSTALLATION_ID": "2", "GITHUB_APP_PRIVATE_KEY": "KEY"}
REPO, TOKEN, REMOTE = {"GITHUB_REPO": "psf/catalog"}, {"GITHUB_TOKEN": "t"}, {"CATALOG_REMOTE": "https://git.example/x"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, PatchForge),
        (REPO, PatchForge),
        (TOKEN, PatchForge),
        (REPO | TOKEN, GitHubForge),
        (REPO | APP, GitHubForge),
        (REPO | {"GITHUB_APP_ID": "1"}, PatchForge),
        (REMOTE, GitForge),
        (REPO | REMOTE, GitForge),
        (REPO | TOKEN | REMOTE, GitHubForge),
    ],
)
def test_the_settings_choose_the_forge_and_a_demo_writes_patches(tmp_path, db, given, kind):
    assert type(forge_of(bot_with(tmp_path, db, **given))) is kind
    assert type(forge_of(bot_with(tmp_path, db, demo=True, **given))) is PatchForge


def test_patches_lie_beside_the_database_unless_set_elsewhere(tmp_path, db):
    assert forge_of(bot_with(tmp_path, db)).folder == tmp_path / "psfbot-proposals"
    assert forge_of(bot_with(tmp_path, db, PROPOSALS_DIR=tmp_path / "x")).folder == tmp_path / "x"


def test_a_branch_is_asked_for_by_its_name(tmp_path, db):
    assert forge_of(bot_with(tmp_path, db, **REMOTE)).branch == "main"
    assert forge_of(bot_with(tmp_path, db, **REMOTE, CATALOG_BRANCH="trunk")).branch == "trunk"
    assert forge_of(bot_with(tmp_path, db, **REPO, **TOKEN)).branch == ""
    assert forge_of(bot_with(tmp_path, db, **REPO, **TOKEN, CATALOG_BRANCH="trunk")).branch == "trunk"


def test_git_hears_no_secret_of_psfbot_and_two_remotes_have_two_folders(tmp_path, db):
    app = bot_with(tmp_path, db, **REMOTE, GITHUB_TOKEN="very-secret").app  # noqa: S106 - it opens nothing

    assert "very-secret" not in str(bare(app))
    assert bare(app)["PATH"] == "/bin"
    assert copy_of(app, "https://a.example") != copy_of(app, "https://b.example")


def test_git_stays_in_its_own_folder_where_psfbot_was_started_by_a_hook_of_git(tmp_path, db):
    bot = bot_with(tmp_path, db, **REMOTE)
    app = start(dict(bot.app.environ) | {"GIT_DIR": "/elsewhere/.git", "GIT_SSH_COMMAND": "ssh -4"})

    assert bare(app).keys() == bare(bot.app).keys() | {"GIT_SSH_COMMAND"}


@pytest.mark.parametrize(
    ("source", "event", "rings"),
    [("github", "push", True), ("github", "workflow_run", False), ("gitlab", "push", False), ("github", "", False)]
    + [("github", event, True) for event in sorted(EVENTS)],
)
def test_a_webhook_that_may_be_about_the_catalog_wakes_the_round(source, event, rings):
    bot = SimpleNamespace()
    gear = Gear(None, None, rung=False)
    vars(bot)["catalog's forge"] = gear
    letter = Letter(
        id=1,
        source=source,
        delivery="x",
        headers={"x-github-event": event},
        body=b"{}",
        received_at="2026-11-20T12:00Z",
    )
    heed(bot, letter)

    assert (gear.rung, bell_of(bot).is_set()) == (rings, rings)
