"""Checklists from outside the chat: as JSON, and on the command line."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from checklist_kit import MOVE, works
from click.testing import CliRunner
from stage import OWNER
from web_fakes import EmptyStore, house

from psfbot.app.checklists import Eyes, Known
from psfbot.app.templates import shapes
from psfbot.catalog.finding import as_text
from psfbot.checklists.reading import read_template
from psfbot.checklists.template import Change, Step, Template, Variable
from psfbot.checklists.variables import WORDS
from psfbot.cli import main
from psfbot.commands import checklist_start, checklist_steps, checklists
from psfbot.errors import StoreBusy
from psfbot.plugins import find
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.web.checklists import OneRun, ShownRun, ShownStep

SAMPLE = Path(__file__).parent / "sample.yaml"
DOCS = (Path(__file__).parents[1] / "docs" / "checklists.md").read_text("utf-8")
LINK = "https://example.org/secret-page"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two runs: the first has a step done with evidence, the second is given up."""
    made = tmp_path_factory.mktemp("kept")
    with works(made) as bot:
        bot.ask("checklist start move docs.python.org", OWNER)
        bot.ask("checklist start move downloads", OWNER)
        bot.do("done 1.1 the private words", "abort 2 because x", speaker=OWNER)
    return made


@pytest.fixture(scope="module")
def door(folder):
    with Database.open(f"sqlite:///{folder / 'bot.sqlite3'}") as db, house(checklists=SqlChecklists(db)) as place:
        yield place


def test_open_checklists_are_listed_and_all_of_them_when_asked(door):
    open_ = door.get("/api/v1/checklists").json()["checklists"]
    all_ = door.get("/api/v1/checklists?state=all").json()["checklists"]

    assert [(one["number"], one["service"], one["over"], one["total"], one["next"]) for one in open_] == [
        (1, "docs.python.org", 1, 5, ["1.2", "1.5"])
    ]
    assert [(one["number"], one["course"]) for one in all_] == [(2, "aborted"), (1, "running")]
    assert door.get("/api/v1/checklists?state=x").status_code == 400


def test_one_checklist_has_its_steps_and_no_evidence(door):
    answer = door.get("/api/v1/checklists/1")

    assert [(step["number"], step["state"]) for step in answer.json()["steps"]] == [
        (1, "done"), (2, "ready"), (3, "waiting"), (4, "waiting"), (5, "ready"),
    ]  # fmt: skip
    assert "private words" not in answer.text
    assert door.get("/api/v1/checklists/9").status_code == 404
    assert door.get(f"/api/v1/checklists/{10**20}").status_code == 404


def test_a_bot_without_checklists_and_one_whose_storage_is_busy_say_so():
    busy = EmptyStore()
    busy.trouble = StoreBusy("locked")
    with house() as place:
        assert place.get("/api/v1/checklists").status_code == 404
    with house(checklists=busy) as place:
        answer = place.get("/api/v1/checklists")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


@pytest.mark.parametrize("model", [ShownRun, ShownStep, OneRun])
def test_every_field_of_the_json_is_in_the_documentation(model):
    assert [field for field in model.model_fields if f"`{field}`" not in DOCS] == []


@pytest.fixture
def cli(monkeypatch, tmp_path, folder):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PSFBOT_CATALOG", str(SAMPLE))
    monkeypatch.setenv("PSFBOT_DATABASE_URL", f"sqlite:///{folder / 'bot.sqlite3'}")
    return lambda *args: CliRunner().invoke(main, ["checklist", *args], prog_name="psfbot")


def test_a_template_is_checked_with_the_place_of_each_fault(cli, tmp_path):
    good = MOVE.replace('{name: page, url: "https://{service.domain}/"}', '{name: http-status, url: "https://x.org/"}')
    (tmp_path / "good.yaml").write_text(good)
    (tmp_path / "bad.yaml").write_text(
        good.replace("http-status", "http-stauts").replace("evidence: url", "evidence: u")
    )
    fine, bad = cli("check", "good.yaml"), cli("check", "bad.yaml", "--format", "json")
    text = cli("check", "bad.yaml")

    assert (fine.exit_code, fine.stdout, fine.stderr) == (0, "", "good.yaml: 5 steps, no errors.\n")
    assert text.exit_code == bad.exit_code == 1
    assert text.stdout.splitlines() == [
        'bad.yaml:16:15: evidence cannot be "u" (allowed: none, text, url, check)',
        'bad.yaml:20:19: no check "http-stauts" — did you mean "http-status"?',
    ]
    assert [one["line"] for one in json.loads(bad.stdout)] == [16, 20]


