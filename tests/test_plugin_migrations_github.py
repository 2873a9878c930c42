"""Checks of repositories, over a GitHub that a test lays out: files, workflows, pull requests and issues."""

from datetime import timedelta

import pytest
from fake_world import NOON, holding, page
from migrations_look import FAILED, PASSED, UNKNOWN, a_file, content, github, plugin
from pydantic import SecretStr

ENOUGH = "GitHub answers no more questions for now: set PSFBOT_MIGRATIONS_GITHUB_TOKEN, or wait an hour"
WORKFLOW = ".github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("text", "arguments", "verdict", "seen"),
    [
        ("release: x\nweb: y\n", {"contains": ["release:", "web:"]}, PASSED,
         "Procfile in a/b: it says release: and web:"),
        ("web: y\n", {"contains": ["release:", "web:"]}, FAILED, "Procfile in a/b: it does not say release:"),
        ("a, b", {"contains": "a, b"}, PASSED, "Procfile in a/b: it says a, b"),
        ("old.host", {"lacks": "old.host"}, FAILED, "Procfile in a/b: it says old.host"),
        ("new.host", {"lacks": "old.host"}, PASSED, "Procfile in a/b: it does not say old.host"),
        ("x = 1\ny = 2\n", {"matches": "^y = \\d$"}, PASSED, "Procfile in a/b: it says y = 2"),
        ("x = 1\n", {"matches": "^y"}, FAILED, "Procfile in a/b: no line matches ^y"),
        ("", {}, PASSED, "Procfile in a/b: it is there"),
        ("", {"absent": True}, FAILED, "Procfile in a/b is still there"),
        (None, {"absent": True}, PASSED, "no Procfile in a/b"),
        (None, {"lacks": "old.host"}, FAILED, "there is no Procfile in a/b"),
    ],
)  # fmt: skip
def test_a_file_says_something(text, arguments, verdict, seen):
    found = a_file("a/b", "Procfile", text)("github-file", repo="a/b", path="Procfile", **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


def test_a_repository_that_nobody_shows_may_hold_the_file_or_not():
    look = github({"repos/a/b/contents/x": None, "repos/a/b": None})

    assert look("github-file", repo="a/b", path="x", absent=True).verdict is UNKNOWN
    assert look("github-file", repo="a/b", path="x").verdict is UNKNOWN


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(500), "GitHub answered 500 for repos/a/b/contents/x"),
        (page(403, x_ratelimit_remaining="0"), ENOUGH),
        (page(429), ENOUGH),
        (page(403, x_ratelimit_remaining="9"), "GitHub answered 403 for repos/a/b/contents/x"),
        (holding([{"name": "y"}]), "x in a/b is a folder, or larger than GitHub's API shows"),
        (holding({"encoding": "none", "content": ""}), "x in a/b is a folder, or larger than GitHub's API shows"),
        (holding({"encoding": "base64", "content": "a"}), "GitHub did not answer with the text of x in a/b"),
        (page(200, "<html>"), "https://api.github.com/repos/a/b/contents/x did not answer with JSON."),
    ],
)  # fmt: skip
def test_an_answer_that_tells_nothing_is_no_answer(answer, why):
    found = github({"repos/a/b/contents/x": answer})("github-file", repo="a/b", path="x", lacks="old.host")

    assert (found.verdict, found.seen) == (UNKNOWN, why)


def test_the_token_and_the_address_of_the_settings_are_used_and_the_token_is_never_told():
    settings = plugin().settings(github_api_url="https://ghe.test/api/v3", github_token=SecretStr("s3cret"))
    look = github({}, settings=settings)
    look.world.pages["https://ghe.test/api/v3/repos/a/b/contents/x?ref=v1"] = content("hi")
    found = look("github-file", repo="a/b", path="x", ref="v1")

    assert found.seen == "x in a/b at v1: it is there"
    assert look.world.asked[0].headers["authorization"] == "Bearer s3cret"


