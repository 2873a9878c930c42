"""The check of wheels: pip itself, run against a small index on this machine, and against one that nobody reaches."""

import socket
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread

import pytest
from fake_world import FakeWorld
from hypothesis import given
from hypothesis import strategies as st
from migrations_look import API, FAILED, PASSED, UNKNOWN, Look, content, github, pages, plugin
from psfbot.plugins.migrations import requirements, resolver
from psfbot.plugins.migrations.resolver import Target

from psfbot.flows.checklist_look import SECONDS

ANY, ARM, X86 = "py3-none-any", "cp312-cp312-manylinux_2_28_aarch64", "cp312-cp312-manylinux_2_28_x86_64"
FILES = {
    "plain": [("1.0", ANY, []), ("2.0", ANY, ["deep>=1"])],
    "deep": [("1.5", ARM, [])],
    "source": ["source-3.1.tar.gz"],
    "x86-only": [("4.0", X86, [])],
    "both-ways": [("1.0", ARM, []), ("2.0", X86, []), "both_ways-2.0.tar.gz"],
    "old-glibc": [("1.0", "cp312-cp312-manylinux_2_34_aarch64", [])],
    "alpine": [("1.0", "cp312-cp312-musllinux_1_2_aarch64", [])],
    "new-python": [("1.0", "cp314-cp314-manylinux_2_17_aarch64", [])],
    "needs-source": [("1.0", ANY, ["source>=3"]), ("1.1", ANY, ["source>=3"])],
    "picky": [("1.0", ANY, ["plain<2"])],
    "on-x86": [("1.0", ANY, ['source; platform_machine == "x86_64"', 'deep; platform_machine == "aarch64"'])],
    "on-old": [("1.0", ANY, ['source; python_version < "3.12"', 'x86-only; extra == "fast"'])],
}  # fmt: skip


