"""`psfbot run`, `try`, `replay` and `db upgrade` together, as an operator uses them: processes on one database."""

import json
import signal
import sqlite3
from contextlib import closing

import pytest
from processes import PSFBOT, Running, run, shell

SECRET = {"PSFBOT_PINGDOM_HOOK_SECRET": "sesame-open-wide"}


@pytest.fixture
def given(tmp_path):
    """The settings of an installation: one SQLite file, any free port, one sender."""
    return {"PSFBOT_DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}", "PSFBOT_PORT": "0", **SECRET}


@pytest.fixture
def bot(tmp_path, given):
    with Running.start(tmp_path, "run", **given) as running:
        yield running.listening()


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """A bot that several tests share, because nothing that they do changes what it keeps."""
    home = tmp_path_factory.mktemp("idle")
    with Running.start(home, "run", PSFBOT_PORT="0", **SECRET) as running:
        yield running.listening()


def try_(home, bot, *args, **more):
    done = run(home, "try", *args, "--url", bot.url, **(SECRET | more))
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_a_webhook_goes_all_the_way(tmp_path, bot):
    assert bot.get("/readyz")[0] == 200
    assert bot.get("/healthz")[0] == 200
    assert bot.incidents() == []

    assert try_(tmp_path, bot, "pingdom", "http_down") == (0, "202: taken.\n")
    bot.wait_for("/api/v1/incidents", '"open"')
    found = bot.incidents()[0]

    assert (found["number"], found["subject"], found["state"]) == (1, "docs.python.org", "open")
    assert [alert["source"] for alert in found["alerts"]] == ["pingdom"]

    assert try_(tmp_path, bot, "pingdom", "http_up.json")[0] == 0
    bot.wait_for("/api/v1/incidents?state=all", '"resolved"')


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order_when_told_to(bot, how):
    code, seconds = bot.stop(how)

    assert code == 0
    assert seconds < 10
    assert "web server stopped" in bot.log.read_text("utf-8")
    assert "Traceback" not in bot.log.read_text("utf-8")


def test_it_says_at_its_start_what_it_does_not_do(tmp_path, given):
    odd = {"PSFBOT_IRC_HOTS": "x", "PSFBOT_PINGDOM_HOOK_SECRT": "x", "PSFBOT_PLUGINS": "pingdom,radar"}
    with Running.start(tmp_path, "run", **given, **odd) as bot:
        bot.listening()
        log = bot.log.read_text("utf-8")

    assert "Did you mean PSFBOT_IRC_HOST?" in log
    assert "Did you mean PSFBOT_PINGDOM_HOOK_SECRET?" in log
    assert "no chat platform is on" in log
    assert "no plugin of this name is installed" in log
    assert log.count("setting not read") == 2


LOGGED = """
from psfbot.app import start
from psfbot.app.starting import log, set_up_logs
set_up_logs(start(), "info")
log.info("told", said="the words are sesame-open-wide, and old-one, and irc-word")
"""


def test_the_log_knows_the_plugins_secrets_too(tmp_path):
    (tmp_path / "logged.py").write_text(LOGGED, encoding="utf-8")
    more = {"PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": "new-one,old-one", "PSFBOT_IRC_PASSWORD": "irc-word"}
    done = shell(tmp_path, f"{PSFBOT[0]} logged.py", **SECRET, **more)

    assert "the words are (hidden), and (hidden), and (hidden)" in done.stderr.decode()


def test_no_log_line_shows_a_secret(tmp_path, given):
    with Running.start(tmp_path, "run", **given, PSFBOT_LOG_LEVEL="debug") as bot:
        bot.listening()
        bot.get("/hooks/pingdom/sesame-open-wide?sesame-open-wide=1")
        bot.get("/sesame-open-wide")
        try_(tmp_path, bot, "pingdom", "http_down")
        bot.wait_for("/api/v1/incidents", '"open"')
        bot.stop()

    assert "sesame-open-wide" not in bot.log.read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "more", "says"),
    [
        (("pingdom", "http_down"), {"PSFBOT_PINGDOM_HOOK_SECRET": "another"}, "404: refused: "),
        (("pingdom", "http_down"), {"PSFBOT_PINGDOM_HOOK_SECRET": ""}, "PSFBOT_PINGDOM_HOOK_SECRET, which is not set"),
        (("pagerduty", "x"), {}, "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS, which is not set here."),
        (("pingdom", "http_dwn"), {}, "pingdom has no recorded webhook 'http_dwn'. There are: "),
        (("radar", "ping"), {}, "No plugin 'radar' takes webhooks. There are: "),
    ],
)
def test_a_webhook_that_is_not_taken_is_explained(tmp_path, idle, args, more, says):
    code, said = try_(tmp_path, idle, *args, **more)

    assert says in said
    assert code == 1


def test_nobody_listening_is_told(tmp_path):
    done = run(tmp_path, "try", "pingdom", "http_down", "--url", "http://127.0.0.1:9", **SECRET)
    unknown = run(tmp_path, "try", "pingdom", "http_down", PSFBOT_PORT="0", **SECRET)

    assert done.stderr.decode().startswith("Nobody answered at http://127.0.0.1:9 ")
    assert unknown.stderr.decode().startswith("PSFBOT_PORT is 0, so I cannot tell where the bot listens.")
    assert (done.returncode, unknown.returncode) == (1, 1)


