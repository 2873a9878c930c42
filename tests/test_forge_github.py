"""GitHub as a forge, against an emulated one: one branch, one commit, one pull request, whatever happens on the way."""

import asyncio
import dataclasses
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from forges import BOT, github
from stage import NOON, SAMPLE

from psfbot.errors import UserError
from psfbot.forge.github import GitHubApp, GitHubForge
from psfbot.http import Client
from psfbot.plugin import Response, Unreachable
from psfbot.proposals.ports import Draft, Fate, ForgeDown, Standing
from psfbot.proposals.proposal import Author

BRANCH = "psfbot/docs-1"
OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
DRAFT = Draft(
    branch=BRANCH,
    title="docs.python.org: description",
    body="Why not.",
    message="docs.python.org: description\n\n- a line",
    author=Author(person="mdk", name="Julien Palard", github="JulienPalard"),
    at=NOON,
    reviewers=("JacobCoffee",),
)


def text() -> str:
    return SAMPLE.read_text("utf-8")


def change(new: str = NEW):
    def make(old: str) -> str:
        assert OLD in old
        return old.replace(OLD, new)

    return make


def no(_text: str) -> bool:
    return False


@pytest.fixture
def hub(tmp_path):
    with github(tmp_path, text()) as running:
        yield running


def forge_at(hub, http=None, **more):
    given = {"token": BOT} | more
    return GitHubForge(http or Client(), hub.url, hub.repo, unreachable=(Unreachable,), **given)


def file(forge, draft=DRAFT, make=None):
    return asyncio.run(forge.file(draft, make or change()))


def look(forge, number="1"):
    return asyncio.run(forge.look(number, BRANCH, no))


def test_a_change_becomes_a_pull_request_with_its_words_author_and_reviewers(hub):
    filed = file(forge_at(hub))
    (pull,) = hub.pulls()

    assert (filed.reference, filed.link, filed.told) == ("1", pull["html_url"], ())
    assert (pull["title"], pull["body"], pull["head"]["ref"], pull["base"]["ref"]) == (
        DRAFT.title,
        DRAFT.body,
        BRANCH,
        "main",
    )
    assert [one["login"] for one in pull["requested_reviewers"]] == ["JacobCoffee"]
    assert hub.commits(1)[-1]["commit"]["author"]["email"] == "JulienPalard@users.noreply.github.com"
    assert hub.text(BRANCH) == text().replace(OLD, NEW)
    assert hub.text() == text()


def test_the_same_change_again_is_the_same_pull_request_and_the_same_commit(hub):
    forge = forge_at(hub)
    first = file(forge)
    head = hub.call("GET", f"/repos/{hub.repo}/git/ref/heads/{BRANCH}")
    again = file(forge_at(hub))

    assert again == first
    assert hub.call("GET", f"/repos/{hub.repo}/git/ref/heads/{BRANCH}") == head
    assert len(hub.pulls()) == 1


def test_another_value_brings_the_same_pull_request_up_to_date(hub):
    forge = forge_at(hub)
    file(forge)
    again = file(forge, dataclasses.replace(DRAFT, title="another"), change("Other words."))

    assert again.reference == "1"
    assert [one["title"] for one in hub.pulls()] == ["another"]
    assert hub.text(BRANCH) == text().replace(OLD, "Other words.")


def test_what_others_changed_meanwhile_stays(hub):
    forge = forge_at(hub)
    file(forge)
    hub.write(text().replace("Python downloads", "Downloads"))
    file(forge)

    assert hub.text(BRANCH) == text().replace(OLD, NEW).replace("Python downloads", "Downloads")
    assert len(hub.pulls()) == 1


def test_a_merged_one_is_told_with_who_merged_it_and_a_new_one_is_begun(hub):
    forge = forge_at(hub)
    file(forge)
    hub.merge(1)

    assert look(forge).fate is Fate.MERGED
    assert look(forge).by == "JacobCoffee"
    assert hub.text() == text().replace(OLD, NEW)
    again = asyncio.run(forge.file(DRAFT, lambda old: old.replace(NEW, "Third.")))
    assert again.reference == "2"


def test_a_closed_one_and_a_failing_check_are_told(hub):
    forge = forge_at(hub)
    file(forge)
    assert look(forge).failing == ()
    hub.fail(1, "catalog check")

    assert look(forge).failing == ("catalog check",)
    hub.close(1)
    assert look(forge).fate is Fate.CLOSED


def test_one_that_is_dropped_is_closed_and_its_branch_gone_also_twice(hub):
    forge = forge_at(hub)
    file(forge)
    asyncio.run(forge.drop("1", BRANCH))
    asyncio.run(forge.drop("1", BRANCH))

    assert [one["state"] for one in hub.pulls()] == ["closed"]
    assert hub.branches() == {"main"}


