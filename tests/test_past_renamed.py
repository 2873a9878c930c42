"""The past of a catalog that had another name, and of one whose commits and lines are odd."""

import asyncio
from datetime import date

import pytest
from test_past_catalog import HEAD, OWNED, commit, git, repository

from psfbot.app.history import GitHistory, written
from psfbot.catalog.score.trend import Point, point
from psfbot.commands.past import told
from psfbot.flows.history import changes

__all__ = ["repository"]
SUBJECTS = ["Begin", "Ann takes over", "Oops", "Other is gone", "Ben takes over"]


@pytest.fixture
def moved(repository):
    """The same repository after the file moved to a folder, was renamed there, and changed once more."""
    folder = repository.parent
    (folder / "data").mkdir()
    git(folder, "mv", "catalog.yaml", "data/sérvices [1].yml")
    git(folder, "commit", "-m", "Move", on="2026-04-01")
    git(folder, "mv", "data/sérvices [1].yml", "data/catalog.yaml")
    git(folder, "commit", "-m", "Rename", on="2026-05-01")
    (folder / "data" / "catalog.yaml").write_text(HEAD.format(other="retired") + OWNED.format("ann"), "utf-8")
    git(folder, "commit", "-a", "-m", "Ann is back", on="2026-06-01")
    return folder / "data" / "catalog.yaml"


def test_a_file_that_moved_is_followed_back_to_its_first_name(moved):
    history = GitHistory(moved)
    found = asyncio.run(changes(history, "services", "docs.python.org"))

    assert [one.subject for one in history.all()] == [*SUBJECTS, "Move", "Rename", "Ann is back"]
    assert history.at(history.all()[0]).services.keys() == {"other", "docs.python.org"}
    assert [(one.revision.subject, one.what) for one in found] == [
        ("Begin", "added"), ("Ann takes over", "changed"), ("Ben takes over", "changed"), ("Ann is back", "changed"),
    ]  # fmt: skip


def test_another_file_that_went_is_no_earlier_name_of_this_one(repository):
    folder = repository.parent
    text = repository.read_text("utf-8")
    git(folder, "rm", "-q", "catalog.yaml")
    git(folder, "commit", "-m", "Gone", on="2026-04-01")
    commit(folder, text, "2026-05-01", "Again")

    assert [one.subject for one in GitHistory(repository).all()] == [*SUBJECTS, "Gone", "Again"]


@pytest.mark.parametrize("odd", ["one\u2028two", "one\u0085two", "one\x0ctwo", "one\rtwo", "one\x1ftwo", "\u202e"])
def test_a_commit_with_an_odd_first_line_is_one_commit(repository, odd):
    commit(repository.parent, HEAD.format(other="planned"), "2026-05-01", odd)
    found = GitHistory(repository).all()

    assert len(found) == len(SUBJECTS) + 1
    assert found[-1].subject.startswith(odd[:3])


@pytest.mark.parametrize(
    "whole", [HEAD.replace("\n", "\r\n"), HEAD.rstrip("\n"), HEAD.replace("  docs.p", '  "docs.p')]
)
def test_a_record_is_found_however_its_lines_end(whole):
    whole = whole.replace('"docs.python.org:', '"docs.python.org":')

    assert written(whole, "services", "docs.python.org").endswith("lifecycle: production")


@pytest.mark.parametrize(
    ("service", "team", "why"),
    [
        ("other", "", "it was retired then, so it was not scored"),
        ("elsewhere", "", "it was not in the catalog"),
        ("", "infra", "it was not in the catalog"),
    ],
)
def test_a_day_without_a_score_tells_why(repository, service, team, why):
    history = GitHistory(repository)
    catalog = history.at(history.all()[-1])

    assert point(date(2026, 3, 1), "abc", catalog, service, team) == Point(date(2026, 3, 1), "abc", None, why=why)


def test_a_record_that_was_renamed_is_followed_back_to_its_first_id(repository):
    folder = repository.parent
    text = HEAD.format(other="retired") + OWNED.format("ben")
    text = text.replace("  docs.python.org:\n", "  manual.python.org:\n    aliases: [docs.python.org]\n")
    commit(folder, text, "2026-04-01", "Now manual.python.org")
    text = text.replace("  manual.python.org:\n    aliases: [", "  m:\n    aliases: [manual.python.org, ")
    commit(folder, text, "2026-05-01", "Now m")
    found = asyncio.run(changes(GitHistory(repository), "services", "m"))

    assert [(one.revision.subject, one.what, one.was) for one in found] == [
        ("Begin", "added", ""),
        ("Ann takes over", "changed", ""),
        ("Ben takes over", "changed", ""),
        ("Now manual.python.org", "renamed", "docs.python.org"),
        ("Now m", "renamed", "manual.python.org"),
    ]
    assert told(found[-1]).startswith("2026-05-01: it was renamed, from manual.python.org (")
