"""From a line on IRC to a merged change: InspIRCd, an emulated GitHub, or git over HTTP and no GitHub at all."""

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from forges import BOT, gate, git_remote, github
from irc_person import Person
from processes import Running
from stage import SAMPLE

pytest_plugins = "ircd"

ROOM = "#python-infra"
HOOK = "a-webhook-secret"
DESCRIPTION = "Builds and serves the documentation of CPython."
SET = '!set docs.python.org description "Serves the documentation." because it is shorter'


def catalog() -> str:
    """The sample, with the accounts of an admin and of somebody who owns docs.python.org."""
    text = SAMPLE.read_text("utf-8")
    for name, account in {"Jacob Coffee": "alice", "Julien Palard": "bob"}.items():
        assert text.count(f"name: {name}\n") == 1
        text = text.replace(f"name: {name}\n", f"name: {name}\n    irc: {account}\n")
    return text


def settings(ircd, home, **more):
    given = {
        "CATALOG": home / "catalog.yaml", "DATABASE_URL": f"sqlite:///{home / 'bot.sqlite3'}", "PORT": 0,
        "IRC_HOST": "localhost", "IRC_PORT": ircd.tls_port, "IRC_TLS_CA": ircd.certificate.pem,
        "IRC_CHANNELS": ROOM, "IRC_ACCOUNT": "psfbot", "IRC_PASSWORD": "correct-horse", "IRC_INTERVAL": 0,
        "IRC_STATE_DIR": home / "irc", "GITHUB_WEBHOOK_SECRET": HOOK, "PLUGINS": "github", "IRC_QUESTION_INTERVAL": 0,
    }  # fmt: skip
    return {f"PSFBOT_{name}": str(value) for name, value in (given | more).items()}


@contextmanager
def bot(ircd, home: Path, **more: object):
    """A bot that is where it should be."""
    with Running.start(home, "run", **settings(ircd, home, **more)) as running:
        running.listening()
        running.wait_for("/readyz", '"irc":"ok"')
        yield running


@pytest.fixture
def home(tmp_path):
    (tmp_path / "catalog.yaml").write_text(catalog(), "utf-8")
    return tmp_path


def story(ircd, tell: Callable[[Person, Person, Person], object]) -> None:
    """Let an admin, an owner and a guest sit in the room."""

    async def told():
        alice = await (await Person(ircd.port, "alice").dial()).register(login=("alice", "a-secret"))
        bob = await (await Person(ircd.port, "bob").dial()).register(login=("bob", "b-secret"))
        guest = await (await Person(ircd.port, ircd.nick()).dial()).register()
        try:
            for person in (alice, bob, guest):
                await person.join(ROOM)
            await tell(alice, bob, guest)
        finally:
            for person in (alice, bob, guest):
                await person.close()

    asyncio.run(told())


def on_github(hub, url=""):
    return {"GITHUB_REPO": hub.repo, "GITHUB_TOKEN": BOT, "GITHUB_API_URL": url or hub.url}


def opens(method, path):
    """Does this request open a pull request?"""
    return method == "POST" and path.endswith("/pulls")


def test_a_line_on_irc_becomes_a_merged_pull_request(ircd, home):
    with github(home, catalog()) as hub, bot(ircd, home, **on_github(hub)) as running:
        hub.hook(f"{running.url}/hooks/github", HOOK)

        async def tell(alice, bob, guest):
            guest.say(ROOM, SET)
            assert "needs a member" in await guest.heard(f"{guest.nick}:", by="psfbot")
            bob.say(ROOM, "!set docs.python.org descripton Short.")
            assert "Did you mean description?" in await bob.heard("bob:", by="psfbot")
            bob.say(ROOM, SET)
            asked = await bob.heard("bob:", by="psfbot")
            assert f"description: {DESCRIPTION} -> Serves the documentation. Say `yes` within 2 minutes" in asked
            assert asked.endswith("and I propose it as a pull request.")
            assert not hub.pulls()
            guest.say(ROOM, "!yes")
            assert "nothing that waits" in await guest.heard(f"{guest.nick}:", by="psfbot")
            bob.say(ROOM, "!yes")
            answer = await bob.heard("Proposal 1 is there: ", by="psfbot")
            (pull,) = await asyncio.to_thread(hub.pulls)
            assert answer.endswith(pull["html_url"])
            await asyncio.to_thread(looks_right, hub, pull)

            await asyncio.to_thread(hub.fail, 1)
            assert (await bob.heard("catalog check failed", by="psfbot")).startswith("Proposal 1 (docs.python.org")
            await asyncio.to_thread(hub.merge, 1)
            merged = await bob.heard("Proposal 1 was merged by JacobCoffee: docs.python.org: description:", by="psfbot")
            assert "Serves the documentation." in merged
            await alice.heard("The catalog was read again: docs.python.org: description:", by="psfbot")
            guest.say(ROOM, "!what is docs.python.org")
            await guest.heard("Serves the documentation.", by="psfbot")
            assert sum("was merged" in line for line in await bob.synced()) == 1

        story(ircd, tell)

        assert (home / "catalog.yaml").read_text("utf-8") == hub.text()
        assert not (home / "catalog.yaml.before").exists()  # it was the branch's before
        assert running.stop()[0] == 0


