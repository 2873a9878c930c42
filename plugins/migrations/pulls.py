"""Checks of pull requests and issues on GitHub: merged, labelled, reviewed, closed."""

from typing import Annotated, Literal

from pydantic import Field

from psfbot.plugin import Arguments, Evidence, Sight

from .github import Ticket, split, thing, things
from .verdicts import Words, counted, failed, judged, listed, passed, unknown

COUNTS = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
"""Reviews that stand until the same person says something else; a mere comment changes nothing."""


class Merged(Arguments):
    """A pull request."""

    pull: Ticket


class Labelled(Arguments):
    """A pull request or an issue, and the labels that it should have, or with `absent` should not have."""

    ticket: Ticket
    label: Annotated[Words, Field(min_length=1)]
    absent: bool = False


class Reviewed(Arguments):
    """A pull request, and how many people should have approved it; with `by`, who they must be."""

    pull: Ticket
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    by: Words = ()


class Closed(Arguments):
    """An issue or a pull request, and the state that it should be in."""

    issue: Ticket
    state: Literal["open", "closed"] = "closed"
    completed: bool = False


async def github_merged(wanted: Merged, sight: Sight) -> Evidence:
    """A pull request is merged."""
    repo, number = split(wanted.pull)
    found = await thing(sight, f"repos/{repo}/pulls/{number}")
    if found.get("merged") is True:
        into = found.get("base") or {}
        seen = f"{repo}#{number} was merged into {into.get('ref', 'a branch')} on {str(found.get('merged_at'))[:10]}"
        return passed(f"{seen} as {str(found.get('merge_commit_sha'))[:12]}", merged_at=found.get("merged_at"))
    draft = " draft" if found.get("draft") else ""
    return failed(f"{repo}#{number} is {found.get('state', 'in no known state')}{draft}, not merged")


async def github_label(wanted: Labelled, sight: Sight) -> Evidence:
    """A pull request or an issue has these labels, or has them no more."""
    repo, number = split(wanted.ticket)
    labels = (await thing(sight, f"repos/{repo}/issues/{number}")).get("labels")
    if not isinstance(labels, list):
        return unknown(f"GitHub does not say which labels {repo}#{number} has")
    names = [str(one.get("name")) if isinstance(one, dict) else str(one) for one in labels]
    known = {name.casefold() for name in names}
    has = [one for one in wanted.label if one.casefold() in known]
    lacks = [one for one in wanted.label if one not in has]
    seen = f"{repo}#{number} has {f'the labels {listed(names)}' if names else 'no label'}"
    if wanted.absent:
        return judged(not has, f"{seen}; {listed(has)} should be gone" if has else seen, labels=names)
    return judged(not lacks, f"{seen}; {listed(lacks)} should be there" if lacks else seen, labels=names)


async def github_review(wanted: Reviewed, sight: Sight) -> Evidence:
    """A pull request is approved by enough people, and nobody still asks for changes."""
    repo, number = split(wanted.pull)
    author = ((await thing(sight, f"repos/{repo}/pulls/{number}")).get("user") or {}).get("login", "")
    latest: dict[str, str] = {}
    for review in await things(sight, f"repos/{repo}/pulls/{number}/reviews"):
        who, state = (review.get("user") or {}).get("login", ""), str(review.get("state"))
        if who and who != author and state in COUNTS:
            latest[who] = state
    approved = [who for who, state in latest.items() if state == "APPROVED"]
    against = [who for who, state in latest.items() if state == "CHANGES_REQUESTED"]
    known = {who.casefold() for who in approved}
    missing = [who for who in wanted.by if who.casefold() not in known]
    seen = f"{repo}#{number}: approved by {listed(approved) or 'nobody'}"
    wrong = [f"{listed(against)} asked for changes"] if against else []
    wrong += [f"not by {listed(missing)}"] if missing else []
    wrong += [f"{counted(wanted.approvals, 'approval')} needed"] if len(approved) < wanted.approvals else []
    return judged(not wrong, "; ".join([seen, *wrong]), approved=approved, against=against)


async def github_issue(wanted: Closed, sight: Sight) -> Evidence:
    """An issue is closed, or open; with `completed`, closed because it was done."""
    repo, number = split(wanted.issue)
    found = await thing(sight, f"repos/{repo}/issues/{number}")
    state, reason = str(found.get("state", "in no known state")), str(found.get("state_reason") or "")
    how = f" as {reason.replace('_', ' ')}" if state == "closed" and reason else ""
    told = f"{repo}#{number} is {state}{how}"
    good = state == wanted.state and (not wanted.completed or reason == "completed")
    return judged(good, told if good else f"{told}, not {'closed as completed' if wanted.completed else wanted.state}")
