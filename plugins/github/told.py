"""What each kind of webhook means: an alert, or the reason why nobody need hear of it."""

import re

from psfbot.plugin import Alert, Hook, Ignored, Severity, State, links, when

from .event import Commit, DeploymentStatus, Event, Finished, Run, Suite

SOURCE = "github"
ACTIONS = "github-actions"
CATALOG = "catalog.yaml"
WORDS = {
    "success": "works again",
    "failure": "failed",
    "error": "failed",
    "timed_out": "took too long",
    "startup_failure": "could not start",
}
"""Conclusions and states that say whether something works; all others (cancelled, skipped, queued) leave that open."""
MAIN = ("main", "master")
"""The default branch, where GitHub does not say which one it is."""
PRIVATE = re.compile(r"(?<=//)[^/?#@]*@|[?#].*")
"""Parts of an address that may hold a password or a token."""
UNKNOWN = (
    "There is nothing in it that I know from GitHub, and no X-GitHub-Event says what it is. "
    "Choose the content type application/json in the webhook's settings."
)
NOWHERE = "repository.full_name is missing, so nobody could tell where this happened."


def ran(event: Event, run: Run, hook: Hook) -> Alert | Ignored:
    """One workflow on the default branch is one problem, which its next run that succeeds there ends."""
    where = place(event)
    name = run.name or run.path or run.workflow_id or "without a name"
    if reason := unsettled(event, run):
        return Ignored(f"Workflow {name} of {where}: {reason}")
    by = f"started by {run.actor.called}" if run.actor.called else ""
    return Alert(
        source=SOURCE,
        key=f"workflow {where} {run.workflow_id or name} {run.head_branch}",
        about=where,
        names=(f"{where} {name}", where),
        hints=hints(event),
        state=state_of(run.conclusion),
        severity=Severity.WARNING,
        summary=f"Workflow {name} of {where} {WORDS[run.conclusion]} on {run.head_branch}",
        detail=" · ".join(filter(None, (run.display_title, run.event, run.commit, by))),
        links=links(("Run", run.html_url), ("Repository", event.repository.html_url)),
        event=f"{run.id} {run.run_attempt} {run.conclusion}" if run.id else "",
        at=when(run.updated_at, hook),
    )


def checks(event: Event, suite: Suite, hook: Hook) -> Alert | Ignored:
    """The checks of one application on the default branch are one problem; those of Actions are told as workflows."""
    where = place(event)
    name = suite.app.name or suite.app.slug or "an unnamed application"
    word = "pass again" if suite.conclusion == "success" else WORDS.get(suite.conclusion, "")
    if suite.app.slug == ACTIONS:
        return Ignored(f"Checks of GitHub Actions in {where}: its workflows say so themselves, as workflow_run.")
    if reason := unsettled(event, suite):
        return Ignored(f"Checks of {name} in {where}: {reason}")
    return Alert(
        source=SOURCE,
        key=f"checks {where} {suite.app.slug or name} {suite.head_branch}",
        about=where,
        names=(f"{where} {name}", where),
        hints=hints(event),
        state=state_of(suite.conclusion),
        severity=Severity.WARNING,
        summary=f"Checks of {name} in {where} {word} on {suite.head_branch}",
        detail=suite.commit,
        links=links(("Commit", commit_page(event, suite)), ("Repository", event.repository.html_url)),
        at=when(suite.updated_at, hook),
    )