def test_a_change_that_cannot_be_made_leaves_nothing_behind(hub):
    def refuse(_old: str) -> str:
        raise UserError("No.")

    with pytest.raises(UserError, match="No"):
        file(forge_at(hub), make=refuse)

    assert hub.branches() == {"main"}
    assert hub.pulls() == []


def test_a_reviewer_whom_github_does_not_know_is_named_and_the_others_are_asked(hub):
    filed = file(forge_at(hub), dataclasses.replace(DRAFT, reviewers=("nobody-of-this-name", "JacobCoffee")))

    assert [one.partition(":")[0] for one in filed.told] == ["nobody-of-this-name could not be asked for a review"]
    assert [one["login"] for one in hub.pulls()[0]["requested_reviewers"]] == ["JacobCoffee"]


@dataclasses.dataclass
class Lossy:
    """A way to GitHub that loses one request: before it gets there, or the answer to it."""

    lost: int
    after: bool
    count: int = 0

    async def request(self, method, url, *, headers=None, body=b"", seconds=10.0, follow=False):
        self.count += 1
        if self.count == self.lost and not self.after:
            raise Unreachable("The network is down.")
        found = await Client().request(method, url, headers=headers, body=body, seconds=seconds, follow=follow)
        if self.count == self.lost:
            raise Unreachable("The network is down.")
        return found


def fails(work):
    """Why it fails, where that may be tried again; nothing where it does not."""
    try:
        work()
    except ForgeDown as error:
        return "" if error.wrong else str(error)
    return ""


def test_whichever_request_is_lost_trying_again_ends_in_one_branch_and_one_pull_request(hub):
    counting = Lossy(0, after=False)
    file(forge_at(hub, counting), dataclasses.replace(DRAFT, branch="psfbot/count"))
    asyncio.run(forge_at(hub).drop("1", "psfbot/count"))
    failed = 0
    for number in range(1, counting.count + 1):
        for after in (False, True):
            draft = dataclasses.replace(DRAFT, branch=f"psfbot/lost-{number}-{after}")
            if trouble := fails(lambda: file(forge_at(hub, Lossy(number, after=after)), draft)):  # noqa: B023
                failed += 1
                file(forge_at(hub), draft)
            assert trouble == "" or "The network is down." in trouble
            mine = [one for one in hub.pulls() if one["head"]["ref"] == draft.branch]

            assert [(one["state"], one["title"]) for one in mine] == [("open", DRAFT.title)]
            assert hub.text(draft.branch) == text().replace(OLD, NEW)
    assert failed >= counting.count


def test_an_app_is_let_in_by_its_key_and_its_token_is_asked_for_anew_before_it_ends(tmp_path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    with github(tmp_path, text(), private_key=pem) as hub:
        counted = Lossy(0, after=False)
        moment = [NOON.timestamp()]
        forge = forge_at(
            hub, counted, token="", app=GitHubApp("12345", "100", pem), clock=lambda: moment[0]
        )  # fmt: skip
        filed = file(forge)
        first = counted.count
        moment[0] += timedelta(days=3650).total_seconds()
        standing = asyncio.run(forge.look(filed.reference, BRANCH, no))

    assert filed.reference == "1"
    assert standing.fate is Fate.OPEN
    assert counted.count == first + 6  # three questions, each with a token of its own: the clock is past its end


class Says:
    """A GitHub that answers everything in one way."""

    def __init__(self, status, body=b"{}", **headers):
        self.status, self.body, self.headers = status, body, {"content-type": "application/json", **headers}

    async def request(self, _method, url, **_more):
        return Response(url, self.status, self.headers, self.body, 0.1, "")


@pytest.mark.parametrize(
    ("status", "message", "wrong", "words"),
    [
        (401, "Bad credentials", True, "Bad credentials (HTTP 401). May the token write to psf/catalog"),
        (403, "Resource not accessible", True, "May the token write to psf/catalog, and open pull requests there?"),
        (404, "Not Found", True, "GitHub did not find the repository: Not Found (HTTP 404)"),
        (403, "You have exceeded a secondary rate limit", False, "GitHub asks psfbot to wait."),
        (500, "Oops", False, "GitHub did not find the repository"),
        (502, "Bad gateway", False, "GitHub did not find the repository"),
    ],
)
def test_what_github_says_no_to_is_told_in_words_with_whether_to_try_again(status, message, wrong, words):
    http = Says(status, json.dumps({"message": message}).encode())
    forge = GitHubForge(http, "https://api.github.example", "psf/catalog", "t", unreachable=(Unreachable,))
    with pytest.raises(ForgeDown) as caught:
        asyncio.run(forge.text())

    assert words in str(caught.value)
    assert caught.value.wrong is wrong


@pytest.mark.parametrize("body", [b"<html>", b"[", b"\xff"])
def test_an_answer_that_makes_no_sense_is_told_as_that(body):
    forge = GitHubForge(Says(200, body), "https://api.github.example", "psf/catalog", unreachable=(Unreachable,))
    with pytest.raises(ForgeDown, match="makes no sense"):
        asyncio.run(forge.text())


def test_a_repository_without_the_file_is_told(hub):
    forge = forge_at(hub, path="elsewhere.yaml")
    with pytest.raises(ForgeDown, match=r"elsewhere.yaml is not in psfbot/psf-catalog on main") as caught:
        asyncio.run(forge.text())

    assert caught.value.wrong


def test_nobody_sees_the_token_in_what_is_printed():
    forge = GitHubForge(Client(), "https://x.example", "a/b", "very-secret", GitHubApp("1", "2", "KEY"))

    assert "very-secret" not in repr(forge)
    assert "KEY" not in repr(forge)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'"x"', b'{"object": []}'])
