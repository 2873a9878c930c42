"""`psfbot demo`: the whole bot on one terminal, with no token and no server; a newcomer's first minute."""

import re
import signal
import socket
import sqlite3
from itertools import zip_longest
from pathlib import Path
from time import monotonic

import pytest
from processes import CATALOG, PATIENCE, Running, run, shell

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse

QUESTIONS = b"who owns docs.python.org?\nwhat runs on heroku\nwhat is in ams1\n"
STORY = "try pingdom http_down\nincidents\nack 1\ntry pingdom http_up\ntimeline 1\nwhy 1\n"
AT = r"\d\d:\d\d UTC "
TOLD = [  # the shape of each line; its words may become better ones
    r"\* DOWN #1 docs\.python\.org: .*HTTP is down · on .+ · ask .+",
    r"pingdom http_down: taken\.",
    r"1 open incident\.",
    r"#1 docs\.python\.org \(open .+HTTP is down\)",
    r"#1 docs\.python\.org: acknowledged by tester\.",
    r"\* ACKED #1 docs\.python\.org by tester.*",
    r"\* UP #1 docs\.python\.org again.*acked by tester",
    r"pingdom http_up: taken\.",
    r"#1 docs\.python\.org: resolved.*\.",
    rf"{AT}opened by pingdom: .*HTTP is down",
    rf"{AT}told.*: .*console here",
    rf"{AT}acknowledged by tester",
    rf"{AT}told.*: .*console here",
    rf"{AT}resolved by pingdom: .*HTTP is up again",
    rf"{AT}told.*: .*console here",
    r"#1 docs\.python\.org: 6 decisions\.",
    rf"{AT}opened: pingdom .+ docs\.python\.org.*",
    rf"{AT}told.*: console here.*",
    rf"{AT}acknowledged: .*console.*",
    rf"{AT}told.*: console here.*",
    rf"{AT}resolved: pingdom .+ docs\.python\.org.*",
    rf"{AT}told.*: console here.*",
]


@pytest.fixture(scope="module")
def book():
    loaded = load_or_refuse(CATALOG)
    assert loaded.catalog
    return Book.of(loaded.catalog)


def left_behind(home: Path) -> list[str]:
    """What a demo should have taken away with it."""
    return [path.name for path in home.iterdir() if path.name.startswith("psfbot-")]


def test_three_questions_from_a_pipe_get_three_right_answers(tmp_path, book):
    done = run(tmp_path, "demo", "--port", "0", stdin=QUESTIONS)
    facts = [line for line in done.stdout.decode().splitlines() if not re.match(r"Source|Reach|It runs|Note", line)]
    primary = next(owner for owner in book.catalog.services["docs.python.org"].owners if owner.role == "primary")
    runs = book.catalog.services
    heroku = [name for name, one in runs.items() if any(h.provider == "heroku" for h in one.hosted("origin"))]
    ams1 = [name for name, one in runs.items() if any(h.region == "ams1" for h in one.hosted("origin"))]

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(facts) == 3
    assert book.catalog.people[primary.ref.partition(":")[2]].name in facts[0]
    assert [name for name in heroku if name not in facts[1]] == []
    assert [name for name in ams1 if name not in facts[2]] == []
    assert heroku
    assert ams1
    assert left_behind(tmp_path) == []


def test_an_incident_is_told_as_a_story(tmp_path):
    done = run(tmp_path, "demo", "--port", "0", stdin=STORY.encode())
    said = done.stdout.decode().splitlines()
    lines = [line for line in said if not line.startswith("  ")]  # what stands below a notice supports it

    assert (done.returncode, done.stderr) == (0, b"")
    assert [line for line in said if line.startswith("  On call: ")]
    for by_itself in (True, False):  # what the bot tells by itself may come before the answer or after it
        told = [line for line in lines if line.startswith("* ") is by_itself]
        shapes = [shape for shape in TOLD if shape.startswith(r"\* ") is by_itself]
        assert [line for line, shape in zip_longest(told, shapes, fillvalue="") if not re.fullmatch(shape, line)] == []


@pytest.mark.parametrize(
    ("script", "first"),
    [
        ("psfbot demo --port 0 <&-", ""),
        ("psfbot demo --port 0 </dev/null", ""),
        ("head -c 1000000 /dev/zero | tr '\\0' x | psfbot demo --port 0", "That is too long to be a question."),
        ("{ head -c 1000000 /dev/zero | tr '\\0' x; echo; echo whoami; } | psfbot demo --port 0", "That is too long"),
        ("printf '\\377\\376 \\033[2J\\000\\nwhoami\\n' | psfbot demo --port 0", "I know nothing called '\ufffd\ufffd"),
        ("yes '' | head -c 100000 | psfbot demo --port 0", ""),
        ("printf 'quit\\nwhoami\\n' | psfbot demo --port 0", ""),
    ],
)
def test_whatever_comes_in_is_answered_and_it_ends_with_0(tmp_path, script, first):
    done = shell(tmp_path, script)
    lines = done.stdout.decode().splitlines()

    assert (done.returncode, done.stderr) == (0, b"")
    assert (lines or [""])[0].startswith(first)
    assert len(lines) == (0 if not first else 2 if "whoami" in script else 1)
    assert "\x1b" not in done.stdout.decode()
    assert left_behind(tmp_path) == []


