"""The workflow for pull requests runs here as it is written: its own commands, on a good and on a bad pull request."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from psfbot.catalog.schema import json_schema

ROOT = Path(__file__).parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"
SAMPLE = (ROOT / "tests" / "sample.yaml").read_text("utf-8")
PAGE = ROOT / "docs" / "review.md"
GH = """#!/bin/sh
case "$1 $*" in
  run*) [ "{number}" != none ] || exit 1; mkdir review; echo "the page" > review/review.md ;;
  *"--method GET"*) echo "{number}" ;;
  *--paginate*) if [ -n "{comment}" ]; then echo "{comment}"; fi ;;
  *) grep -q "the page" page.md && head -n 1 page.md | grep -q "^<!-- psfbot cat" && echo "$4 $5" >> calls ;;
esac
"""
"""As much of GitHub's command as the comment needs: `gh run download`, and `gh api`."""
PINNED = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")
GOOD = (
    ("      architecture: unknown\n", "      architecture: arm64\n"),
    ("description: Builds and serves the documentation of CPython.", "description: Builds and serves the manuals."),
    ("description: HAProxy in front of everything in nyc1.", "description: Two of them stand before the services."),
)
BAD = (
    ("      - ref: person:mdk\n", "      - ref: person:mdkk\n"),
    ("    lifecycle: production\n    tier: 1\n", "    lifecycle: productive\n    tier: 1\n"),
)


def workflow(name: str) -> dict:
    found = yaml.safe_load((WORKFLOWS / name).read_text("utf-8"))
    found["on"] = found.pop(True, found.get("on"))  # YAML 1.1 takes `on` for true
    return found


def steps() -> list[dict]:
    return workflow("catalog.yml")["jobs"]["review"]["steps"]