def test_the_bot_is_found_by_its_own_settings(tmp_path, bot):
    done = run(tmp_path, "try", "pingdom", "http_down", PSFBOT_PORT=str(bot.port), PSFBOT_HOST="0.0.0.0", **SECRET)  # noqa: S104

    assert (done.returncode, done.stdout) == (0, b"202: taken.\n")


def test_a_file_of_ones_own_can_be_posted_and_what_cannot_be_read_waits_for_a_second_look(tmp_path, bot, given):
    (tmp_path / "odd.json").write_text('{"check_id": 1}', encoding="utf-8")
    assert try_(tmp_path, bot, "pingdom", str(tmp_path / "odd.json"))[0] == 0
    bot.wait_for("/metrics", 'psfbot_letters_total{fate="quarantined"} 1.0')
    listed = run(tmp_path, "replay", "--list", **given)
    again = run(tmp_path, "replay", **given)
    bot.wait_for("/metrics", 'psfbot_letters_total{fate="quarantined"} 2.0')
    other = [run(tmp_path, "replay", *args, **given) for args in (("1",), ("--since", "1h"), ("--since", "2099-01-01"))]

    assert listed.stdout.decode().startswith("1  20")
    assert "  pingdom  " in listed.stdout.decode()
    assert again.stdout == b"1 webhook will be read again by the running bot.\n"
    assert [done.stdout for done in other] == [again.stdout, again.stdout, b"There is nothing to read again.\n"]


def test_replaying_what_was_told_tells_nobody_twice(tmp_path, bot, given):
    try_(tmp_path, bot, "pingdom", "http_down")
    bot.wait_for("/metrics", 'psfbot_letters_total{fate="done"} 1.0')
    run(tmp_path, "replay", "1", **given)
    bot.wait_for("/metrics", 'psfbot_letters_total{fate="done"} 2.0')
    found = bot.incidents()

    assert [(one["number"], one["repeats"], len(one["alerts"])) for one in found] == [(1, 0, 1)]


def test_a_replay_of_nothing_is_explained(tmp_path, given):
    run(tmp_path, "db", "upgrade", **given)
    asked = [("99",), ("1", "--since", "2h"), ("--since", "yesterday")]
    done = [run(tmp_path, "replay", *args, **given) for args in asked]

    assert [one.stderr.decode().partition(".")[0] for one in done] == [
        "No webhook has the number 99",
        "Name numbers or a time, not both",
        "'yesterday' is no time",
    ]
    assert [one.returncode for one in done] == [1, 1, 1]


def test_a_database_is_made_by_upgrade_and_never_by_replay(tmp_path, given):
    before = run(tmp_path, "replay", **given)
    made = [run(tmp_path, "db", "upgrade", **given) for _ in range(2)]
    after = run(tmp_path, "replay", "--list", **given)

    assert before.stderr.decode().startswith("There is no database at ")
    assert before.returncode == 1
    assert [(done.returncode, done.stdout.decode().endswith(" is up to date.\n")) for done in made] == [(0, True)] * 2
    assert (after.returncode, after.stdout) == (0, b"Nothing is in quarantine.\n")
    with closing(sqlite3.connect(tmp_path / "bot.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_second_bot_on_the_same_database_waits_its_turn(tmp_path, bot, given):
    with Running.start(tmp_path, "run", name="second", **given) as second:
        second.listening()

        assert "psfbot_leader 1.0" in bot.get("/metrics")[1]
        assert "psfbot_leader 0.0" in second.get("/metrics")[1]
        assert second.get("/readyz")[0] == 200
        assert "leads=False" in second.log.read_text("utf-8")

        talked = run(tmp_path, "demo", "--port", "0", stdin=b"incidents\n", **(given | {"PSFBOT_PORT": "0"}))
        assert talked.stderr.startswith(b"Another psfbot leads on this database: ")
        assert talked.stdout == b"Nothing is down that I was told of.\n"

        assert try_(tmp_path, second, "pingdom", "http_down")[0] == 0
        second.wait_for("/api/v1/incidents", '"open"')
        bot.stop()
        second.wait_for("/metrics", "psfbot_leader 1.0")


def test_a_port_in_use_is_told(tmp_path, idle, given):
    done = run(tmp_path, "run", **(given | {"PSFBOT_PORT": str(idle.port)}))

    assert f"I cannot listen on 127.0.0.1, port {idle.port}: Address already in use." in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"PSFBOT_CATALOG": "none.yaml"}, "none.yaml:1:1: there is no such file"),
        ({"PSFBOT_DATABASE_URL": "mysql://x"}, "PSFBOT_DATABASE_URL is no database that psfbot knows."),
        ({"PSFBOT_DATABASE_URL": "sqlite:////proc/nowhere/x"}, "/proc/nowhere/x"),
        ({"PSFBOT_PINGDOM_HOOK_SECRET_FILE": "/nowhere"}, "Both PSFBOT_PINGDOM_HOOK_SECRET and"),
        ({"PSFBOT_LOG_LEVEL": "loud"}, "PSFBOT_LOG_LEVEL is 'loud', but should be "),
    ],
)
def test_a_bot_that_cannot_run_says_why_and_leaves_nothing(tmp_path, given, more, says):
    done = run(tmp_path, "run", **(given | more))

    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    assert not (tmp_path / "bot.sqlite3").exists()


def test_without_a_database_set_there_is_a_file_in_the_working_folder(idle):
    assert json.loads(idle.get("/api/v1/incidents?limit=1")[1]) == {"incidents": [], "next": None}
    assert (idle.log.parent / "psfbot.sqlite3").exists()
