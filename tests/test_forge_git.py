"""A plain git remote as a forge, served by git's own program over HTTP: a branch with one commit, and nothing twice."""

import asyncio
import dataclasses
import os

import pytest
from forges import git_remote
from stage import NOON, SAMPLE

from psfbot.errors import UserError
from psfbot.forge.git import GitForge
from psfbot.proposals.ports import Draft, Fate, ForgeDown
from psfbot.proposals.proposal import Author

BRANCH = "psfbot/docs-1"
OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
AUTHOR = Author(person="mdk", name="Julien <Palard>", email="julien@example.org")
DRAFT = Draft(BRANCH, "a title", "a body", "a title\n\n- a line", AUTHOR, NOON)


def text() -> str:
    return SAMPLE.read_text("utf-8")


def change(new: str = NEW):
    return lambda old: old.replace(OLD, new)


def no(_text: str) -> bool:
    return False


@pytest.fixture
def remote(tmp_path):
    with git_remote(tmp_path, text()) as served:
        yield served


@pytest.fixture
def forge(remote, tmp_path):
    return forge_at(remote, tmp_path)


def forge_at(remote, folder, **more):
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    return GitForge(more.pop("url", remote.url), folder / "copy.git", environ, **more)


def file(forge, draft=DRAFT, make=None):
    return asyncio.run(forge.file(draft, make or change()))


def look(forge, filed, holds=no):
    return asyncio.run(forge.look(filed.reference, BRANCH, holds))