def git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main"]
    found = subprocess.run(["git", *who, *args], cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return found.stdout


@pytest.fixture
def repository(tmp_path):
    """The main branch, with a catalog that has a fault already: nobody's pull request is to blame for it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, SAMPLE)
    return folder


def commit(folder: Path, text: str) -> None:
    (folder / "catalog.yaml").write_text(text, "utf-8")
    git(folder, "add", "catalog.yaml")
    git(folder, "commit", "-q", "-m", "A change")


def proposed(folder: Path, edits: tuple[tuple[str, str], ...], base: str = SAMPLE) -> None:
    """A pull request as GitHub checks it out: merged into the branch that it is for."""
    text = base
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    git(folder, "checkout", "-q", "-b", "proposal")
    commit(folder, text)
    git(folder, "checkout", "-q", "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "Merge", "proposal")


def run(folder: Path) -> tuple[dict[str, int], str, str]:
    """Run each step as GitHub does: the exit codes, what they printed, and the summary."""
    bin_, summary = folder.parent / "bin", folder.parent / "summary.md"
    bin_.mkdir(exist_ok=True)
    program = bin_ / "psfbot"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m psfbot "$@"\n')
    program.chmod(0o755)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PSFBOT_", "GIT_"))}
    env = {**clean, "PATH": f"{bin_}:{clean['PATH']}", "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(summary)}
    codes: dict[str, int] = {}
    printed = ""
    for step in steps():
        if "run" not in step or step["name"] == "Install":
            continue
        if any(codes.values()) and step.get("if") != "${{ !cancelled() }}":
            continue
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        codes[step["name"]] = done.returncode
        printed += f"$ {step['run']}\n{done.stdout}{done.stderr}"
    return codes, printed, summary.read_text("utf-8")


def shown(name: str, text: str) -> None:
    """The output stands in the documentation; `PSFBOT_WRITE_DOCS=1` writes it there."""
    page = PAGE.read_text("utf-8")
    before, mark, rest = page.partition(f"<!-- output: {name} -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    wanted = f"`````text\n{text.rstrip()}\n`````\n"
    if os.environ.get("PSFBOT_WRITE_DOCS"):
        PAGE.write_text(before + mark + wanted + end + after, "utf-8")
        return

    assert wanted in page, "run: PSFBOT_WRITE_DOCS=1 python -m pytest tests/test_catalog_workflow.py"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_good_pull_request_passes_and_shows_what_it_does(repository):
    proposed(repository, GOOD)
    codes, printed, summary = run(repository)

    assert codes == {"Review": 0, "Layout": 0, "Show": 0}
    assert "### Catalog review: no new faults; 3 changes" in summary
    assert "architecture: unknown -> arm64" in summary
    assert "  loadbalancer: 3 services down without it (" in summary
    assert "**Scorecard**" in summary
    shown("good", printed)
    shown("good page", summary)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_bad_pull_request_fails_with_annotations_and_the_page_is_there_all_the_same(repository):
    proposed(repository, BAD)
    codes, printed, summary = run(repository)

    assert codes == {"Review": 1, "Layout": 1, "Show": 0}
    assert printed.count("::error file=catalog.yaml,line=") == 2
    assert 'did you mean "production"?' in summary
    shown("bad", printed)
    shown("bad page", summary)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_fault_that_main_has_already_blocks_nobody(repository):
    faulty = SAMPLE.replace("lifecycle: production", "lifecycle: productive", 1)
    commit(repository, faulty)
    proposed(repository, GOOD[1:], faulty)
    codes, printed, summary = run(repository)

    assert codes["Review"] == 0
    assert "::error" not in printed
    assert "no new faults (1 was there before)" in summary


def test_the_review_holds_no_secret_and_may_write_nothing():
    found = workflow("catalog.yml")

    assert list(found["on"]) == ["pull_request"]
    assert found["permissions"] == {"contents": "read"}
    assert "permissions" not in found["jobs"]["review"]
    assert "secrets." not in (WORKFLOWS / "catalog.yml").read_text()
    assert steps()[0]["with"]["persist-credentials"] is False


def test_the_comment_runs_nothing_that_a_pull_request_brought():
    found = workflow("catalog-comment.yml")
    (job,) = found["jobs"].values()

    assert found["permissions"] == {}
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step for step in job["steps"] if "uses" in step] == []
    assert all("${{" not in step["run"] for step in job["steps"]), "what strangers choose comes by the environment"
    assert found["on"]["workflow_run"]["workflows"] == [workflow("catalog.yml")["name"]]


def test_the_comment_takes_the_page_that_the_review_made():
    (job,) = workflow("catalog-comment.yml")["jobs"].values()
    upload = next(step["with"] for step in steps() if "upload-artifact" in step.get("uses", ""))
    (step,) = job["steps"]

    assert f"--name {upload['name']} --dir review" in step["run"]
    assert f"review/{upload['path']}" in step["run"]
    assert "<!-- psfbot catalog review -->" in step["run"]


def test_editors_find_the_schema_and_it_is_the_models():
    named = re.search(r"^# yaml-language-server: \$schema=(\S+)$", (ROOT / "catalog.yaml").read_text(), re.MULTILINE)
    assert named
    found = json.loads((ROOT / named[1]).read_text("utf-8"))

    assert found == json_schema(), "run: psfbot catalog schema > docs/reference/catalog.schema.json"


@pytest.mark.parametrize(
    ("number", "comment", "called"),
    [
        ("7", "", ["POST repos/psf/psfbot/issues/7/comments"]),
        ("7", "99", ["PATCH repos/psf/psfbot/issues/comments/99"]),
        ("", "", []),
        ("none", "", []),
    ],
    ids=["first", "again", "merged meanwhile", "no page"],
)
def test_the_comment_is_made_once_and_then_changed(tmp_path, number, comment, called):
    (job,) = workflow("catalog-comment.yml")["jobs"].values()
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH.format(number=number, comment=comment))
    gh.chmod(0o755)
    names = dict.fromkeys(("GH_TOKEN", "RUN", "SHA", "BRANCH"), "x;$(touch owned)")
    env = {"PATH": f"{gh.parent}:{os.environ['PATH']}", "REPOSITORY": "psf/psfbot", **names}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", job["steps"][0]["run"]]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603

    assert (done.returncode, done.stderr) == (0, "")
    calls = (tmp_path / "calls").read_text().splitlines() if called else []
    assert calls == called
    assert not (tmp_path / "owned").exists()


def test_every_action_is_pinned_to_a_commit():
    jobs = [job for file in WORKFLOWS.glob("*.yml") for job in workflow(file.name)["jobs"].values()]
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]

    assert len(used) > 4
    assert [one for one in used if not PINNED.fullmatch(one)] == []


def test_the_hooks_for_pre_commit_run_commands_that_there_are(tmp_path):
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    (tmp_path / "catalog.yaml").write_text(SAMPLE)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "catalog.yaml").write_text(
        SAMPLE.replace(
            "    name: Jacob Coffee\n    github: JacobCoffee\n", "    github: JacobCoffee\n    name: Jacob Coffee\n"
        )
    )

    def exits(hook: dict, file: Path) -> int:
        assert re.search(hook["files"], str(file))
        command = [sys.executable, "-m", *hook["entry"].split(), str(file)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, check=False, capture_output=True, env=env).returncode  # noqa: S603

    assert [exits(hook, tmp_path / "catalog.yaml") for hook in hooks] == [0, 0]
    assert [exits(hook, tmp_path / "bad" / "catalog.yaml") for hook in hooks] == [0, 1]
