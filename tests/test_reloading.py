"""The catalog in force follows its branch and its file: all of it or nothing, and rooms hear what changed in words."""

import asyncio
from pathlib import Path

import pytest
from fake_forge import FakeForge
from stage import SAMPLE, stage

from psfbot.app import reloading
from psfbot.app.library import Library
from psfbot.app.reloading import Reloader
from psfbot.flows.told import news, shortened
from psfbot.forge.patch import PatchForge
from psfbot.proposals.ports import ForgeDown

OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
TOLD = f"The catalog was read again: docs.python.org: description: {OLD} -> {NEW}"
FAULTY = "schema_version: 1\nservices:\n  x:\n    nam: y\n"


def text() -> str:
    return SAMPLE.read_text("utf-8")


class Kept:
    """A bot whose catalog is a file, and whose branch is in memory."""

    def __init__(self, bot, folder: Path, forge=None, *, leads=True) -> None:
        self.bot, self.file = bot, folder / "catalog.yaml"
        self.file.write_bytes(SAMPLE.read_bytes())
        self.forge = forge or FakeForge(text())
        self.counted = 0
        self.leads = leads
        self.restart()

    def restart(self) -> None:
        bot, file = self.bot, Library(self.file)
        self.reloader = Reloader(file, self.forge, bot.relay, lambda: self.leads, self.count, lambda: bot.now)

    def count(self) -> None:
        self.counted += 1

    def do(self, name: str, *given: object):
        """Do it, and what rooms hear of it."""

        async def act():
            found = await getattr(self.reloader, name)(*given)
            await self.bot.deliver()
            return found

        before = len(self.bot.heard)
        found = asyncio.run(act())
        return found, self.bot.heard[before:]


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def kept(bot, tmp_path):
    return Kept(bot, tmp_path)


def test_a_change_of_the_file_is_told_in_words_once(kept):
    kept.file.write_text(text().replace(OLD, NEW), "utf-8")
    found, heard = kept.do("look")

    assert (found.well, found.news, heard) == (True, TOLD, [f"#python-infra {TOLD}"])
    assert kept.counted == 1
    assert kept.do("look") == (None, [])


def test_a_faulty_file_is_told_and_the_last_good_one_stays_in_force(kept):
    kept.file.write_text(FAULTY, "utf-8")
    found, heard = kept.do("look")

    assert not found.well
    assert len(heard) == 1
    assert "I keep the last good one: " in heard[0]
    assert "catalog.yaml:3:3: " in heard[0]
    assert str(kept.file.parent) not in heard[0]
    assert "docs.python.org" in kept.reloader.library.book.catalog.services
    assert kept.do("look") == (None, [])
    kept.forge.faults = [ForgeDown("The forge is asleep.")]
    assert kept.do("reload", "")[0].said == "The forge is asleep."
    assert kept.do("reload", "")[0].said == "The catalog was read again: 10 services."  # from its branch


def test_a_layout_that_changed_is_no_news(kept):
    kept.file.write_text(text() + "\n# a comment\n", "utf-8")
    found, heard = kept.do("look")

    assert (found.well, found.news, heard) == (True, "", [])


def test_what_is_merged_is_fetched_read_and_told(kept):
    kept.forge.main = text().replace(OLD, NEW)
    found, heard = kept.do("fetch")

    assert (found.well, heard) == (True, [f"#python-infra {TOLD}"])
    assert kept.file.read_text("utf-8") == kept.forge.main
    assert kept.reloader.library.book.catalog.services["docs.python.org"].description == NEW
    assert kept.do("fetch") == (None, [])


def test_what_a_fetch_replaces_first_is_kept_beside_it_and_later_ones_are_not(kept):
    mine = text().replace("name: Python downloads", "name: Mine")
    kept.file.write_text(mine, "utf-8")
    for words in (NEW, "Third."):
        kept.forge.main = text().replace(OLD, words)
        kept.do("fetch")

    assert (kept.file.parent / "catalog.yaml.before").read_text("utf-8") == mine


def test_a_faulty_branch_changes_nothing_and_is_told_once(kept):
    kept.forge.main = FAULTY
    found, heard = kept.do("fetch")

    assert not found.well
    assert heard == [f"#python-infra {found.said}"]
    assert found.said.startswith("The catalog at a forge has ")
    assert "so I keep the last good one. The first: catalog.yaml:3:3: " in found.said
    assert kept.file.read_text("utf-8") == text()
    assert kept.do("fetch") == (None, [])
    kept.forge.main = text().replace(OLD, NEW)
    assert kept.do("fetch")[1] == [f"#python-infra {TOLD}"]


def test_a_file_in_a_git_checkout_is_left_alone(kept):
    (kept.file.parent / ".git").mkdir()
    kept.forge.main = text().replace(OLD, NEW)
    found, heard = kept.do("reload", "")

    assert found.said == "catalog.yaml is in a git checkout, which I leave alone: pull there, and I read it at once."
    assert heard == []
    assert kept.file.read_text("utf-8") == text()
    kept.file.write_text(kept.forge.main, "utf-8")
    assert kept.do("look")[1] == [f"#python-infra {TOLD}"]


def test_the_copy_in_the_package_is_left_alone(kept, monkeypatch):
    monkeypatch.setattr(reloading, "PACKAGE", kept.file.parent)
    kept.forge.main = text().replace(OLD, NEW)

    assert kept.do("fetch")[0].said.endswith("Set PSFBOT_CATALOG to a file of its own, and I keep that up to date.")
    assert kept.file.read_text("utf-8") == text()


