"""The Arm64 checklist as a new user walks it in a demo: a real check, a gate, a restart, the change at its end."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from processes import CATALOG, run

FIRST = """\
checklist start arm64 www.python.org
done 1.1 all have wheels
done 1.1 listed by hand anyway because this machine reaches no package index
done 1.8 https://example.org/graph
skip 1.2 because it runs on 3.12 already
skip 1.3 because the image is built for both
"""
SECOND = """\
checklist 1
skip 1.4 because it is a demo
done 1.5 no worse
done 1.6 the nodes are there
skip 1.7 because there is no Terraform here
check 1.8
done 1.8 https://example.org/graph
skip 1.9 because nothing drains here
done 1.10 it is gone anyway because nobody waits seven days for a test
confirm 1.10
confirm 1.10 anyway because I am alone here
done 1.11 the images are aligned
"""


class Page(BaseHTTPRequestHandler):
    """Answers 200 to whatever is asked."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *said: object) -> None:
        """Keep quiet."""


@contextmanager
def service() -> Iterator[int]:
    """A test service on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_the_arm64_checklist_is_walked_in_a_demo_over_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    with service() as port:
        more = {"PSFBOT_DATABASE_URL": url, "PSFBOT_CHECKS_CONNECT_TO": f"www.python.org=http://127.0.0.1:{port}"}
        lives = [run(tmp_path, "demo", "--port", "0", stdin=said.encode(), **more) for said in (FIRST, SECOND)]
    first, second = (life.stdout.decode().splitlines() for life in lives)
    patch = run(tmp_path, "checklist", "patch", "1", PSFBOT_DATABASE_URL=url).stdout

    assert [life.returncode for life in lives] == [0, 0]
    assert first[0] == "Started. Checklist 1, arm64 for www.python.org: 0 of 11 done; next: 1.1."
    assert any(line.startswith("1.1 could not be checked, because") for line in first)
    assert any(line.startswith("1.1 is done: listed by hand. Past a gate (1.1 could not be checked") for line in first)
    assert any(line.startswith("1.8 waits for 1.5 (") for line in first)
    assert second[0] == "Checklist 1, arm64 for www.python.org: 3 of 11 done; next: 1.4."
    assert any(line.startswith("1.8 check passed at ") and "answered 200" in line for line in second)
    assert any("you, tester, were the first: somebody else says: confirm 1.10." in line for line in second)
    assert "Checklist 1 is finished, 11 of 11." in second
    assert "It changes the catalog: www.python.org: origin architecture: unknown -> arm64." in second
    (tmp_path / "catalog.yaml").write_bytes(CATALOG.read_bytes())
    subprocess.run(["git", "apply", "-"], input=patch, cwd=tmp_path, check=True, capture_output=True)  # noqa: S607
    assert (tmp_path / "catalog.yaml").read_text().count("architecture: arm64") == (
        CATALOG.read_text().count("architecture: arm64") + 1
    )