@pytest.fixture
def busy():
    """The usual port, taken: by this test, or by somebody else already."""
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        except OSError:
            pass
        yield 8080


def test_the_usual_port_being_taken_is_told_and_another_one_is_used(tmp_path, busy):
    done = run(tmp_path, "demo", stdin=STORY.encode())

    assert re.fullmatch(
        rf"Port {busy} is taken, so psfbot listens on http://127\.0\.0\.1:\d+/ instead; `--port` picks another\.\n",
        done.stderr.decode(),
    )
    assert b"pingdom http_down: taken." in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(("args", "more"), [(("--port", "8080"), {}), ((), {"PSFBOT_PORT": "8080"})])
def test_a_port_that_was_asked_for_is_not_changed(tmp_path, busy, args, more):
    done = run(tmp_path, "demo", *args, stdin=b"whoami\n", **more)

    assert done.stderr.decode().startswith(f"I cannot listen on 127.0.0.1, port {busy}: Address already in use.")
    assert (done.returncode, done.stdout) == (1, b"")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_soon_when_told_to_though_its_input_does_not(tmp_path, how):
    with Running.start(tmp_path, "demo", "--port", "0") as bot:
        bot.process.stdin.write(b"whoami\n")
        bot.process.stdin.flush()
        first = bot.process.stdout.readline()
        code, seconds = bot.stop(how)

    assert first.startswith(b"You are tester: admin")
    assert (code, bot.log.read_text("utf-8")) == (0, "")
    assert seconds < 10
    assert left_behind(tmp_path) == []


def test_a_reader_that_has_enough_ends_it_in_silence(tmp_path):
    done = shell(tmp_path, "yes whoami | psfbot demo --port 0 | head -1")

    assert done.stdout.startswith(b"You are tester: admin")
    assert done.stderr == b""
    assert left_behind(tmp_path) == []


def test_a_database_that_is_set_is_used_and_kept(tmp_path):
    file = tmp_path / "kept.sqlite3"
    url = {"PSFBOT_DATABASE_URL": f"sqlite:///{file}"}
    first = run(tmp_path, "demo", "--port", "0", stdin=b"try pingdom http_down\n", **url)
    second = run(tmp_path, "demo", "--port", "0", stdin=b"incidents\n", **url)

    assert b"* DOWN #1 docs.python.org" in first.stdout
    assert second.stdout.startswith(b"1 open incident.")
    assert file.exists()
    with sqlite3.connect(file) as db:
        assert db.execute("SELECT count(*) FROM inbox").fetchone() == (1,)
    db.close()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"PSFBOT_DATABASE_URL": "mysql://x"}, "PSFBOT_DATABASE_URL is no database that psfbot knows."),
        ({"PSFBOT_IRC_PORT": "many"}, "PSFBOT_IRC_PORT is 'many', but should be a whole number."),
        ({"PSFBOT_CATALOG": "none.yaml"}, "none.yaml has 1 error:"),
        ({"TMPDIR": "nowhere", "PSFBOT_IRC_HOTS": "x"}, "PSFBOT_IRC_HOTS is not a setting that I know."),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(tmp_path, more, says):
    done = run(tmp_path, "demo", "--port", "0", **more)

    assert done.stderr.decode().startswith(says)
    assert b"Traceback" not in done.stderr


def test_it_is_quick_enough_for_a_newcomers_patience(tmp_path):
    """A few seconds at most, on a busy machine; on a quiet one it takes about one and a half."""
    begun = monotonic()
    done = run(tmp_path, "demo", "--port", "0", stdin=QUESTIONS)

    assert done.returncode == 0
    assert monotonic() - begun < PATIENCE / 3


def test_a_plugin_that_does_not_load_is_told_and_does_not_stop_it(tmp_path):
    folder = tmp_path / "more" / "broken"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('no fuel')\n", encoding="utf-8")
    done = run(tmp_path, "demo", "--port", "0", stdin=b"whoami\n", PSFBOT_PLUGIN_DIRS=str(folder.parent))

    assert done.stderr == b"broken: failed to load (RuntimeError: no fuel)\n"
    assert done.stdout.startswith(b"You are tester: admin")
    assert done.returncode == 0