def looks_right(hub, pull) -> None:
    """The pull request has the diff, the words, the reviewers and the author that it should have."""
    diff = hub.changed(1)
    assert f"-    description: {DESCRIPTION}\n+    description: Serves the documentation." in diff
    assert "note: it is shorter" in diff
    assert "by: person:mdk" in diff
    assert pull["title"].startswith("docs.python.org: description -> Serves")
    for part in ("### Why\n\nit is shorter", "chat, by Julien Palard, on 20", "### What hangs on it", "Proposal 1 of"):
        assert part in pull["body"]
    assert [one["login"] for one in pull["requested_reviewers"]] == ["JacobCoffee"]
    commit = hub.commits(1)[-1]["commit"]
    assert (commit["author"]["name"], commit["author"]["email"]) == (
        "Julien Palard",
        "JulienPalard@users.noreply.github.com",
    )
    assert commit["message"].startswith("docs.python.org: description -> Serves")


def test_the_same_works_with_a_git_remote_and_no_github(ircd, home):
    with git_remote(home, catalog()) as remote, bot(ircd, home, CATALOG_REMOTE=remote.url) as running:

        async def tell(alice, bob, guest):
            bob.say(ROOM, SET)
            await bob.heard("and I propose it as a branch", by="psfbot")
            others = catalog().replace("name: Python downloads", "name: Downloads")
            await asyncio.to_thread(remote.write, others.replace(DESCRIPTION, "Somebody else's words."))
            bob.say(ROOM, "!yes")
            stale = await bob.heard("docs.python.org description was not changed: the catalog has changed", by="psfbot")
            assert "it would now be docs.python.org: description: Somebody else's words. -> Serves" in stale
            assert remote.branches() == {"main"}
            await asyncio.to_thread(remote.write, others)

            bob.say(ROOM, SET.replace("Serves", "Has"))
            await bob.heard("Say `yes`", by="psfbot")
            bob.say(ROOM, "!yes")
            answer = await bob.heard("Proposal 2 is there: branch psfbot/docs-python-org-description-", by="psfbot")
            branch = answer.partition("branch ")[2].split()[0]
            bob.say(ROOM, SET)
            await bob.heard("Say `yes`", by="psfbot")
            bob.say(ROOM, "!yes")
            await bob.heard(f"Proposal 3 is there: branch {branch} ", by="psfbot")
            assert "name: Downloads" in remote.text(branch)
            assert remote.branches() == {"main", branch}
            shown = remote.git("show", branch)
            assert "Author: Julien Palard <JulienPalard@users.noreply.github.com>" in shown
            assert f"-    description: {DESCRIPTION}\n+    description: Serves the documentation." in shown
            assert "Because it is shorter" in shown
            bob.say(ROOM, "!reload")
            assert "needs an admin" in await bob.heard("bob:", by="psfbot")

            await asyncio.to_thread(remote.merge, branch)
            alice.say(ROOM, "!reload")
            read = await alice.heard("alice: The catalog was read again: ", by="psfbot")
            assert "docs.python.org: description: " in read
            await alice.heard("Proposal 3 was merged by Lead", by="psfbot")
            guest.say(ROOM, "!what is docs.python.org")
            await guest.heard("Serves the documentation.", by="psfbot")

        story(ircd, tell)

        assert (home / "catalog.yaml").read_text("utf-8") == remote.text()
        assert "unforeseen" not in running.log.read_text("utf-8")
        assert running.stop()[0] == 0


def test_a_connection_cut_before_the_pull_request_is_said_and_made_good(ircd, home):
    with github(home, catalog()) as hub, gate(hub) as way, bot(ircd, home, **on_github(hub, way.url)) as running:
        way.stops = opens

        async def tell(alice, bob, guest):
            bob.say(ROOM, SET)
            await bob.heard("Say `yes`", by="psfbot")
            bob.say(ROOM, "!yes")
            answer = await bob.heard(
                "Proposal 1 is kept but not sent: GitHub did not open the pull request", by="psfbot"
            )
            assert answer.endswith("I try again until it is, and tell you here.")
            assert not await asyncio.to_thread(hub.pulls)
            assert len(await asyncio.to_thread(hub.branches)) == 2
            way.stops = lambda *_: False
            alice.say(ROOM, "!reload")
            await bob.heard("Proposal 1 is there now: docs.python.org: description ->", by="psfbot")
            bob.say(ROOM, "!proposals")
            await bob.heard("1 proposal, 1 open.", by="psfbot")

        story(ircd, tell)

        assert len(hub.pulls()) == 1
        assert len(hub.branches()) == 2
        assert "Serves the documentation." in hub.changed(1)
        assert "unforeseen" not in running.log.read_text("utf-8")
        assert running.stop()[0] == 0


def test_a_bot_killed_between_the_commit_and_the_pull_request_goes_on_after_its_restart(ircd, home):
    with github(home, catalog()) as hub, gate(hub) as way:
        way.stops, way.holds = opens, True
        with bot(ircd, home, **on_github(hub, way.url)) as running:

            async def tell(alice, bob, guest):
                bob.say(ROOM, SET)
                await bob.heard("Say `yes`", by="psfbot")
                bob.say(ROOM, "!yes")
                assert await asyncio.to_thread(way.held.wait, 20)
                running.process.kill()
                running.process.wait()
                assert not await asyncio.to_thread(hub.pulls)
                assert len(await asyncio.to_thread(hub.branches)) == 2
                way.stops = lambda *_: False
                way.over.set()
                with bot(ircd, home, **on_github(hub, way.url)) as again:
                    await bob.heard("Proposal 1 is there now: docs.python.org: description ->", by="psfbot")
                    assert again.stop()[0] == 0

            story(ircd, tell)

        assert len(hub.pulls()) == 1
        assert len(hub.branches()) == 2
        assert hub.pulls()[0]["title"].startswith("docs.python.org: description")
