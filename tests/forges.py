"""Forges for tests, on loopback: the npm `emulate` as GitHub, and git's own `http-backend` behind a small server."""

import base64
import http.client
import json
import os
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ircd_process import free_ports, installed
from requiring import require

BOT, LEAD = "a-token-of-psfbot", "a-token-of-the-lead"
OWNER, NAME = "psfbot", "psf-catalog"
PATIENCE = 30.0
PEOPLE = ("psfbot", "JacobCoffee", "JulienPalard")
GIT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C",
    "GIT_AUTHOR_NAME": "Lead", "GIT_AUTHOR_EMAIL": "lead@example.org",
    "GIT_COMMITTER_NAME": "Lead", "GIT_COMMITTER_EMAIL": "lead@example.org",
}  # fmt: skip


@dataclass
class GitHub:
    """An emulated GitHub with one repository that holds a catalog.

    Unlike the real one, it leaves a pull request at the commit that it was opened with when its branch moves on.
    """

    port: int
    process: subprocess.Popen[bytes]
    repo: str = f"{OWNER}/{NAME}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, given: object = None, token: str = BOT) -> Any:
        """Ask its API."""
        data = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)  # noqa: S310
        request.add_header("authorization", f"token {token}")
        request.add_header("content-type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or b"null")

    def write(self, text: str, why: str = "A change by hand", branch: str = "main") -> None:
        """Commit another catalog by hand."""
        place = f"/repos/{self.repo}/contents/catalog.yaml"
        given = {"message": why, "content": base64.b64encode(text.encode()).decode(), "branch": branch}
        try:
            given["sha"] = self.call("GET", f"{place}?ref={branch}")["sha"]
        except urllib.error.HTTPError as error:
            error.close()
        self.call("PUT", place, given, LEAD)

    def text(self, branch: str = "main") -> str:
        """The catalog on a branch."""
        found = self.call("GET", f"/repos/{self.repo}/contents/catalog.yaml?ref={branch}")
        return base64.b64decode(found["content"]).decode()

    def pulls(self, state: str = "all") -> list[Any]:
        """The pull requests, the oldest first."""
        found = self.call("GET", f"/repos/{self.repo}/pulls?state={state}&per_page=100")
        return sorted(found, key=lambda one: one["number"])

    def changed(self, number: int) -> str:
        """The patch of a pull request."""
        pull = self.call("GET", f"/repos/{self.repo}/pulls/{number}")
        place = f"/repos/{self.repo}/compare/{pull['base']['ref']}...{pull['head']['ref']}"
        return "\n".join(one["patch"] for one in self.call("GET", place)["files"])

    def commits(self, number: int) -> list[Any]:
        """The commits of a pull request."""
        return list(self.call("GET", f"/repos/{self.repo}/pulls/{number}/commits"))

    def branches(self) -> set[str]:
        """The names of all branches."""
        return {one["name"] for one in self.call("GET", f"/repos/{self.repo}/branches")}

    def hook(self, url: str, secret: str) -> None:
        """Have every event told to an address."""
        config = {"url": url, "secret": secret, "content_type": "json"}
        self.call("POST", f"/repos/{self.repo}/hooks", {"config": config, "events": ["*"], "active": True}, BOT)

    def merge(self, number: int) -> None:
        """Merge one, as the lead."""
        self.call("PUT", f"/repos/{self.repo}/pulls/{number}/merge", {}, LEAD)

    def close(self, number: int) -> None:
        """Close one, as the lead."""
        self.call("PATCH", f"/repos/{self.repo}/pulls/{number}", {"state": "closed"}, LEAD)

    def fail(self, number: int, name: str = "catalog check") -> None:
        """Let a check of one fail."""
        head = self.call("GET", f"/repos/{self.repo}/pulls/{number}")["head"]["sha"]
        given = {"name": name, "head_sha": head, "status": "completed", "conclusion": "failure"}
        self.call("POST", f"/repos/{self.repo}/check-runs", given)


@contextmanager
def github(folder: Path, text: str, private_key: str = "") -> Iterator[GitHub]:
    """An emulated GitHub; with a key, a GitHub App 12345 is installed there as 100."""
    program = installed("emulate") or require("the GitHub emulator is not here: npm install --global emulate@0.11.2")
    (port,) = free_ports(1)
    seed: dict[str, Any] = {
        "tokens": {
            BOT: {"login": OWNER, "scopes": ["repo", "user"]},
            LEAD: {"login": "JacobCoffee", "scopes": ["repo", "user"]},
        },
        "github": {
            "users": [{"login": one, "name": one, "email": f"{one}@example.org"} for one in PEOPLE],
            "repos": [{"owner": OWNER, "name": NAME, "auto_init": True}],
        },
    }
    if private_key:
        rights = {"contents": "write", "pull_requests": "write", "checks": "read", "metadata": "read"}
        install = {"installation_id": 100, "account": OWNER, "repository_selection": "all"}
        app = {"app_id": 12345, "slug": "psfbot-app", "name": "psfbot", "private_key": private_key}
        seed["github"]["apps"] = [{**app, "permissions": rights, "events": [], "installations": [install]}]
    file = folder / "github.json"
    file.write_text(json.dumps(seed))
    command = [program, "start", "-s", "github", "-p", str(port), "--seed", str(file)]
    with (folder / "github.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)  # noqa: S603
    found = GitHub(port, process)
    try:
        until(lambda: found.call("GET", f"/repos/{found.repo}"))
        for person in PEOPLE[1:]:
            found.call("PUT", f"/repos/{found.repo}/collaborators/{person}", {"permission": "push"})
        found.write(text, "The catalog")
        yield found
    finally:
        process.kill()
        process.wait()


def until(ask: Any) -> None:
    """Wait until somebody answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            ask()
        except urllib.error.HTTPError as error:
            error.close()
            raise
        except OSError:
            assert time.monotonic() < end
            threading.Event().wait(0.05)
        else:
            return


@dataclass
class Gate:
    """Stands before a GitHub. What `stops` says yes to never gets there: it is cut off, or `held` until the end."""

    target: int
    port: int = 0
    stops: Callable[[str, str], bool] = lambda _method, _path: False
    holds: bool = False
    held: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    stopped: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def gate(hub: GitHub) -> Iterator[Gate]:
    """A way to a GitHub that can be cut at one kind of request."""
    found = Gate(hub.port)

    class Handler(BaseHTTPRequestHandler):
        """Forward one request, or not."""

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if found.stops(self.command, self.path):
                found.stopped += 1
                found.held.set()
                if found.holds:
                    found.over.wait(PATIENCE)
                return
            inner = http.client.HTTPConnection("127.0.0.1", found.target, timeout=PATIENCE)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            inner.request(self.command, self.path, body or None, headers)
            answer = inner.getresponse()
            data = answer.read()
            self.send_response(answer.status)
            self.send_header("content-type", answer.headers.get("content-type", "application/json"))
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            inner.close()

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on  # noqa: N815 - the names that the server calls

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with serving(Handler) as port:
        found.port = port
        try:
            yield found
        finally:
            found.over.set()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server on loopback, in a thread; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Remote:
    """A git repository that is served over HTTP; the answer to the next request of `loses` never arrives."""

    bare: Path
    port: int = 0
    loses: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/catalog.git"

    def git(self, *order: str, stdin: str = "", **more: str) -> str:
        """Run git in the repository."""
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(self.bare), *order],  # noqa: S607
            input=stdin.encode(), capture_output=True, check=True, env={**os.environ, **GIT, **more},
        )  # fmt: skip
        return done.stdout.decode()

    def write(self, text: str, why: str = "A change by hand", *, branch: str = "main", parents: Any = None) -> str:
        """Commit another catalog by hand."""
        blob = self.git("hash-object", "-w", "--stdin", stdin=text).strip()
        tree = self.git("mktree", stdin=f"100644 blob {blob}\tcatalog.yaml\n").strip()
        old = self.tip(branch)
        above = [f"-p{one}" for one in (parents or ([old] if old else []))]
        commit = self.git("commit-tree", tree, *above, "-m", why).strip()
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def tip(self, branch: str) -> str:
        """The commit of a branch, or nothing."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").strip()

    def text(self, branch: str = "main") -> str:
        """The catalog on a branch."""
        return self.git("show", f"{branch}:catalog.yaml")

    def branches(self) -> set[str]:
        """The names of all branches."""
        return set(self.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split())

    def merge(self, branch: str) -> None:
        """Merge a branch as people do: by a commit of two parents."""
        self.write(self.text(branch), f"Merge {branch}", parents=[self.tip("main"), self.tip(branch)])


@contextmanager
def git_remote(folder: Path, text: str) -> Iterator[Remote]:
    """A remote with one commit on `main`, served by git's own program for it."""
    if not shutil.which("git"):
        require("git is not here")
    remote = Remote(folder / "remote" / "catalog.git")
    remote.bare.mkdir(parents=True)
    remote.git("init", "--quiet", "--bare", "--initial-branch=main", ".")
    remote.git("config", "http.receivepack", "true")
    remote.write(text, "The catalog")
    with serving(served(remote)) as port:
        remote.port = port
        yield remote


def served(remote: Remote) -> type[BaseHTTPRequestHandler]:
    """What hands requests to `git http-backend`, by the rules of CGI."""

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            if self.headers.get("transfer-encoding", "") == "chunked":
                self.answer(b"".join(chunks(self.rfile)))
            else:
                self.answer(self.rfile.read(int(self.headers.get("content-length", 0))))

        def answer(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            env = {
                "GIT_PROJECT_ROOT": str(remote.bare.parent), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": self.headers.get("content-type", ""), "REMOTE_ADDR": "127.0.0.1",
                "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
            }  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"],  # noqa: S607
                input=body, capture_output=True, check=False, env={**os.environ, **GIT, **env},
            )  # fmt: skip
            if remote.loses and f"{self.command} {self.path}".endswith(remote.loses):
                remote.loses = ""
                return
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(rest)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler


def chunks(stream: Any) -> Iterator[bytes]:
    """The pieces of a body whose length nobody told."""
    while size := int(stream.readline().split(b";")[0] or b"0", 16):
        yield stream.read(size)
        stream.readline()


def settings_of(**given: object) -> Mapping[str, str]:
    """Settings as a bot's environment."""
    return {f"PSFBOT_{name}": str(value) for name, value in given.items()}
