"""Whoever tries an alert hears what became of it, and a postmortem begins with one command."""

import pytest
from processes import Running, run

SECRET = {"PSFBOT_PINGDOM_HOOK_SECRET": "sesame-open-wide"}


def said(tmp_path, *lines):
    done = run(tmp_path, "demo", "--port", "0", stdin="\n".join(lines).encode())

    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_a_webhook_that_nobody_understands_is_not_only_taken(tmp_path):
    first, listed, *_ = said(tmp_path, "try generic misspelt", "letters")

    assert first.startswith("generic misspelt: taken, but not understood: state: Input should be 'firing', ")
    assert first.endswith("once that is mended, `psfbot replay 1` reads it again.")
    assert listed.startswith("1 webhook was taken but not understood")


def test_an_alert_that_a_silence_keeps_back_says_so_wherever_one_looks(tmp_path):
    lines = said(tmp_path, "mute docs 2h because x", "try pingdom http_down", "incidents", "incident 1", "is docs down")

    assert lines[1].startswith("pingdom http_down: taken, but told nobody: silenced (silence 1 by ")
    assert sum("ilenced until" in line and " by " in line for line in lines[2:]) == 3
    assert not [line for line in lines if line.startswith("* DOWN")]


@pytest.fixture
def given(tmp_path):
    return {"PSFBOT_DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}", "PSFBOT_PORT": "0", **SECRET}


def test_a_postmortem_is_printed_beside_the_running_bot(tmp_path, given):
    with Running.start(tmp_path, "run", **given) as started:
        bot = started.listening()
        run(tmp_path, "try", "pingdom", "http_down", "--url", bot.url, **SECRET)
        bot.wait_for("/api/v1/incidents", '"open"')
        page, none, wrong = (run(tmp_path, "postmortem", number, **given) for number in ("1", "7", "x"))

    assert page.returncode == 0
    assert page.stdout.decode().startswith("# Incident 1: docs.python.org\n- What: docs.python.org HTTP is down\n")
    assert "\n\n## Timeline (UTC)\n- 20" in page.stdout.decode()
    assert (none.returncode, none.stderr) == (1, b"There is no incident #7. `incidents` lists the open ones.\n")
    assert wrong.returncode == 2


def test_a_postmortem_makes_no_database(tmp_path, given):
    done = run(tmp_path, "postmortem", "1", **given)

    assert done.returncode == 1
    assert not (tmp_path / "bot.sqlite3").exists()
