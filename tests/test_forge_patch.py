"""No forge at all: a patch that `git am` takes, and that counts as merged once the file says so."""

import asyncio
import dataclasses
import os
import subprocess

import pytest
from forges import GIT
from stage import NOON, SAMPLE

from psfbot.forge.patch import PatchForge
from psfbot.proposals.ports import Draft, Fate, ForgeDown
from psfbot.proposals.proposal import Author

BRANCH = "psfbot/docs-1"
OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
AUTHOR = Author(person="mdk", name="Žülien Palard", github="JulienPalard", email="private@example.org")
DRAFT = Draft(BRANCH, "a title", "a body", "A title with ž\n\n- a line", AUTHOR, NOON)


@pytest.fixture
def forge(tmp_path):
    (tmp_path / "catalog.yaml").write_bytes(SAMPLE.read_bytes())
    return PatchForge(tmp_path / "patches", tmp_path / "catalog.yaml")


def file(forge, draft=DRAFT, new=NEW):
    return asyncio.run(forge.file(draft, lambda old: old.replace(OLD, new)))


def test_the_patch_is_taken_by_git_with_its_author_and_words(forge, tmp_path):
    filed = file(forge)
    (patch,) = (tmp_path / "patches").iterdir()

    assert (filed.link, filed.reference) == ("docs-1.patch in the folder patches", "docs-1.patch")
    assert patch.name == "docs-1.patch"
    assert "private@" not in patch.read_text("utf-8")
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "catalog.yaml").write_bytes(SAMPLE.read_bytes())
    for order in ("init -q", "add catalog.yaml", "commit -qm first", f"am {patch}"):
        subprocess.run(["git", "-C", str(repo), *order.split()], check=True, env=os.environ | GIT, capture_output=True)  # noqa: S603, S607
    said = subprocess.run(  # noqa: S603
        ["git", "-C", str(repo), "log", "-1", "--format=%an <%ae>%n%B"],  # noqa: S607
        check=True, capture_output=True, env=os.environ | GIT,
    )  # fmt: skip

    assert said.stdout.decode().strip() == (
        "Žülien Palard <JulienPalard@users.noreply.github.com>\nA title with ž\n\n- a line"
    )
    assert (repo / "catalog.yaml").read_text("utf-8") == SAMPLE.read_text("utf-8").replace(OLD, NEW)


LAST = "The last line of a file without an end."


@pytest.mark.parametrize(
    "text",
    [
        SAMPLE.read_text("utf-8").replace("\n", "\r\n"),
        SAMPLE.read_text("utf-8").replace("\n", "\r\n") + f"# {LAST}",
        f"{SAMPLE.read_text('utf-8')}# {LAST}",
    ],
    ids=["Windows", "Windows without an end", "without an end"],
)
def test_the_patch_is_taken_by_git_whatever_the_line_ends(forge, tmp_path, text):
    forge.catalog.write_bytes(text.encode())
    new = text.replace(OLD, "Größe = 1").replace(LAST, "Other.")
    asyncio.run(forge.file(DRAFT, lambda _: new))
    (patch,) = (tmp_path / "patches").iterdir()
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "catalog.yaml").write_bytes(text.encode())
    for order in ("init -q", "config core.autocrlf false", "add catalog.yaml", "commit -qm first", f"am {patch}"):
        subprocess.run(["git", "-C", str(repo), *order.split()], check=True, env=os.environ | GIT, capture_output=True)  # noqa: S603, S607

    assert (repo / "catalog.yaml").read_bytes() == new.encode()


def test_the_same_change_again_replaces_the_patch(forge, tmp_path):
    file(forge)
    file(forge, new="Other words.")
    (patch,) = (tmp_path / "patches").iterdir()

    assert "+    description: Other words." in patch.read_text("utf-8")
    assert NEW not in patch.read_text("utf-8")


def test_it_is_merged_once_the_file_says_so(forge):
    filed = file(forge)
    holds = lambda text: NEW in text  # noqa: E731

    assert asyncio.run(forge.look(filed.reference, BRANCH, holds)).fate is Fate.OPEN
    forge.catalog.write_text(SAMPLE.read_text("utf-8").replace(OLD, NEW), "utf-8")
    assert asyncio.run(forge.look(filed.reference, BRANCH, holds)).fate is Fate.MERGED


def test_where_psfbot_has_an_address_that_is_the_link(forge):
    draft = Draft(BRANCH, "t", "b", "m", AUTHOR, NOON, page="https://psfbot.example.org/api/v1/proposals/3.patch")

    assert file(forge, draft).link == "https://psfbot.example.org/api/v1/proposals/3.patch"


def test_one_that_is_dropped_is_gone_also_twice(forge, tmp_path):
    filed = file(forge)
    asyncio.run(forge.drop(filed.reference, BRANCH))
    asyncio.run(forge.drop(filed.reference, BRANCH))

    assert list((tmp_path / "patches").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path, forge):
    (tmp_path / "patches").write_text("a file")
    with pytest.raises(ForgeDown, match=r"I cannot write docs-1.patch: .*PSFBOT_PROPOSALS_DIR") as caught:
        file(forge)

    assert caught.value.wrong


def test_a_catalog_that_is_gone_is_told(forge):
    forge.catalog.unlink()
    with pytest.raises(ForgeDown, match="I cannot read the catalog"):
        file(forge)


@pytest.mark.parametrize(
    ("name", "author"),
    [("é <evil@example.org>", "é evil at example.org <mdk@localhost>"), ("( )", "unknown <mdk@localhost>")],
)
def test_no_address_hides_in_the_name_of_an_author(forge, tmp_path, name, author):
    file(forge, dataclasses.replace(DRAFT, author=Author(person="mdk", name=name)))
    (patch,) = (tmp_path / "patches").iterdir()
    order = ["git", "mailinfo", os.devnull, os.devnull]
    said = subprocess.run(order, input=patch.read_bytes(), check=True, capture_output=True)  # noqa: S603
    told = dict(line.split(": ", 1) for line in said.stdout.decode().splitlines() if line)

    assert f"{told['Author']} <{told['Email']}>" == author
