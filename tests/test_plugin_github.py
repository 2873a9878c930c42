"""GitHub: what ends and begins a problem, and what never does, however its parts are missing."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Proof, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REPOSITORY = {"full_name": "psf/site", "html_url": "https://github.com/psf/site", "default_branch": "main"}
RUN = {"id": 1, "workflow_id": 2, "run_attempt": 1, "name": "Deploy", "head_branch": "main", "conclusion": "failure"}
SUITE = {"id": 1, "head_branch": "main", "conclusion": "failure", "app": {"slug": "docs-builder", "name": "Docs"}}
STATUS = {"id": 1, "state": "failure", "environment": "production"}
plugin = plugins.find()["github"]
settings = plugin.settings.model_validate({"webhook_secret": "hunter2"})


def contents(headers=None, **body):
    return plugin.reads(Hook(headers or {}, json.dumps({"repository": REPOSITORY} | body).encode(), NOON))


def ran(action="completed", repository=None, **run):
    return contents(action=action, workflow_run=RUN | run, repository=REPOSITORY | (repository or {}))


def deployed(deployment=None, **status):
    return contents(action="created", deployment_status=STATUS | status, deployment=deployment, workflow_run=RUN)


def pushed(*commits, ref="refs/heads/main", **more):
    return contents(ref=ref, commits=list(commits), sender={"login": "ada-example"}, **more)


def only(found):
    assert found.reason == ""
    return found.alerts[0]


@pytest.mark.parametrize(
    ("end", "state", "words"),
    [
        ("failure", State.FIRING, "failed on main"),
        ("timed_out", State.FIRING, "took too long on main"),
        ("startup_failure", State.FIRING, "could not start on main"),
        ("success", State.RESOLVED, "works again on main"),
    ],
)
def test_a_workflow_of_the_default_branch_begins_or_ends_a_problem(end, state, words):
    alert = only(ran(conclusion=end))

    assert (alert.key, alert.state) == ("workflow psf/site 2 main", state)
    assert alert.summary == f"Workflow Deploy of psf/site {words}"


@pytest.mark.parametrize("end", ["cancelled", "skipped", "neutral", "stale", "action_required", "tomorrow", "", None])
def test_an_end_that_leaves_open_whether_it_works_changes_nothing(end):
    found = ran(conclusion=end)

    assert found.fate is Fate.IGNORED
    assert "says neither that it works nor that it failed" in found.reason


@pytest.mark.parametrize("action", ["requested", "in_progress", "", None])
def test_a_run_counts_when_it_is_completed(action):
    assert "only what is completed counts" in ran(action).reason


@pytest.mark.parametrize(
    ("run", "repository", "reason"),
    [
        ({"head_branch": "try"}, {}, "only the default branch counts"),
        ({"head_branch": None}, {}, "failure on no branch"),
        ({"head_branch": "master"}, {}, "only the default branch counts"),
        ({"head_branch": "try"}, {"default_branch": None}, "only the default branch counts"),
        ({"event": "pull_request"}, {}, "for a pull request"),
        ({"event": "pull_request_target"}, {}, "for a pull request"),
        ({"head_repository": {"full_name": "ada-example/site"}}, {}, "for a pull request"),
    ],
)
def test_a_run_of_another_branch_or_of_a_proposal_never_alerts(run, repository, reason):
    assert reason in ran(repository=repository, **run).reason


@pytest.mark.parametrize("branch", ["main", "master"])
def test_the_default_branch_has_its_usual_name_where_github_does_not_tell(branch):
    assert only(ran(repository={"default_branch": None}, head_branch=branch)).key.endswith(branch)


@pytest.mark.parametrize(("name", "path", "shown"), [("CI", "x", "CI"), (None, "a.yml", "a.yml"), (None, None, "2")])
def test_a_workflow_is_called_by_its_name_else_its_file_else_its_number(name, path, shown):
    assert only(ran(name=name, path=path)).summary.startswith(f"Workflow {shown} of")


def test_a_workflow_is_found_by_its_repository_or_by_both_names():
    alert = only(ran())

    assert (alert.about, alert.names) == ("psf/site", ("psf/site Deploy", "psf/site"))
    assert alert.hints == ("site", "https://github.com/psf/site")


def test_another_attempt_of_a_run_is_another_report_and_the_same_one_is_not():
    first, again, second = only(ran()), only(ran()), only(ran(run_attempt=2))

    assert first.fingerprint == again.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-01-01T01:00:00Z", datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("2026-01-01T03:00:00+02:00", datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("2099-01-01T00:00:00Z", NOON),
        ("soon", NOON),
        (None, NOON),
    ],
)
def test_a_run_ended_when_github_says_unless_nobody_can_believe_it(at, told):
    assert only(ran(updated_at=at)).at == told


def test_the_checks_of_an_application_are_a_problem_of_their_own():
    alert = only(contents(action="completed", check_suite=SUITE | {"head_sha": "abc"}))

    assert (alert.key, alert.severity) == ("checks psf/site docs-builder main", Severity.WARNING)
    assert alert.summary == "Checks of Docs in psf/site failed on main"
    assert alert.links[0].url == "https://github.com/psf/site/commit/abc"


def test_checks_of_actions_are_told_by_their_workflows_alone():
    found = contents(action="completed", check_suite=SUITE | {"app": {"slug": "github-actions"}})

    assert found.fate is Fate.IGNORED
    assert "workflow_run" in found.reason


@pytest.mark.parametrize("deployment", [None, "x", {"environment": "staging"}])
def test_a_deployment_is_told_as_one_although_it_names_the_run_that_made_it(deployment):
    alert = only(deployed(deployment))

    assert alert.key == "deployment psf/site production"
    assert alert.summary == "Deployment of psf/site to production failed"


@pytest.mark.parametrize(
    ("state", "known"),
    [("failure", State.FIRING), ("error", State.FIRING), ("success", State.RESOLVED), ("inactive", None), (None, None)],
)
def test_a_deployment_fails_or_succeeds_and_all_else_is_on_its_way(state, known):
    found = deployed(state=state)

    assert [alert.state for alert in found.alerts] == [known] * bool(known)
    assert bool(found.reason) is not bool(known)


@pytest.mark.parametrize(
    ("environment", "deployment", "severity"),
    [
        ("production", None, Severity.ERROR),
        ("Prod (eu)", None, Severity.ERROR),
        ("staging", None, Severity.WARNING),
        ("docs", {"production_environment": True}, Severity.ERROR),
        ("docs", {"production_environment": "?"}, Severity.WARNING),
    ],
)
def test_a_deployment_to_production_is_worse_than_to_elsewhere(environment, deployment, severity):
    assert only(deployed(deployment, environment=environment)).severity is severity


def test_a_deployment_is_about_its_site_and_shows_nothing_secret_of_the_address():
    alert = only(deployed(environment_url="https://user:word@us.pycon.org/2026/?token=hidden#x"))

    assert alert.about == "https://us.pycon.org/2026/"
    assert "word" not in alert.model_dump_json()
    assert "hidden" not in alert.model_dump_json()


def test_an_environment_that_goes_away_again_never_alerts():
    assert "for a while only" in deployed({"transient_environment": True}).reason


@pytest.mark.parametrize("kind", ["added", "modified", "removed"])
def test_a_push_to_the_catalog_is_recognised(kind):
    found = pushed({"message": "New\nlines"}, {"message": "Owner of x\n\nwhy", kind: ["catalog.yaml", "a"]})

    assert found.fate is Fate.IGNORED
    assert found.reason == (
        "The catalog changed: ada-example pushed catalog.yaml to main of psf/site (one commit, last: Owner of x)."
    )


@pytest.mark.parametrize(
    ("commit", "ref", "reason"),
    [
        ({"modified": ["docs/catalog.yaml"]}, "refs/heads/main", "changes nothing about the catalog"),
        ({"modified": None, "message": None}, "refs/heads/main", "changes nothing about the catalog"),
        (None, "refs/heads/main", "changes nothing about the catalog"),
        ({"modified": ["catalog.yaml"]}, "refs/heads/new/owner", "a draft of catalog.yaml to new/owner"),
        ({"modified": ["catalog.yaml"]}, "refs/tags/v1", "a draft of catalog.yaml to refs/tags/v1"),
    ],
)
def test_a_push_elsewhere_does_not_change_the_catalog(commit, ref, reason):
    assert reason in pushed(commit, ref=ref).reason


def test_a_push_by_nobody_known_is_by_somebody():
    found = contents(ref="refs/heads/main", commits=[], pusher=None)

    assert found.reason.startswith("somebody pushed")


def test_a_ping_says_what_will_come():
    found = contents(zen="Keep it logically awesome.", hook={"events": ["push", 5, "workflow_run"]})

    assert found.reason == "GitHub greets: the webhook of psf/site works, and is subscribed to push, workflow_run."


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({"x-github-event": "star"}, {"action": "created"}, "star, created in psf/site"),
        ({}, {"action": "created"}, "of a kind that I do not know, created in psf/site"),
        ({"x-github-event": "meta\x03,4"}, {"repository": None}, "meta"),
        ({}, {"deployment": {"id": 1}, "workflow_run": RUN}, "deployment in psf/site"),
        ({}, {"workflow_run": "x", "action": "completed"}, "of a kind that I do not know"),
    ],
)
def test_an_unknown_event_is_accepted_and_named(headers, body, reason):
    found = contents(headers, **body)

    assert found.fate is Fate.IGNORED
    assert reason in found.reason
    assert found.reason.isprintable()


@pytest.mark.parametrize("body", [{"workflow_run": RUN, "action": "completed"}, {"action": "created"}])
def test_what_happened_nowhere_is_quarantined(body):
    assert contents(repository=None, **body).fate is Fate.QUARANTINED


def test_a_form_is_read_by_its_field_payload():
    body = urlencode({"payload": json.dumps({"action": "completed", "workflow_run": RUN, "repository": REPOSITORY})})
    hook = Hook({"content-type": "application/x-www-form-urlencoded"}, body.encode(), NOON)

    assert only(plugin.reads(hook)).key == "workflow psf/site 2 main"


@pytest.mark.parametrize(
    ("signature", "proof"),
    [
        ("sha256={}", Proof.GENUINE),
        (" sha256={} ", Proof.GENUINE),
        ("{}", Proof.FORGED),
        ("sha1={}", Proof.FORGED),
        ("sha256=sha256={}", Proof.FORGED),
        ("", Proof.FORGED),
    ],
)
def test_only_a_signature_that_says_how_it_was_made_counts(signature, proof):
    made = hmac.new(b"hunter2", b"{}", sha256).hexdigest()
    hook = Hook({"x-hub-signature-256": signature.format(made)}, b"{}", NOON)

    assert plugin.proof(hook, settings) is proof


def test_a_redelivery_is_the_same_delivery_and_an_unsigned_id_cannot_hide_another_body():
    first, other = Hook({"x-github-delivery": "a"}, b"{}", NOON), Hook({"x-github-delivery": "a"}, b"[]", NOON)
    again = Hook({"x-github-delivery": "a"}, b"{}", NOON + timedelta(days=1))

    assert plugin.delivery_of(first) == plugin.delivery_of(again) != plugin.delivery_of(other)
    assert plugin.delivery_of(Hook({"x-github-delivery": "ä" * 9}, b"{}", NOON)) == sha256(b"{}").hexdigest()