def test_an_answer_of_another_shape_is_told_as_that(body):
    forge = GitHubForge(Says(200, body), "https://api.github.example", "psf/catalog", branch="main")
    with pytest.raises(ForgeDown, match="makes no sense"):
        asyncio.run(forge.text())


@pytest.mark.parametrize("key", ["garbage", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"])
def test_a_key_of_an_app_that_is_none_is_told_without_it(key):
    forge = GitHubForge(Says(200), "https://api.github.example", "psf/catalog", app=GitHubApp("1", "2", key))
    with pytest.raises(ForgeDown, match="PSFBOT_GITHUB_APP_PRIVATE_KEY is no private key") as caught:
        asyncio.run(forge.text())

    assert caught.value.wrong
    assert "AAAA" not in str(caught.value)


def test_whether_it_may_write_is_asked_without_writing(hub):
    assert asyncio.run(forge_at(hub).may_write()) == ""


class Reader(Says):
    """A GitHub whose token may only read."""

    async def request(self, _method, url, **_more):
        body = b"[]" if "/pulls" in url else b'{"permissions": {"pull": true, "push": false}}'
        return Response(url, 200, self.headers, body, 0.1, "")


def test_a_token_that_may_only_read_is_told():
    forge = GitHubForge(Reader(200), "https://api.github.example", "psf/catalog", "t")

    assert asyncio.run(forge.may_write()) == "The token may read psf/catalog and not write to it."


PULL = {"state": "open", "head": {"sha": "a", "ref": BRANCH}}


class Odd(Says):
    """What stands before GitHub and answers by the address, but for that in other shapes."""

    def __init__(self, **answers):
        super().__init__(200)
        self.answers = answers

    async def request(self, _method, url, **_more):
        found = next((answer for part, answer in self.answers.items() if f"/{part}" in url), {})
        return Response(url, 200, self.headers, json.dumps(found).encode(), 0.1, "")


@pytest.mark.parametrize(
    "answers",
    [
        {"pulls": {"state": "open", "head": "main"}},
        {"pulls": PULL, "commits/a/check": {"check_runs": ["x"]}},
        {"pulls": PULL, "commits/a/status": {"statuses": 3}},
    ],
)
def test_a_pull_request_of_another_shape_is_told_as_that(answers):
    forge = GitHubForge(Odd(**answers), "https://api.github.example", "psf/catalog", branch="main")
    with pytest.raises(ForgeDown, match="makes no sense"):
        look(forge)


def test_a_pull_request_of_which_github_leaves_out_the_rest_is_open():
    odd = Odd(**{"pulls": PULL, "commits/a/check": {"check_runs": None}, "commits/a/status": {}})
    forge = GitHubForge(odd, "https://api.github.example", "psf/catalog", branch="main")

    assert look(forge) == Standing(Fate.OPEN)


def test_what_got_there_unheard_is_dropped_by_its_branch(hub):
    forge = forge_at(hub)
    file(forge)
    file(forge, dataclasses.replace(DRAFT, branch="psfbot/other"))
    for _ in range(2):
        asyncio.run(forge.drop("", BRANCH))

    assert [one["state"] for one in hub.pulls()] == ["closed", "open"]
    assert hub.branches() == {"main", "psfbot/other"}


def test_a_pull_request_of_the_same_number_elsewhere_is_neither_told_nor_closed(hub):
    forge = forge_at(hub)
    file(forge, dataclasses.replace(DRAFT, branch="psfbot/other"))

    with pytest.raises(ForgeDown, match=r"number 1 of \S+ is not of the branch psfbot/docs-1\."):
        look(forge)
    asyncio.run(forge.drop("1", BRANCH))
    assert [one["state"] for one in hub.pulls()] == ["open"]