def test_a_forge_that_is_down_is_told_to_who_asked_and_the_file_is_read_all_the_same(kept):
    kept.forge.faults = [ForgeDown("The forge is asleep.")]
    kept.file.write_text(text().replace(OLD, NEW), "utf-8")
    found, heard = kept.do("reload", "")

    assert (found.well, found.said) == (False, "The forge is asleep.")
    assert heard == [f"#python-infra {TOLD}"]


def test_where_it_was_asked_for_it_is_not_told_twice(kept):
    kept.forge.main = text().replace(OLD, NEW)
    found, heard = kept.do("reload", "irc #python-infra")

    assert (found.public_news, heard) == (TOLD, [])


def test_nothing_new_is_said_as_that(kept):
    found, heard = kept.do("reload", "")

    assert found.said.startswith("The catalog is what it was: ")
    assert heard == []


def test_without_a_forge_there_is_nothing_to_fetch(bot, tmp_path):
    kept = Kept(bot, tmp_path, PatchForge(tmp_path, tmp_path / "catalog.yaml"))

    assert kept.do("fetch") == (None, [])


def test_a_follower_keeps_its_file_up_to_date_and_tells_nobody(bot, tmp_path):
    kept = Kept(bot, tmp_path, leads=False)
    kept.forge.main = text().replace(OLD, NEW)
    found, heard = kept.do("fetch")

    assert found.well
    assert heard == []
    assert kept.file.read_text("utf-8") == kept.forge.main


def test_permissions_stay_and_nothing_is_left_beside_the_file(kept):
    kept.file.chmod(0o640)
    kept.forge.main = text().replace(OLD, NEW)
    kept.do("fetch")

    assert kept.file.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in kept.file.parent.glob("*catalog*")) == ["catalog.yaml", "catalog.yaml.before"]


def test_a_file_that_was_deleted_comes_back_from_its_branch(kept):
    kept.file.unlink()
    found, _ = kept.do("fetch")

    assert found.well
    assert kept.file.read_text("utf-8") == text()


def test_a_folder_that_cannot_be_written_is_said_and_the_last_good_one_stays(kept, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept.reloader, "_replace", full)
    kept.forge.main = text().replace(OLD, NEW)
    found, heard = kept.do("fetch")

    assert found.said == "I cannot replace catalog.yaml by what is at a forge: No space left on device."
    assert heard == []
    assert kept.file.read_text("utf-8") == text()


def test_a_public_room_hears_of_no_private_value(kept):
    kept.file.write_text(text().replace("private@example.org", "other@example.org"), "utf-8")
    found, heard = kept.do("look")

    assert "other@example.org" in found.news
    assert found.public_news == "The catalog was read again: what changed is not for everybody."
    assert heard == [f"#python-infra {found.public_news}"]


def test_many_changes_are_cut_short_with_how_many_are_left():
    said = shortened([f"service-{number}.example.org: tier: 1 -> 2" for number in range(20)])

    assert said.count(" · ") == 4
    assert said.endswith("and 16 records more")
    assert len(shortened(["x" * 1000])) < 400


def test_two_equal_catalogs_are_no_news(bot):
    assert news(bot.book.catalog, bot.book.catalog) == ""


def test_what_people_wrote_by_hand_is_never_lost_also_after_a_restart(kept):
    first = text().replace("name: Python downloads", "name: Mine")
    second = text().replace("name: Python downloads", "name: Mine again")
    kept.file.write_text(first, "utf-8")
    for words, hand in ((NEW, second), ("Third.", None)):
        kept.forge.main = text().replace(OLD, words)
        kept.do("fetch")
        if hand:
            kept.file.write_text(hand, "utf-8")
            kept.restart()

    saved = {one.read_text("utf-8") for one in kept.file.parent.glob("catalog.yaml.before*")}
    assert saved == {first, second}


def test_a_file_that_cannot_be_read_is_said(kept):
    kept.file.unlink()
    kept.file.mkdir()
    found, _ = kept.do("fetch")

    assert (found.well, found.said) == (
        False, "I cannot replace catalog.yaml by what is at a forge: Is a directory.",
    )  # fmt: skip


@pytest.mark.parametrize("way", ["look", "fetch"])
def test_a_fault_in_what_is_private_is_told_by_its_place_alone(kept, way):
    twice = text().replace("    name: Dustin Ingram\n", "    name: Dustin Ingram\n    irc: secretnick\n")
    twice = twice.replace("    name: Ee Durbin\n", "    name: Ee Durbin\n    irc: secretnick\n")
    if way == "look":
        kept.file.write_text(twice, "utf-8")
    kept.forge.main = twice
    found, heard = kept.do(way)

    assert "secretnick" not in f"{found}{heard}{kept.reloader.library.book.refused}"
    assert "what is wrong there may not be for everybody: `psfbot catalog check` tells it" in heard[0]


def test_what_is_kept_beside_the_file_may_be_read_by_nobody_else(kept):
    kept.file.write_text(text().replace("name: Python downloads", "name: Mine"), "utf-8")
    kept.file.chmod(0o600)
    kept.forge.main = text().replace(OLD, NEW)
    kept.do("fetch")

    assert {one.stat().st_mode & 0o777 for one in kept.file.parent.glob("catalog.yaml*")} == {0o600}