def test_a_file_that_is_not_there_is_told(cli):
    done = cli("check", "nothing.yaml")

    assert (done.exit_code, done.stdout) == (1, "nothing.yaml:1:1: it cannot be read: No such file or directory\n")


def test_templates_are_listed_with_their_files(cli):
    done = cli("templates")

    assert done.exit_code == 0
    assert any(line.startswith("arm64: Move a service to Arm64 (11 steps; ") for line in done.stdout.splitlines())


def test_a_checklist_is_exported_and_its_patch_printed(cli):
    page, patch, none = cli("export", "1"), cli("patch", "1"), cli("patch", "7")

    assert page.stdout.startswith("# Checklist 1: Move a service — docs.python.org\n")
    assert "the private words" in page.stdout
    assert patch.stdout.startswith("--- a/catalog.yaml\n+++ b/catalog.yaml\n")
    assert "+      architecture: arm64\n" in patch.stdout or "architecture: arm64" in patch.stdout
    assert (none.exit_code, none.stderr) == (1, "There is no checklist 7. `checklists` lists those that are open.\n")


def test_the_bot_puts_checklists_together_from_its_plugins(tmp_path):
    """The parts that a running bot hands to checks: its plugins' checks, and what the relay knows."""
    with works(tmp_path) as bot:
        eyes = Eyes(find(), {}, None, Known(bot.store))
        bot.ask("mute docs.python.org 2h because x")

        async def ask():
            return [
                await eyes.relaying.open_incidents("docs.python.org"),
                await eyes.relaying.silent_until("www.python.org"),
            ]

        assert asyncio.run(ask()) == [[], None]
    assert eyes.check("http-status").name == "http-status"
    assert eyes.check("nothing") is None
    assert eyes.settings("http-status") is None


def test_the_documentation_has_every_field_of_a_template_and_every_word_of_a_service():
    fields = [name for model in (Template, Step, Variable, Change) for name in model.model_fields]
    words = [f"service.{word}" for word in WORDS]

    assert [name for name in fields if f"`{name}`" not in DOCS] == []
    assert [word for word in words if f"`{{{word}}}`" not in DOCS] == []


def test_the_template_in_the_documentation_is_sound():
    text = DOCS.partition("```yaml\n")[2].partition("```")[0]
    known = shapes(find())

    assert read_template(text, "move.yaml", known).findings == ()
    wrong = read_template(text.replace("http-status", "http-stats"), "move.yaml", known).findings
    assert as_text(wrong) == 'move.yaml:19:19: no check "http-stats" — did you mean "http-status"?'
    assert as_text(wrong) in DOCS


def test_every_thing_that_people_may_say_about_checklists_is_in_the_documentation():
    told = {
        command.name for topic in (checklists, checklist_steps, checklist_start) for command in topic.topic.commands
    }
    said = {
        "checklists": "`checklists`", "checklist": "`checklist 3`", "checklist step": "`checklist 3.4`",
        "checklist templates": "`checklist templates`", "checklist template": "`checklist template arm64`",
        "checklist export": "`checklist export 3`", "checklist patch": "`checklist patch 3`",
        "migration status": "`migration status arm64`", "done": "`done 3.4 EVIDENCE`", "confirm": "`confirm 3.7`",
        "skip": "`skip 3.5 because …`", "block": "`block 3.5 because …`", "check step": "`check 3.4`",
        "check all": "`check 3`", "assign": "`assign 3.6 anna`", "undo": "`undo`", "undo step": "`undo 3.4`",
        "pause": "`pause 3 because …`", "resume": "`resume 3`", "abort": "`abort 3 because …`",
        "checklist note": "`checklist note 3 …`", "step note": "`note 3.4 …`",
        "checklist set": "`checklist set 3 image=ghcr.io/python/planet:1`",
        "checklist start": "`checklist start arm64 www.python.org`", "checklist start muted": "`… mute`",
        "checklist start help": "`checklist start", "campaigns": "`campaigns`", "campaign": "`campaign 1`",
        "campaign start": "`checklist start arm64 for all provider:digitalocean by 2027-03-01`",
        "campaign exempt": "`exempt docs.python.org from campaign 1 until 2027-06-01 because …`",
    }  # fmt: skip

    assert told == set(said)
    assert [words for words in said.values() if words not in DOCS] == []
