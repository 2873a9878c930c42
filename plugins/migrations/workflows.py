"""Checks of GitHub Actions: which runners a workflow uses, and whether its latest run was green."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from psfbot.plugin import Arguments, Evidence, Sight

from .github import Absent, File, called, must_see, text_of, thing
from .verdicts import Length, Repo, Words, failed, judged, listed, long, passed, span, unknown

ARM = {
    "linux": r"(?:depot-)?ubuntu-\d\d\.\d\d-(?:arm|aarch64)(?:64)?(?:-\d+)?",
    "windows": r"windows-11-arm(?:64)?",
    "macos": r"macos-(?:latest|1[4-9]|[2-9]\d)(?:-xlarge)?",
}
"""Labels of runners whose processor is Arm, by system; those of GitHub, and of Depot."""
NOT_A_RUNNER = re.compile(r"^\s*(?:-\s+)?(?:name|run|if|description|key|path|uses)\s*:")
"""Lines where a label would only be a word."""
SCRIPT = re.compile(r"^(\s*(?:-\s+)?)(?:name|run|if|description|script|body)\s*:\s*[|>]")
"""A text over several lines begins: where a script says a label, nothing runs on it."""
COMMENT = re.compile(r"(?:^|\s)#.*$")
PULL = re.compile(r"^(?:\s*(?:-\s*)?|on\s*:.*\b)pull_request(?:_target)?\b", re.MULTILINE)
WORKFLOWS = ".github/workflows/"
LATEST = 20
"""Runs that are asked for: those of forks, whose branches may be called the same, do not count."""


class Runner(File):
    """A workflow's file, and the runners that it should use: any Arm label of a system, or these labels."""

    system: Literal["linux", "windows", "macos", "any"] = "linux"
    label: Words = ()
    on_pull_requests: bool = False


class Green(Arguments):
    """A workflow by its file's name, whose latest run on a branch should have succeeded; no branch is the default one.

    `younger_than` is how old that run may be.
    """

    repo: Repo
    workflow: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    branch: str = ""
    event: str = ""
    younger_than: Length | None = None


async def github_arm_runner(wanted: Runner, sight: Sight) -> Evidence:
    """A workflow uses a runner whose processor is Arm."""
    try:
        text = await text_of(sight, wanted)
    except Absent:
        await must_see(sight, wanted.repo)
        return failed(f"there is no {called(wanted)}")
    lines = list(meant(text))
    found = [label for label in dict.fromkeys(labels(lines, wanted)) if label]
    if not found:
        named = listed(wanted.label, "or") or f"Arm runner of {wanted.system.replace('any', 'any system')}"
        return failed(f"{called(wanted)} names no {named}", labels=[])
    missing = [one for one in wanted.label if one not in found]
    if missing:
        return failed(f"{called(wanted)} runs on {listed(found)}, not on {listed(missing)}", labels=found)
    if wanted.on_pull_requests and not PULL.search("\n".join(lines).partition("\njobs:")[0]):
        return failed(f"{called(wanted)} runs on {listed(found)}, but not for pull requests", labels=found)
    tail = ", for pull requests too" if wanted.on_pull_requests else ""
    return passed(f"{called(wanted)} runs on {listed(found)}{tail}", labels=found)


def meant(text: str) -> Iterator[str]:
    """The lines of a workflow without comments, and without those of scripts."""
    within = None
    for line in text.splitlines():
        bare = COMMENT.sub("", line).rstrip()
        if not bare or (within is not None and len(bare) - len(bare.lstrip()) > within):
            continue
        begins = SCRIPT.match(bare)
        within = len(begins[1]) if begins else None
        yield bare


def labels(lines: list[str], wanted: Runner) -> Iterator[str]:
    """The labels in a workflow that are looked for."""
    kinds = ARM.values() if wanted.system == "any" else (ARM[wanted.system],)
    either = "|".join(map(re.escape, wanted.label) if wanted.label else kinds)
    pattern = re.compile(rf"(?<![\w.-])(?:{either})(?![\w.-])")
    for line in lines:
        if not NOT_A_RUNNER.match(line):
            yield from pattern.findall(line)


async def github_run(wanted: Green, sight: Sight) -> Evidence:
    """The latest finished run of a workflow succeeded."""
    branch = wanted.branch or str((await thing(sight, f"repos/{wanted.repo}")).get("default_branch") or "main")
    query = {"branch": branch, "status": "completed", "per_page": LATEST}
    query |= {"event": wanted.event} if wanted.event else {}
    found = await thing(sight, f"repos/{wanted.repo}/actions/workflows/{wanted.workflow}/runs", **query)
    listed_ = found.get("workflow_runs")
    runs = [one for one in listed_ if isinstance(one, dict) and own(one)] if isinstance(listed_, list) else []
    name = f"{wanted.workflow} of {wanted.repo} on {branch}"
    if not runs:
        return unknown(f"{name} has no finished run that GitHub still knows")
    return told(runs[0], name, wanted, sight)


def own(run: dict[str, Any]) -> bool:
    """Is it about a branch of the repository itself? Somebody's fork may have a branch of the same name."""
    here, head = (run.get(key) for key in ("repository", "head_repository"))
    if not isinstance(here, dict) or "head_repository" not in run:
        return True
    return isinstance(head, dict) and head.get("full_name") == here.get("full_name")


def told(run: dict[str, Any], name: str, wanted: Green, sight: Sight) -> Evidence:
    """One run as evidence."""
    at = when(run.get("run_started_at") or run.get("created_at"))
    end = str(run.get("conclusion") or "without an end")
    seen = f"{name}: run {run.get('run_number', '?')} ended {end}"
    data = {"url": run.get("html_url"), "conclusion": end, "commit": run.get("head_sha")}
    if at is None:
        return unknown(f"{seen}, but GitHub does not say when", **data)
    age = sight.now - at
    seen = f"{seen}, {long(age)} ago ({run.get('html_url', 'no address')})"
    if wanted.younger_than and age > span(wanted.younger_than):
        return failed(f"{seen}; that is not within {wanted.younger_than}", **data)
    return judged(end == "success", seen, **data)


def when(said: object) -> datetime | None:
    """A time as GitHub writes it; nothing where it is none."""
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at if at.tzinfo else None