def deployed(event: Event, status: DeploymentStatus, hook: Hook) -> Alert | Ignored:
    """One environment of one repository is one problem, which the next deployment that succeeds there ends."""
    where, made = place(event), event.deployment
    environment = status.environment or (made.environment if made else "") or "an unnamed environment"
    what = f"Deployment of {where} to {environment}"
    if made and made.transient_environment:
        return Ignored(f"{what}: {status.state or 'no state'}, and the environment is there for a while only.")
    if status.state not in WORDS:
        return Ignored(f"{what}: {status.state or 'no state'} says neither that it works nor that it failed.")
    page = PRIVATE.sub("", status.environment_url)
    live = bool(made and made.production_environment) or environment.lower().startswith("prod")
    ref = f"{made.ref} {made.sha[:9]}".strip() if made else ""
    by = f"by {status.creator.called}" if status.creator.called else ""
    return Alert(
        source=SOURCE,
        key=f"deployment {where} {environment}",
        about=page or where,
        names=(f"{where} {environment}", where),
        hints=(where, *hints(event)) if page else hints(event),
        state=state_of(status.state),
        severity=Severity.ERROR if live else Severity.WARNING,
        summary=f"{what} {WORDS[status.state]}",
        detail=" · ".join(filter(None, (status.description, ref, by))),
        links=links(("Log", status.log_url or status.target_url), ("Site", page)),
        event=f"{status.id} {status.state}" if status.id else "",
        at=when(status.updated_at or status.created_at, hook),
    )


def greeted(event: Event) -> Ignored:
    """GitHub tries a new webhook, and says what it will send."""
    sends = ", ".join(event.hook.events) if event.hook and event.hook.events else "nothing that it names"
    where = event.repository.full_name or "an organization"
    return Ignored(f"GitHub greets: the webhook of {where} works, and is subscribed to {sends}.")


def pushed(event: Event, commits: tuple[Commit, ...]) -> Ignored:
    """A push is no problem; one that changes the catalog is told as such."""
    where = place(event)
    edits = [commit for commit in commits if CATALOG in commit.files]
    target = f"{event.branch or event.ref} of {where}"
    if not edits:
        return Ignored(f"{event.who} pushed to {target}, which changes nothing about the catalog.")
    subject = edits[-1].message or "no message"
    number = f"{len(edits)} commits" if len(edits) > 1 else "one commit"
    if not on_default(event, event.branch):
        return Ignored(f"{event.who} pushed a draft of {CATALOG} to {target} ({number}: {subject}).")
    return Ignored(f"The catalog changed: {event.who} pushed {CATALOG} to {target} ({number}, last: {subject}).")


def other(event: Event, hook: Hook) -> Ignored:
    """Anything else that GitHub sends is genuine, and no news."""
    name = hook.headers.get("x-github-event", "") or ("deployment" if event.deployment else "")
    where = event.repository.full_name
    if not (name or where):
        raise ValueError(UNKNOWN)
    what = ", ".join(filter(None, (name or "of a kind that I do not know", event.action)))
    return Ignored(f"GitHub event {what}{f' in {where}' if where else ''}: not one that reports a problem here.")


def unsettled(event: Event, done: Finished) -> str:
    """Why it does not say whether the default branch works; empty when it does."""
    if event.action != "completed":
        return f"{event.action or 'no action'}; only what is completed counts."
    if done.conclusion not in WORDS:
        return f"{done.conclusion or 'no conclusion'} says neither that it works nor that it failed."
    if not on_default(event, done.head_branch):
        return f"{done.conclusion} on {done.head_branch or 'no branch'}; only the default branch counts."
    if isinstance(done, Run) and done.is_foreign(event.repository.full_name):
        return f"{done.conclusion} for a pull request; only the branch itself counts."
    return ""


def place(event: Event) -> str:
    """The repository, without which no two webhooks could be told apart."""
    if not event.repository.full_name:
        raise ValueError(NOWHERE)
    return event.repository.full_name


def on_default(event: Event, branch: str) -> bool:
    """Is this the branch that counts?"""
    known = event.repository.default_branch
    return bool(branch) and (branch == known if known else branch in MAIN)


def hints(event: Event) -> tuple[str, ...]:
    """What else the catalog may know the repository by: its bare name and its page."""
    return tuple(filter(None, (event.repository.bare, event.repository.html_url)))


def state_of(end: str) -> State:
    """Success ends a problem; the other words begin one."""
    return State.RESOLVED if end == "success" else State.FIRING


def commit_page(event: Event, suite: Suite) -> str:
    """The page of the commit that was checked."""
    page = event.repository.html_url
    return f"{page}/commit/{suite.head_sha}" if page and suite.head_sha else ""
