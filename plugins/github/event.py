"""The bodies of GitHub's webhooks: what is read of runs, deployments, checks and pushes; any of it may be null."""

from typing import Annotated

from pydantic import BeforeValidator

from psfbot.plugin import Payload, Said, Time, loose

BRANCH = "refs/heads/"
MOST = 2048
"""Commits of a push, and files of a commit, that are looked at: GitHub lists no more commits than these."""


def texts(value: object) -> tuple[str, ...]:
    """The texts of a list; anything else holds none."""
    return tuple(one for one in value[:MOST] if isinstance(one, str)) if isinstance(value, list) else ()


def first_line(value: object) -> object:
    """The subject of a commit's message."""
    return value.strip().partition("\n")[0] if isinstance(value, str) else value


class Who(Payload):
    """An account, or the author of a commit."""

    login: Said = ""
    name: Said = ""

    @property
    def called(self) -> str:
        """How people know them."""
        return self.login or self.name


NOBODY = Who()
Someone = Annotated[Who, loose(NOBODY)]


class Repository(Payload):
    """Where it happened."""

    full_name: Said = ""
    html_url: Said = ""
    default_branch: Said = ""

    @property
    def bare(self) -> str:
        """The name without its owner, which the catalog may know as a service's."""
        return self.full_name.rpartition("/")[2]


class Finished(Payload):
    """What a workflow's run and a suite of checks share."""

    id: Said = ""
    head_branch: Said = ""
    head_sha: Said = ""
    conclusion: Said = ""
    updated_at: Time = None

    @property
    def commit(self) -> str:
        """The commit, as short as people write it."""
        return f"commit {self.head_sha[:9]}" if self.head_sha else ""


class Run(Finished):
    """One run of a workflow."""

    workflow_id: Said = ""
    run_attempt: Said = ""
    name: Said = ""
    path: Said = ""
    event: Said = ""
    display_title: Said = ""
    html_url: Said = ""
    actor: Someone = NOBODY
    head_repository: Annotated[Repository, loose(Repository())] = Repository()

    def is_foreign(self, repository: str) -> bool:
        """Does it try somebody's proposal? A fork's branch may be called like the default one."""
        return self.event.startswith("pull_request") or self.head_repository.full_name not in {"", repository}


class App(Payload):
    """Who runs checks: GitHub Actions, or somebody else's application."""

    slug: Said = ""
    name: Said = ""


class Suite(Finished):
    """All checks of one application on one commit."""

    app: Annotated[App, loose(App())] = App()


class Deployment(Payload):
    """What was to be deployed, and where."""

    id: Said = ""
    ref: Said = ""
    sha: Said = ""
    environment: Said = ""
    production_environment: Annotated[bool, loose(otherwise=False)] = False
    transient_environment: Annotated[bool, loose(otherwise=False)] = False


class DeploymentStatus(Payload):
    """How a deployment stands."""

    id: Said = ""
    state: Said = ""
    environment: Said = ""
    environment_url: Said = ""
    log_url: Said = ""
    target_url: Said = ""
    description: Said = ""
    creator: Someone = NOBODY
    created_at: Time = None
    updated_at: Time = None


class Commit(Payload):
    """A commit of a push, and the files that it touched."""

    message: Annotated[Said, BeforeValidator(first_line)] = ""
    added: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    modified: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()
    removed: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()

    @property
    def files(self) -> set[str]:
        """All files that it touched."""
        return {*self.added, *self.modified, *self.removed}


class Greeting(Payload):
    """The webhook that greets us, and what it is subscribed to."""

    events: Annotated[tuple[str, ...], BeforeValidator(texts)] = ()


class Event(Payload):
    """Any webhook of GitHub: the part that is there says what kind it is, because only the body is signed."""

    action: Said = ""
    zen: Said = ""
    hook: Annotated[Greeting | None, loose(None)] = None
    repository: Annotated[Repository, loose(Repository())] = Repository()
    sender: Someone = NOBODY
    pusher: Someone = NOBODY
    ref: Said = ""
    commits: Annotated[tuple[Annotated[Commit, loose(Commit())], ...] | None, loose(None)] = None
    workflow_run: Annotated[Run | None, loose(None)] = None
    check_suite: Annotated[Suite | None, loose(None)] = None
    deployment: Annotated[Deployment | None, loose(None)] = None
    deployment_status: Annotated[DeploymentStatus | None, loose(None)] = None

    @property
    def who(self) -> str:
        """Who set it off, as far as GitHub tells."""
        return self.sender.called or self.pusher.called or "somebody"

    @property
    def branch(self) -> str:
        """The branch that was pushed to; empty for a tag."""
        return self.ref.removeprefix(BRANCH) if self.ref.startswith(BRANCH) else ""