CI = """\
name: CI
on:
  push:
  pull_request:   # every one
jobs:
  tests:
    name: tests on windows-11-arm
    strategy:
      matrix:
        os: [ubuntu-24.04, ubuntu-24.04-arm]
        # os: macos-14
    runs-on: ${{ matrix.os }}
    steps:
      - run: echo macos-15
"""
SCRIPTED = """\
jobs:
  tests:
    runs-on: ubuntu-24.04
    steps:
      - name: Say it
        run: |
          # as wide as it is

          echo "one day on ubuntu-24.04-arm"
        env: {X: y}
      - run: >-
          echo "or on
            ubuntu-24.04-arm"
  more:
    runs-on: macos-15
"""


@pytest.mark.parametrize(
    ("text", "arguments", "verdict", "seen"),
    [
        (CI, {}, PASSED, "ci.yml in a/b runs on ubuntu-24.04-arm"),
        (CI, {"on_pull_requests": True}, PASSED, "ci.yml in a/b runs on ubuntu-24.04-arm, for pull requests too"),
        (CI.replace("  pull_request:   # every one\n", ""), {"on_pull_requests": True}, FAILED,
         "ci.yml in a/b runs on ubuntu-24.04-arm, but not for pull requests"),
        ("on: [push, pull_request]\njobs:\n  a:\n    runs-on: ubuntu-22.04-arm\n", {"on_pull_requests": True}, PASSED,
         "ci.yml in a/b runs on ubuntu-22.04-arm, for pull requests too"),
        (CI, {"system": "windows"}, FAILED, "ci.yml in a/b names no Arm runner of windows"),
        (CI, {"system": "macos"}, FAILED, "ci.yml in a/b names no Arm runner of macos"),
        (CI, {"system": "any"}, PASSED, "ci.yml in a/b runs on ubuntu-24.04-arm"),
        (CI, {"label": "ubuntu-24.04-arm"}, PASSED, "ci.yml in a/b runs on ubuntu-24.04-arm"),
        (CI, {"label": "ubuntu-24.04, s390x"}, FAILED, "ci.yml in a/b runs on ubuntu-24.04, not on s390x"),
        ("runs-on: ubuntu-24.04\n", {}, FAILED, "ci.yml in a/b names no Arm runner of linux"),
        ("runs-on: depot-ubuntu-24.04-arm-4\n", {}, PASSED, "ci.yml in a/b runs on depot-ubuntu-24.04-arm-4"),
        ("runs-on: my-ubuntu-24.04-armadillo\n", {}, FAILED, "ci.yml in a/b names no Arm runner of linux"),
        ("- os: macos-13\n", {"system": "macos"}, FAILED, "ci.yml in a/b names no Arm runner of macos"),
        ("- os: macos-latest\n", {"system": "macos"}, PASSED, "ci.yml in a/b runs on macos-latest"),
        (SCRIPTED, {}, FAILED, "ci.yml in a/b names no Arm runner of linux"),
        (SCRIPTED, {"system": "macos"}, PASSED, "ci.yml in a/b runs on macos-15"),
        (None, {}, FAILED, "there is no ci.yml in a/b"),
    ],
)  # fmt: skip
def test_a_workflow_uses_an_arm_runner(text, arguments, verdict, seen):
    found = a_file("a/b", WORKFLOW, text)("github-arm-runner", repo="a/b", path=WORKFLOW, **arguments)

    assert (found.verdict, found.seen.replace(".github/workflows/", "")) == (verdict, seen)


OURS = {"repository": {"full_name": "a/b"}, "head_repository": {"full_name": "a/b"}}
FORK = OURS | {"head_repository": {"full_name": "somebody/b"}}
FORK_GONE = OURS | {"head_repository": None}
"""Whose branch a run is about: forks may have branches of the same name, also after they were deleted."""