def wheel(name, version, tag, needs):
    """A wheel's file name and its bytes."""
    stem = f"{name.replace('-', '_')}-{version}"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: fast"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    raw = BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr(f"{stem}.dist-info/METADATA", "\n".join(lines) + "\n")
        file.writestr(f"{stem}.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        file.writestr(f"{stem}.dist-info/RECORD", "")
    return f"{stem}-{tag}.whl", raw.getvalue()


def laid_out():
    """Every page and file of the index, by path."""
    found = {}
    for name, entries in FILES.items():
        made = [(one, b"") if isinstance(one, str) else wheel(name, *one) for one in entries]
        found |= {f"/files/{file}": raw for file, raw in made}
        rows = "".join(f'<a href="/files/{file}">{file}</a>\n' for file, _ in made)
        found[f"/simple/{name}/"] = f"<!DOCTYPE html><html><body>{rows}</body></html>".encode()
    return found


@contextmanager
def serving(pages_, *, broken=()):
    """An index on this machine; the paths in `broken` are answered 500."""

    class Index(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages_.get(self.path)
            self.send_response(500 if self.path in broken else 404 if body is None else 200)
            self.send_header("content-type", "text/html" if self.path.endswith("/") else "application/octet-stream")
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            server.shutdown()
            thread.join()


def set_up(monkeypatch, url):
    """Let pip ask there alone, whatever this machine's configuration says."""
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="module")
def index():
    with serving(laid_out()) as url:
        yield url


@pytest.fixture
def look(index, monkeypatch):
    set_up(monkeypatch, index)
    return Look()


OTHERS = "wheels for others"
ARM64 = "the requirements for aarch64 with Python 3.12 and glibc 2.36: "


@pytest.mark.parametrize(
    ("wanted", "verdict", "seen"),
    [
        ("plain", PASSED, "2 packages with a wheel (1 for any machine)"),
        ("both-ways==2.0.0", FAILED,
         f"1 package without a fitting wheel: both-ways==2.0.0 (1.0 has one) (source, and {OTHERS})"),
        ("plain==9", FAILED, "1 package without a fitting wheel: plain==9 (2.0 has one) (no version 9)"),
        ("plain\nsource\nx86-only", FAILED,
         f"2 packages without a fitting wheel: source (only source); x86-only (only {OTHERS})"),
        ("source\nno-such-name>=2", FAILED,
         "1 package without a fitting wheel: source (only source); the index lists nothing called no-such-name>=2"),
        ("needs-source\nx86-only", FAILED,
         f"2 packages without a fitting wheel: x86-only (only {OTHERS}); source>=3 (only source)"),
        ("picky\nplain==2.0", FAILED,
         "no set of versions fits: The user requested plain==2.0; picky 1.0 depends on plain<2"),
        ("on-old[fast]", FAILED,
         f"1 package without a fitting wheel: x86-only for on-old[fast] (only {OTHERS})"),
        ('on-x86\non-old\nsource; platform_machine == "x86_64"', PASSED, "3 packages with a wheel (2 for any machine)"),
    ],
)  # fmt: skip
def test_pip_says_what_has_a_wheel_and_everything_that_has_none_is_named(look, wanted, verdict, seen):
    found = look("wheels", requirements=wanted)

    assert (found.verdict, found.seen) == (verdict, ARM64 + seen)


def test_the_machine_decides_which_wheels_fit(look):
    older = look("wheels", requirements="old-glibc\non-old", glibc="2.31", python="3.11")

    assert older.data["missing"].keys() == {"old-glibc", "source"}
    assert look("wheels", requirements="alpine", musl="1.2").verdict is PASSED
    assert look("wheels", requirements="new-python", python="3.14").verdict is PASSED
    assert look("wheels", requirements="alpine\nnew-python").data["missing"].keys() == {"alpine", "new-python"}


def test_what_a_file_says_about_where_to_ask_is_left_out_and_told(look):
    where = "--index-url https://me:pass@evil.test/simple\n--trusted-host evil.test\n"
    found = look("wheels", requirements=f"{where}plain==1.0 --hash=sha256:00 \\\n  --hash=sha256:01\n")

    assert found.verdict is PASSED
    assert found.seen.endswith("; left out: --index-url, --trusted-host and --hash")
    assert "evil" not in found.seen


UNSEEN = {
    "git+https://evil.test/x": "an address",
    "deep @ https://evil.test/deep.whl": "deep, by an address",
    "-e .": "-e",
    "./local": "a path",
    "/etc/passwd": "a path",
    "-r other.txt": "-r",
    "-c limits.txt": "-c",
    "deep-1.0.tar.gz": "a path",
    "all.WHL": "a path",
    "a" * 1001: "a line of more than 1000 letters",
    "$(reboot)": "a line",
}


@pytest.mark.parametrize("line", UNSEEN)
def test_what_cannot_be_looked_at_is_told_without_the_place(line):
    found = requirements.read(f"plain==1.0\n{line}")

    assert (found.lines, found.unseen, found.left_out) == (["plain==1.0"], [UNSEEN[line]], [])


@pytest.mark.parametrize("part", [" ", " --a", " , == 1", "a ", ".-", " #"])
def test_a_line_of_any_length_is_read_at_once(part):
    begin = time.process_time()
    requirements.read(f"plain {part * 100_000}x!")

    assert time.process_time() - begin < 5  # it took minutes when spaces were tried one by one


def test_what_cannot_be_looked_at_keeps_the_rest_from_passing(look):
    found = look("wheels", requirements="plain==1.0\n-e .\ngit+https://evil.test/x")

    assert found.verdict is UNKNOWN
    assert found.seen == f"{ARM64}1 package with a wheel (1 for any machine); not looked at: -e and an address"


def test_requirements_that_name_nothing_prove_nothing(look):
    assert look("wheels", requirements="# nothing\n").verdict is UNKNOWN
    assert look("wheels", requirements="-e .\n").verdict is UNKNOWN


def test_an_index_that_nobody_reaches_is_no_verdict(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        set_up(monkeypatch, f"http://127.0.0.1:{free.getsockname()[1]}/simple")
    found = Look()("wheels", requirements="plain\nsource\nno-such-name")

    assert (found.verdict, found.seen) == (UNKNOWN, f"{ARM64}the index could not be asked about plain")


def test_an_index_in_a_folder_that_is_not_mounted_is_no_verdict(monkeypatch, tmp_path):
    set_up(monkeypatch, (tmp_path / "nowhere" / "simple").as_uri())
    assert Look()("wheels", requirements="plain").verdict is UNKNOWN

    (tmp_path / "simple").mkdir()
    set_up(monkeypatch, (tmp_path / "simple").as_uri())
    assert Look()("wheels", requirements="plain").seen == f"{ARM64}the index lists nothing called plain"


def test_an_index_that_breaks_for_one_name_still_tells_about_others(monkeypatch):
    with serving(laid_out(), broken={"/simple/deep/"}) as url:
        set_up(monkeypatch, url)
        both = Look()("wheels", requirements="source\nplain==2.0")

    assert both.verdict is FAILED
    assert both.seen.endswith("source (only source); the index could not be asked about deep>=1")


def test_a_check_that_takes_too_long_says_so(index, monkeypatch):
    set_up(monkeypatch, index)
    found = Look(settings=plugin().settings(wheel_seconds=0.01))("wheels", requirements="plain")

    assert (found.verdict, found.seen) == (UNKNOWN, f"{ARM64}nobody can tell, since the time of 0.01 s was up")


def test_wheels_cannot_be_given_longer_than_any_check_has():
    with pytest.raises(ValueError, match="less than or equal to 170"):
        plugin().settings(wheel_seconds=SECONDS)


def test_a_demo_asks_no_index():
    found = Look(FakeWorld(stays_here=True))("wheels", requirements="plain")

    assert found.verdict is UNKNOWN
    assert found.seen == "a demo asks nobody else, and the package index is not on this machine"


def test_files_of_a_repository_that_include_each_other_are_read_together(index, monkeypatch):
    set_up(monkeypatch, index)
    files = {
        "requirements/prod.txt": "-r base.txt\n--requirement=../more.txt\n-r gone.txt\nplain==1.0\n",
        "requirements/base.txt": "deep\n-r prod.txt\n",
        "more.txt": "source\n",
    }
    found = {f"repos/a/b/contents/{path}": content(text) for path, text in files.items()}
    look = github({**found, "repos/a/b/contents/requirements/gone.txt": None})
    found = look("wheels", repo="a/b", path="requirements/prod.txt")

    assert found.verdict is FAILED
    assert "requirements/prod.txt in a/b for aarch64" in found.seen
    assert "1 package without a fitting wheel: source" in found.seen
    assert found.seen.endswith("not looked at: requirements/gone.txt, which GitHub does not show")


def test_a_file_that_is_not_there_fails_and_one_that_nobody_shows_does_not():
    missing = {"repos/a/b/contents/requirements.txt": None}

    assert github({**missing, "repos/a/b": {"id": 1}})("wheels", repo="a/b").verdict is FAILED
    assert github({**missing, "repos/a/b": None})("wheels", repo="a/b").verdict is UNKNOWN


@pytest.mark.parametrize("include", ["/etc/passwd", "../../x.txt", "https://evil.test/x.txt", "~/x", "${HOME}/x"])
def test_an_include_that_leads_out_of_the_repository_is_not_followed(include):
    look = pages({f"{API}/repos/a/b/contents/requirements.txt": content(f"-r {include}\n")})
    found = look("wheels", repo="a/b")

    assert found.verdict is UNKNOWN
    assert found.seen.endswith("it holds -r, which cannot be looked at")
    assert len(look.world.said) == 1


name = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,5}", fullmatch=True)
spoilt = st.text(st.sampled_from("-@:/\\ \t$(){}[];#'\"=<>~!.,ab1\n"), max_size=30)


@given(st.lists(name | spoilt, max_size=6))
def test_nothing_that_pip_could_take_for_an_option_or_an_address_is_handed_on(lines):
    for line in requirements.read("\n".join(lines)).lines:
        assert requirements.REQUIREMENT.fullmatch(line)
        assert not line.startswith("-")
        assert not {"@", "/", "\\", "$", "\n", "#", ":"} & set(line)
        assert " -" not in line.partition(";")[0]


@given(st.lists(name, max_size=6, unique_by=str.lower))
def test_plain_names_are_handed_on_as_they_are(names):
    assert requirements.read("\n".join(names)).lines == names


def test_an_older_library_takes_fewer_wheels():
    assert Target(glibc="2.17").tags == ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64")
    assert set(Target(glibc="2.17").tags) < set(Target(glibc="2.28").tags)
    assert Target(glibc="2.5").tags == ("linux_aarch64",)
    assert Target(musl="1.2").tags == ("musllinux_1_2_aarch64", "musllinux_1_1_aarch64")
    assert Target("3.12.4").markers["python_version"] == "3.12"
    assert Target("3.12").markers["python_full_version"] == "3.12.0"


def test_a_machine_without_pip_is_no_verdict():
    log = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'pip'\n"

    assert resolver.Outcome(log, None).trouble == "ModuleNotFoundError: No module named 'pip'"


def test_what_pip_complains_about_is_told_without_addresses_and_paths():
    log = "ERROR: Could not install: https://me:pass@index.test/simple/x in /srv/secret/place refused\n"

    assert resolver.Outcome(log, None).trouble == "Could not install: … in … refused"
