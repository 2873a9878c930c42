"""`psfbot catalog verify` for real: web servers, certificates and a name server on this machine."""

import json
import os
from contextlib import ExitStack

import near_world
import pytest
from click.testing import CliRunner
from drift_kit import CATALOG, recorded
from near_world import Answer, Authority

from psfbot.cli import main

HOSTS = ("app.example.org", "doc.example.org", "docs.example.org", "hg.example.org", "old-name.example.org")
FASTLY, PLAIN = "151.101.0.223", "192.0.2.7"
TO_DOCS = {"location": "https://docs.example.org/"}


class Near:
    """Everything that the catalog of the tests is about, served on this machine."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "catalog.yaml"
        self.file.write_text(CATALOG)
        self.authority = Authority(folder, name="Let's Encrypt Near")
        self.certified = {host: (host,) for host in HOSTS}
        self.answers = {
            "docs.example.org": {"*": Answer(200, headers={"x-served-by": "cache-near-1"})},
            "doc.example.org": {"*": Answer(301, headers=TO_DOCS)},
            "app.example.org": {"*": Answer(200, headers={"via": "1.1 vegur"})},
            "hg.example.org": {"*": Answer(200)},
            "old-name.example.org": {"*": Answer(302, headers=TO_DOCS)},
        }
        self.names = {(host, "A"): [PLAIN] for host in HOSTS}
        self.names["docs.example.org", "A"] = [FASTLY]
        self.files = {
            "/salt/docs/salt-server-list.rst": Answer(body=recorded("salt-server-list.rst")),
            "/salt/pillar/prod/roles.sls": Answer(body=recorded("roles.sls")),
            "/salt/pillar/base/haproxy.sls": Answer(body=recorded("haproxy.sls")),
            "/pep": Answer(body=recorded("pep-0011.rst")),
            "/users/anna-example": Answer(body={"login": "anna-example"}),
            "/users/ben-example": Answer(body={"login": "ben-example"}),
        }
        for name in ("app", "docs-builder", "hg", "salt"):
            self.files[f"/repos/example/{name}"] = Answer(body={"full_name": f"example/{name}", "archived": False})

    def verify(self, *args):
        """Serve it all, and run the command."""
        with ExitStack() as stack:
            webs = {}
            for host, answers in self.answers.items():
                pem = self.authority.certificate(*self.certified[host])
                webs[host] = stack.enter_context(near_world.web(answers, pem))
            files = stack.enter_context(near_world.web({**self.files, "*": Answer(404, "{}")}))
            names = stack.enter_context(near_world.names(self.names))
            here = f"http://{files.place}"
            environ = {
                "PSFBOT_CHECKS_CONNECT_TO": ",".join(f"{host}:443={web.place}" for host, web in webs.items()),
                "PSFBOT_CHECKS_DNS_SERVER": f"127.0.0.1:{names}",
                "PSFBOT_CHECKS_CA": str(self.authority.ca),
                "PSFBOT_SALT_URL": f"{here}/salt",
                "PSFBOT_PEP11_URL": f"{here}/pep",
                "PSFBOT_GITHUB_API_URL": here,
            }
            said = ["catalog", "verify", str(self.file), *args]
            return CliRunner().invoke(main, said, env=environ, prog_name="psfbot")


@pytest.fixture
def near(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)
    return Near(tmp_path)


def spoilt(near):
    """One thing of each kind is otherwise than the catalog says."""
    near.answers["app.example.org"] = {"*": Answer(200, headers={"server": "nginx"})}
    near.answers["old-name.example.org"] = {"*": Answer(200)}
    near.answers["docs.example.org"] = {**near.answers["docs.example.org"], "/runbook/": Answer(410)}
    near.certified["hg.example.org"] = ("other.example.org",)
    near.names["docs.example.org", "A"] = [FASTLY]
    del near.names["doc.example.org", "A"]
    near.files["/users/ben-example"] = Answer(404, "{}")
    near.files["/repos/example/hg"] = Answer(301, headers={"location": "/repositories/7"})
    near.files["/repositories/7"] = Answer(body={"full_name": "example/mercurial", "archived": False})
    near.files["/pep"] = Answer(body=recorded("pep-0011.rst").replace("glibc, gcc\n", "glibc, musl\n"))
    near.files["/salt/pillar/prod/roles.sls"] = Answer(500)


def test_what_agrees_ends_with_0_and_one_line(near):
    done = near.verify()

    assert done.stdout == ""
    assert done.stderr.splitlines() == ["not set up: pagerduty.account", f"{near.file}: no drift."]
    assert done.exit_code == 0


def test_what_differs_is_told_with_its_place_and_what_to_type(near):
    spoilt(near)
    done = near.verify()

    lines = CATALOG.splitlines()
    told = [line for line in done.stdout.splitlines() if not line.startswith("    ")]
    kinds = [line.split(": ")[1] for line in told]
    assert sorted(kinds) == [
        "certificate-name", "domain-gone", "link-gone", "login-gone", "origin-elsewhere", "platform-unknown",
        "platform-unlisted", "redirect-ended", "repository-moved",
    ]  # fmt: skip
    assert done.exit_code == 1
    places = {line.split(": ")[1]: [int(part) for part in line.split(":")[1:3]] for line in told}
    pointed = {kind: lines[line - 1][column - 1 :] for kind, (line, column) in places.items()}
    assert pointed == {
        "certificate-name": "hg.example.org]",
        "domain-gone": "doc.example.org",
        "link-gone": "https://docs.example.org/runbook/",
        "login-gone": "ben-example",
        "origin-elsewhere": "heroku",
        "platform-unknown": "1",
        "platform-unlisted": "platforms:",
        "redirect-ended": "old-name.example.org]",
        "repository-moved": "https://github.com/example/hg",
    }
    assert [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")] == [
        "psfbot catalog set person:ben github none",
        "psfbot catalog set platform:aarch64-unknown-linux-gnu.gcc tier unsupported",
        "psfbot catalog set docs.example.org domains docs.example.org",
        "psfbot catalog set hg.example.org repos.0.url https://github.com/example/mercurial",
    ]


def test_what_could_not_be_looked_at_is_told_beside_and_is_no_drift(near):
    near.files["/salt/pillar/prod/roles.sls"] = Answer(500)
    near.names["hg.example.org", "A"] = near_world.SERVFAIL
    done = near.verify()

    assert done.exit_code == 0
    assert [line.rpartition("/salt/")[2] for line in done.stderr.splitlines()] == [
        "could not look: reality.names: hg.example.org: The name servers cannot say anything about hg.example.org.",
        "could not look: reality.hosting: hg.example.org: The name servers cannot say anything about hg.example.org.",
        (
            "could not look: reality.certificates: hg.example.org:443: The name servers cannot say anything about "
            "hg.example.org."
        ),
        "pillar/prod/roles.sls answered 500.",
        "not set up: pagerduty.account",
        f"{near.file}: no drift; 4 things could not be looked at.",
    ]


def test_programs_are_told_everything(near):
    spoilt(near)
    near.file.write_text(
        CATALOG.replace(
            "    github: ben-example\n",
            "    github: ben-example\n    exemptions:\n      - rule: login-gone\n        reason: A new one comes.\n"
            "        until: 2999-01-01\n",
        )
    )
    data = json.loads(near.verify("--json").stdout)

    assert [one["kind"] for one in data["ignored"]] == ["login-gone"]
    assert data["not_set_up"] == ["pagerduty.account"]
    assert [name.partition(":")[0] for name in data["not_looked_at"]] == ["reality.hosting", "salt.roles"]
    assert "certificate is not valid" in data["not_looked_at"]["reality.hosting: https://hg.example.org/"]
    assert data["searches"]["salt.roles"] == "Does a role of Salt match each machine of the catalog?"
    moved = next(one for one in data["drifts"] if one["kind"] == "repository-moved")
    assert moved | {"file": "", "line": 0} == {
        "kind": "repository-moved", "section": "services", "id": "hg.example.org", "path": "repos/0/url",
        "message": "example/hg is called example/mercurial now",
        "edit": "set hg.example.org repos.0.url https://github.com/example/mercurial", "file": "", "line": 0,
        "column": 14,
    }  # fmt: skip


def test_github_is_told_by_annotations(near):
    spoilt(near)
    done = near.verify("--format", "github", "--only", "login-gone", "--only", "redirect-ended")
    first, second = done.stdout.splitlines()

    assert first.startswith("::warning file=")
    assert first.endswith(
        ",col=13,title=login-gone::login-gone: GitHub knows no login ben-example, which the catalog gives Ben Example. "
        "psfbot catalog set person:ben github none"
    )
    assert ",title=redirect-ended::redirect-ended: https://old-name.example.org/ answers 200 without" in second
    assert done.exit_code == 1


def test_only_some_of_it_may_be_asked_for_and_a_wrong_word_is_refused(near):
    spoilt(near)

    some = near.verify("--only", "github")
    wrong = near.verify("--only", "login-gon")

    assert [line.split(": ")[1] for line in some.stdout.splitlines() if line[0] != " "] == [
        "login-gone",
        "repository-moved",
    ]
    assert (wrong.exit_code, wrong.stderr.strip()) == (
        1,
        "There is no kind of drift called 'login-gon', and no plugin that looks for any. Did you mean login-gone?",
    )


def test_a_catalog_that_cannot_be_read_is_refused_before_anybody_is_asked(near):
    near.file.write_text("services: [")
    done = near.verify()

    assert done.exit_code == 1
    assert "catalog check" in done.stderr