def run(conclusion="success", hours=2, **more):
    at = (NOON - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    return {"run_number": 7, "conclusion": conclusion, "run_started_at": at, "html_url": "https://x.test/7", **more}


@pytest.mark.parametrize(
    ("runs", "arguments", "verdict", "seen"),
    [
        ([run()], {}, PASSED, "ci.yml of a/b on trunk: run 7 ended success, 2 hours ago (https://x.test/7)"),
        ([run("failure")], {}, FAILED, "ci.yml of a/b on trunk: run 7 ended failure, 2 hours ago (https://x.test/7)"),
        ([run("cancelled")], {}, FAILED,
         "ci.yml of a/b on trunk: run 7 ended cancelled, 2 hours ago (https://x.test/7)"),
        ([run(hours=50)], {"younger_than": "1d"}, FAILED,
         "ci.yml of a/b on trunk: run 7 ended success, 2 days ago (https://x.test/7); that is not within 1d"),
        ([run(run_started_at="yesterday")], {}, UNKNOWN,
         "ci.yml of a/b on trunk: run 7 ended success, but GitHub does not say when"),
        ([], {}, UNKNOWN, "ci.yml of a/b on trunk has no finished run that GitHub still knows"),
        ([run(**FORK), run("failure", **OURS)], {}, FAILED,
         "ci.yml of a/b on trunk: run 7 ended failure, 2 hours ago (https://x.test/7)"),
        ([run(**FORK), run(**FORK_GONE)], {}, UNKNOWN,
         "ci.yml of a/b on trunk has no finished run that GitHub still knows"),
    ],
)  # fmt: skip
def test_the_latest_run_on_the_default_branch_is_green(runs, arguments, verdict, seen):
    asked = "repos/a/b/actions/workflows/ci.yml/runs?branch=trunk&status=completed&per_page=20"
    look = github({"repos/a/b": {"default_branch": "trunk"}, asked: {"workflow_runs": runs}})
    found = look("github-run", repo="a/b", workflow="ci.yml", **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


def test_a_branch_and_an_event_can_be_named():
    asked = "repos/a/b/actions/workflows/ci.yml/runs?branch=3.14&status=completed&per_page=20&event=schedule"
    look = github({asked: {"workflow_runs": [run()]}})

    assert look("github-run", repo="a/b", workflow="ci.yml", branch="3.14", event="schedule").verdict is PASSED


MERGED = {"merged": True, "merged_at": "2025-01-21T10:00:00Z", "merge_commit_sha": "a" * 40, "base": {"ref": "main"}}


@pytest.mark.parametrize(
    ("pull", "verdict", "seen"),
    [
        (MERGED, PASSED, "python/peps#4215 was merged into main on 2025-01-21 as aaaaaaaaaaaa"),
        ({"merged": False, "state": "open", "draft": True}, FAILED, "python/peps#4215 is open draft, not merged"),
        ({"merged": False, "state": "closed"}, FAILED, "python/peps#4215 is closed, not merged"),
        ({}, FAILED, "python/peps#4215 is in no known state, not merged"),
        (None, UNKNOWN, "GitHub has nothing at repos/python/peps/pulls/4215, or does not show it to psfbot"),
    ],
)
@pytest.mark.parametrize("said", ["python/peps#4215", "https://github.com/python/peps/pull/4215/files#diff-1"])
def test_a_pull_request_is_merged(said, pull, verdict, seen):
    found = github({"repos/python/peps/pulls/4215": pull})("github-merged", pull=said)

    assert (found.verdict, found.seen) == (verdict, seen)


@pytest.mark.parametrize(
    ("labels", "arguments", "verdict", "seen"),
    [
        (["DO-NOT-MERGE"], {}, PASSED, "python/peps#1 has the labels DO-NOT-MERGE"),
        (["do-not-merge"], {}, PASSED, "python/peps#1 has the labels do-not-merge"),
        (["meta"], {}, FAILED, "python/peps#1 has the labels meta; DO-NOT-MERGE should be there"),
        ([], {}, FAILED, "python/peps#1 has no label; DO-NOT-MERGE should be there"),
        ([], {"absent": True}, PASSED, "python/peps#1 has no label"),
        (["DO-NOT-MERGE"], {"absent": True}, FAILED,
         "python/peps#1 has the labels DO-NOT-MERGE; DO-NOT-MERGE should be gone"),
    ],
)  # fmt: skip
def test_a_pull_request_has_a_label(labels, arguments, verdict, seen):
    look = github({"repos/python/peps/issues/1": {"labels": [{"name": name} for name in labels]}})
    found = look("github-label", ticket="python/peps#1", label="DO-NOT-MERGE", **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


@pytest.mark.parametrize("answer", [{}, {"labels": None}, {"labels": "DO-NOT-MERGE"}])
def test_an_answer_without_labels_does_not_say_that_there_is_none(answer):
    look = github({"repos/python/peps/issues/1": answer})
    found = look("github-label", ticket="python/peps#1", label="DO-NOT-MERGE", absent=True)

    assert (found.verdict, found.seen) == (UNKNOWN, "GitHub does not say which labels python/peps#1 has")


def review(who, state):
    return {"user": {"login": who}, "state": state}


YES, NO, WORDS, GONE = "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"


@pytest.mark.parametrize(
    ("reviews", "arguments", "verdict", "seen"),
    [
        ([("ann", YES)], {}, PASSED, "approved by ann"),
        ([], {}, FAILED, "approved by nobody; 1 approval needed"),
        ([("me", YES)], {}, FAILED, "approved by nobody; 1 approval needed"),
        ([("ann", YES), ("ann", WORDS)], {}, PASSED, "approved by ann"),
        ([("ann", YES), ("ann", GONE)], {}, FAILED, "approved by nobody; 1 approval needed"),
        ([("ann", NO), ("ann", YES)], {}, PASSED, "approved by ann"),
        ([("ann", YES), ("bob", NO)], {}, FAILED, "approved by ann; bob asked for changes"),
        ([("ann", YES)], {"approvals": 2}, FAILED, "approved by ann; 2 approvals needed"),
        ([("ann", YES)], {"by": "Ann, bob"}, FAILED, "approved by ann; not by bob"),
        ([("ann", YES)], {"by": "Ann"}, PASSED, "approved by ann"),
    ],
)
def test_a_pull_request_is_approved_by_others_and_nobody_is_against_it(reviews, arguments, verdict, seen):
    path = "repos/a/b/pulls/1"
    listing = holding([review(*one) for one in reviews])
    look = github({path: {"user": {"login": "me"}}, f"{path}/reviews?per_page=100&page=1": listing})
    found = look("github-review", pull="a/b#1", **arguments)

    assert (found.verdict, found.seen) == (verdict, f"a/b#1: {seen}")


def test_all_pages_of_reviews_are_read():
    path = "repos/a/b/pulls/1"
    look = github(
        {
            path: {"user": None},
            f"{path}/reviews?per_page=100&page=1": holding([review("ann", YES)] * 100),
            f"{path}/reviews?per_page=100&page=2": holding([review("ann", NO)]),
        }
    )

    assert look("github-review", pull="a/b#1").verdict is FAILED


def test_reviews_without_an_end_tell_nothing():
    path = "repos/a/b/pulls/1"
    full = holding([review("ann", YES)] * 100)
    listing = {f"{path}/reviews?per_page=100&page={number}": full for number in range(1, 11)}

    assert github({path: {}, **listing})("github-review", pull="a/b#1").verdict is UNKNOWN


@pytest.mark.parametrize(
    ("issue", "arguments", "verdict", "seen"),
    [
        ({"state": "closed", "state_reason": "completed"}, {}, PASSED, "a/b#9 is closed as completed"),
        ({"state": "closed", "state_reason": "not_planned"}, {}, PASSED, "a/b#9 is closed as not planned"),
        ({"state": "closed", "state_reason": "not_planned"}, {"completed": True}, FAILED,
         "a/b#9 is closed as not planned, not closed as completed"),
        ({"state": "open"}, {}, FAILED, "a/b#9 is open, not closed"),
        ({"state": "open"}, {"state": "open"}, PASSED, "a/b#9 is open"),
    ],
)  # fmt: skip
def test_an_issue_is_closed(issue, arguments, verdict, seen):
    found = github({"repos/a/b/issues/9": issue})("github-issue", issue="https://github.com/a/b/issues/9", **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)