def test_a_change_becomes_a_branch_with_one_commit_by_its_author(remote, forge):
    filed = file(forge)

    assert filed.reference == remote.tip(BRANCH)
    assert filed.link == f"branch {BRANCH} of {remote.url}"
    assert remote.text(BRANCH) == text().replace(OLD, NEW)
    assert remote.git("show", "--no-patch", "--format=%an <%ae> %cn%n%B", BRANCH).strip() == (
        "Julien Palard <julien@example.org> psfbot\na title\n\n- a line"
    )
    assert remote.git("rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert look(forge, filed).fate is Fate.OPEN


def test_the_same_change_again_is_the_same_commit_also_for_a_bot_that_has_forgotten_it(remote, forge, tmp_path):
    first = file(forge)
    (tmp_path / "other").mkdir()

    assert file(forge) == first
    assert file(forge_at(remote, tmp_path / "other")) == first


def test_another_value_takes_the_place_of_the_first_on_the_branch(remote, forge):
    file(forge)
    file(forge, make=change("Other words."))

    assert remote.text(BRANCH) == text().replace(OLD, "Other words.")
    assert remote.git("rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert remote.branches() == {"main", BRANCH}


def test_what_others_changed_meanwhile_stays(remote, forge):
    file(forge)
    remote.write(text().replace("Python downloads", "Downloads"))
    file(forge)

    assert remote.text(BRANCH) == text().replace(OLD, NEW).replace("Python downloads", "Downloads")


def test_a_branch_that_moves_while_the_change_is_made_is_made_anew(remote, forge):
    tries = []

    def make(old: str) -> str:
        if not tries:
            remote.write(text(), "A stranger's", branch=BRANCH)
        tries.append(old)
        return old.replace(OLD, NEW)

    file(forge, make=make)

    assert len(tries) == 2
    assert remote.text(BRANCH) == text().replace(OLD, NEW)


@pytest.mark.parametrize("how", ["merge", "fast-forward", "squash", "by hand"])
def test_it_is_merged_however_people_merge(remote, forge, how):
    filed = file(forge)
    if how == "merge":
        remote.merge(BRANCH)
    elif how == "fast-forward":
        remote.git("update-ref", "refs/heads/main", remote.tip(BRANCH))
    elif how == "squash":
        remote.write(text().replace("Python downloads", "Downloads"))
        remote.write(remote.text().replace(OLD, NEW))
    else:
        remote.write(text().replace(OLD, NEW).replace("Python downloads", "Downloads"))
        remote.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    standing = look(forge, filed, lambda found: NEW in found)

    assert standing.fate is Fate.MERGED
    assert standing.by == ("Lead" if how == "merge" else "")


def test_a_branch_that_people_delete_is_closed(remote, forge):
    filed = file(forge)
    remote.git("update-ref", "-d", f"refs/heads/{BRANCH}")

    assert look(forge, filed).fate is Fate.CLOSED


def test_one_that_is_dropped_is_gone_also_twice(remote, forge):
    filed = file(forge)
    asyncio.run(forge.drop(filed.reference, BRANCH))
    asyncio.run(forge.drop(filed.reference, BRANCH))

    assert remote.branches() == {"main"}


@pytest.mark.parametrize("lost", ["?service=git-upload-pack", "POST /catalog.git/git-receive-pack"])
def test_an_answer_that_is_lost_is_made_good_without_a_second_commit(remote, forge, lost):
    asyncio.run(forge.text())
    remote.loses = lost
    with pytest.raises(ForgeDown) as caught:
        file(forge)
    there = remote.tip(BRANCH)

    assert not caught.value.wrong
    assert bool(there) is ("receive" in lost)
    filed = file(forge)
    assert filed.reference == remote.tip(BRANCH)
    assert there in {"", filed.reference}
    assert remote.git("rev-list", "--count", f"main..{BRANCH}").strip() == "1"


def test_a_change_that_cannot_be_made_leaves_nothing_behind(remote, forge):
    def refuse(_old: str) -> str:
        raise UserError("No.")

    with pytest.raises(UserError, match="No"):
        file(forge, make=refuse)

    assert remote.branches() == {"main"}


def test_line_ends_and_letters_stay_as_they_are(remote, forge):
    odd = "\ufeff" + text().replace("\n", "\r\n").replace("Julien", "Žülien")
    remote.write(odd)

    assert asyncio.run(forge.text()) == odd
    file(forge)
    assert remote.git("cat-file", "-p", f"{BRANCH}:catalog.yaml") == odd.replace(OLD, NEW)


def test_a_remote_that_is_not_there_is_told_without_its_password(remote, tmp_path):
    forge = forge_at(remote, tmp_path, url=remote.url.replace("http://", "http://me:secret-word@") + "-gone")
    with pytest.raises(ForgeDown, match="Git did not fetch the catalog") as caught:
        asyncio.run(forge.text())

    assert "secret-word" not in str(caught.value)
    assert caught.value.wrong


def test_a_remote_that_takes_no_pushes_is_told_and_keeps_its_branches(remote, forge):
    remote.git("config", "http.receivepack", "false")
    with pytest.raises(ForgeDown, match="Git did not push the branch") as caught:
        file(forge)

    assert caught.value.wrong
    assert remote.branches() == {"main"}


def test_a_server_that_is_down_may_be_tried_again(tmp_path):
    forge = GitForge("http://127.0.0.1:1/x.git", tmp_path / "copy.git", {"PATH": os.environ["PATH"]})
    with pytest.raises(ForgeDown) as caught:
        asyncio.run(forge.text())

    assert not caught.value.wrong


def test_a_remote_without_the_file_is_told(remote, tmp_path):
    with pytest.raises(ForgeDown, match=r"elsewhere.yaml is not on the branch main") as caught:
        asyncio.run(forge_at(remote, tmp_path, path="elsewhere.yaml").text())

    assert caught.value.wrong


def test_git_that_does_not_answer_is_ended_after_its_time(tmp_path):
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "git").write_text("#!/bin/sh\nexec sleep 60\n")
    (slow / "git").chmod(0o755)
    path = f"{slow}{os.pathsep}{os.environ['PATH']}"
    forge = GitForge("http://127.0.0.1:1/x.git", tmp_path / "copy.git", {"PATH": path}, patience=0.3)
    with pytest.raises(ForgeDown, match="it took more than 0 seconds"):
        asyncio.run(forge.text())


def test_no_hook_or_setting_of_the_machine_gets_in_the_way(remote, tmp_path):
    (tmp_path / ".gitconfig").write_text("[commit]\n\tgpgsign = true\n[core]\n\thooksPath = /nowhere\n")
    filed = file(forge_at(remote, tmp_path), dataclasses.replace(DRAFT, message="one line"))

    assert filed.reference == remote.tip(BRANCH)


def test_a_catalog_that_is_no_text_is_told(remote, forge, tmp_path):
    odd = tmp_path / "odd"
    odd.write_bytes(b"a: \xff\n")
    blob = remote.git("hash-object", "-w", str(odd)).strip()
    tree = remote.git("mktree", stdin=f"100644 blob {blob}\tcatalog.yaml\n").strip()
    remote.git("update-ref", "refs/heads/main", remote.git("commit-tree", tree, "-m", "Odd").strip())
    with pytest.raises(ForgeDown, match="is no UTF-8 text") as caught:
        file(forge)

    assert caught.value.wrong


@pytest.mark.parametrize("broken", ["HEAD", "refs/remotes/origin/main.lock"])
def test_a_copy_that_a_crash_left_broken_is_made_anew(remote, forge, broken):
    asyncio.run(forge.text())
    place = forge.folder / broken
    place.write_text("")
    os.utime(place, (0, 0))
    remote.write(text().replace(OLD, NEW))

    assert NEW in asyncio.run(forge.text())


def test_a_copy_in_which_another_git_is_at_work_is_left_alone(remote, forge):
    asyncio.run(forge.text())
    (forge.folder / "refs/remotes/origin/main.lock").write_text("")
    remote.write(text().replace(OLD, NEW))
    with pytest.raises(ForgeDown, match="cannot lock ref") as caught:
        asyncio.run(forge.text())

    assert not caught.value.wrong


@pytest.mark.parametrize("secret", ["very-secret", "very-@secret", "very-/secret", "very-/@/secret"])
def test_no_password_is_in_what_is_printed(tmp_path, secret):
    forge = GitForge(f"https://me:{secret}@git.example/x.git", tmp_path, {})

    assert forge.shown == "https://git.example/x.git"
    assert "secret" not in repr(forge)


def test_whether_it_may_write_is_asked_without_writing(remote, forge):
    assert asyncio.run(forge.may_write()) == ""
    remote.git("config", "http.receivepack", "false")

    assert "403" in asyncio.run(forge.may_write())
    assert remote.branches() == {"main"}


@pytest.mark.parametrize("name", ["...", " .,", "<>", "'\"\\"])
def test_a_name_that_git_takes_for_none_is_no_bar(remote, forge, name):
    file(forge, dataclasses.replace(DRAFT, author=Author(name=name, email="a@example.org")))

    assert remote.git("show", "--no-patch", "--format=%an", BRANCH) == "unknown\n"


def test_whatever_git_refuses_is_told_as_trouble_of_the_forge(forge):
    with pytest.raises(ForgeDown, match="Git did not write the commit: error: a NUL byte"):
        file(forge, dataclasses.replace(DRAFT, message="a\0b"))
