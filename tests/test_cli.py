"""The command line: what is printed where, and how each command ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from processes import PSFBOT, Running, environ, run, shell

from psfbot.cli import Group, main
from psfbot.errors import UserError

SAMPLE = Path(__file__).parent / "sample.yaml"
QUESTION = ("ask", "who", "owns", "docs.python.org")


@pytest.fixture
def cli(monkeypatch, tmp_path):
    """Runs a command in this process, in an empty folder, with the small catalog and nothing else set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PSFBOT_CATALOG", str(SAMPLE))

    def call(*args: str, **environ: str):
        return CliRunner().invoke(main, args, env=environ, prog_name="psfbot")

    return call


def test_an_answer_goes_to_standard_output_and_ends_with_0(cli):
    done = cli(*QUESTION)

    assert done.stdout.startswith("docs.python.org: ask ")
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("question", "outcome", "said"),
    [
        ("who owns dosc.python.org", "not found", "Did you mean docs.python.org?"),
        ("who owns python", "ambiguous", "Which one?"),
        ("incidents", "refused", "psfbot run"),
        ("x" * 3000, "refused", "too long"),
        ("gibberish of the finest kind that nobody meant", "not found", "help"),
    ],
)
def test_a_question_without_an_answer_ends_with_1(cli, question, outcome, said):
    plain, as_json = cli("ask", question), cli("ask", "--json", question)

    assert said in plain.stdout
    assert (plain.exit_code, plain.stderr) == (1, "")
    assert json.loads(as_json.stdout)["outcome"] == outcome
    assert as_json.exit_code == 1


def test_the_answer_as_json_is_whole(cli):
    found = json.loads(cli(*QUESTION, "--json").stdout)

    assert found["outcome"] == "answered"
    assert found["fact"].startswith("docs.python.org: ask ")
    assert found["data"]["service"] == "docs.python.org"


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (("ask",), "TEXT"),
        (("ask", ""), "psfbot ask who owns docs.python.org"),
        (("ask", "  ", "\t"), "psfbot ask who owns docs.python.org"),
        (("ask", "--frobnicate", "x"), "--frobnicate"),
        (("who", "owns", "docs"), "psfbot ask who owns docs"),
        (("frobnicate",), "No such command"),
        (("demo", "--port", "99999"), "65535"),
        (("completion", "tcsh"), "bash"),
        (("try", "pingdom"), "PAYLOAD"),
        ((), "psfbot ask who owns docs.python.org"),
    ],
)
def test_a_wrong_command_ends_with_2_and_says_what_is_right(cli, args, hint):
    done = cli(*args)

    assert hint in done.stderr
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize("args", [(), *((name,) for name in sorted(main.commands))])
def test_every_command_explains_itself(cli, args):
    done = cli(*args, "--help")

    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: psfbot")


def test_the_list_of_commands_cuts_no_sentence_short():
    groups = [main, *(command for command in main.commands.values() if isinstance(command, click.Group))]
    short = {name: c.get_short_help_str(limit=62) for group in groups for name, c in group.commands.items()}

    assert [name for name, said in short.items() if said.endswith("...") or not said] == []


def test_an_unknown_person_is_answered_with_the_nearest_ones(cli):
    done = cli("ask", "--as", "pallard", "whoami")

    assert "I know no person called 'pallard'" in done.stderr
    assert "mdk" in done.stderr
    assert (done.exit_code, done.stdout) == (1, "")


@pytest.mark.parametrize("name", ["mdk", "Julien Palard", "julien palard"])
def test_a_known_person_may_be_asked_as(cli, name):
    assert cli("ask", "--as", name, "whoami").stdout.startswith("You are Julien Palard: ")


UNUSABLE = {
    "missing": None,
    "empty": b"",
    "not YAML": b"services: [",
    "not text": b"\xff\xfe\x00\x01",
    "no map": b"- 1\n- 2\n",
    "a wrong reference": b"services:\n  a.example.org:\n    name: A\n    description: A.\n    lifecycle: production\n"
    b"    owners:\n      - ref: team:nobody\n",
    "deep": b"[" * 50_000,
}


@pytest.mark.parametrize(
    "args", [QUESTION, (*QUESTION, "--json"), ("ask", "--as", "mdk", "whoami"), ("catalog", "check")]
)
@pytest.mark.parametrize("contents", [pytest.param(text, id=name) for name, text in UNUSABLE.items() if text != b""])
def test_an_unusable_catalog_is_told_in_plain_words(cli, tmp_path, contents, args):
    file = tmp_path / "other.yaml"
    if contents is not None:
        file.write_bytes(contents)
    done = cli(*args, PSFBOT_CATALOG=str(file))

    assert f"{file}:" in done.output
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert args[0] == "catalog" or done.stdout == ""


def test_a_folder_is_no_catalog(cli, tmp_path):
    done = cli(*QUESTION, PSFBOT_CATALOG=str(tmp_path))

    assert "this is no file" in done.stderr
    assert done.exit_code == 1


def test_an_empty_catalog_knows_nothing(cli, tmp_path):
    (tmp_path / "other.yaml").write_bytes(b"schema_version: 1\n")

    assert cli("ask", "services", PSFBOT_CATALOG="other.yaml").exit_code in {0, 1}
    assert cli(*QUESTION, PSFBOT_CATALOG="other.yaml").exit_code == 1


def test_a_wrong_setting_is_told_with_a_right_value(cli):
    done = cli(*QUESTION, PSFBOT_PORT="eighty")

    assert done.stderr == "PSFBOT_PORT is 'eighty', but should be a whole number. Try PSFBOT_PORT=8080\n"
    assert (done.exit_code, done.stdout) == (1, "")


def test_a_question_warns_only_of_what_can_be_no_plugins_setting(cli):
    done = cli(*QUESTION, PSFBOT_CATALOGUE="x", PSFBOT_PINGDOM_HOOK_SECRET="x", PSFBOT_RADAR_TOKEN="x")  # noqa: S106

    assert done.stderr == "PSFBOT_CATALOGUE is not a setting that I know. Did you mean PSFBOT_CATALOG?\n"
    assert done.exit_code == 0


def test_a_reader_that_has_enough_hears_no_complaint(tmp_path):
    done = shell(tmp_path, "{ psfbot catalog schema; echo $? >code; } | head -1")

    assert (done.stdout, done.stderr) == (b"{\n", b"")
    assert (tmp_path / "code").read_text("utf-8") in {"0\n", "141\n"}


def test_a_reader_that_is_gone_ends_it_in_silence(tmp_path):
    theirs, ours = os.pipe()
    os.close(theirs)
    child = [*PSFBOT, "ask", "help"]
    done = subprocess.run(  # noqa: S603 - ours
        child, stdin=subprocess.DEVNULL, stdout=ours, stderr=subprocess.PIPE, env=environ(tmp_path), check=False
    )
    os.close(ours)

    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_ends_it_in_silence(tmp_path):
    with Running.start(tmp_path, "console") as bot:
        bot.process.stdin.write(b"whoami\n")
        bot.process.stdin.flush()
        assert bot.process.stdout.readline().startswith(b"You are ")

        code, _ = bot.stop(signal.SIGINT)

    assert (code, bot.log.read_text("utf-8")) == (130, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a file that is always full")
@pytest.mark.parametrize("command", ["ask help", "--help", "settings", "catalog schema"])
def test_a_full_disk_is_told_in_one_line(tmp_path, command):
    done = shell(tmp_path, f"psfbot {command} >/dev/full")

    assert done.stderr == b"I cannot write: No space left on device. Make room, or send the output elsewhere.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_trouble(tmp_path, closed):
    done = shell(tmp_path, f"psfbot {' '.join(QUESTION)} {closed}")

    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_is_written_into_the_database_in_place_of_a_closed_stream(tmp_path):
    url = f"sqlite:///{tmp_path / 'bot.sqlite3'}"
    done = shell(tmp_path, "psfbot db upgrade <&- >&- 2>&-", PSFBOT_DATABASE_URL=url)

    assert done.returncode == 0
    assert (tmp_path / "bot.sqlite3").read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.parametrize(
    "more",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=str,
)
def test_any_locale_will_do(tmp_path, more):
    plain = run(tmp_path, "ask", "who owns Łódź", **more)
    as_json = run(tmp_path, "ask", "--json", "who owns Łódź", **more)

    assert (plain.returncode, plain.stderr) == (1, b"")
    assert plain.stdout.startswith(b"I know no")
    assert "'Łódź'" in json.loads(as_json.stdout)["fact"]


def test_an_argument_that_is_no_text_is_answered_like_any_other(tmp_path):
    done = shell(tmp_path, "psfbot ask who owns \"$(printf 'd\\377cs')\"")

    assert "'d\N{REPLACEMENT CHARACTER}cs'" in done.stdout.decode()
    assert (done.returncode, done.stderr) == (1, b"")


def test_python_dash_m_is_the_same_command(tmp_path):
    assert run(tmp_path, *QUESTION).stdout == shell(tmp_path, f"psfbot {' '.join(QUESTION)}").stdout


def failing(error: Exception) -> Group:
    """A command line whose one command fails so."""

    def fail() -> None:
        raise error

    return Group("psfbot", commands={"fail": click.Command("fail", callback=fail)})


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PermissionError(13, "Permission denied", "a.yaml"), 1, "I cannot use a.yaml: Permission denied. Try `ls -ld"),
        (FileNotFoundError(2, "No such file or directory", "gone"), 1, "I cannot use gone: No such file or directory."),
        (OSError(28, "No space left on device"), 1, "I cannot write: No space left on device."),
        (UserError("What is wrong. What to try."), 1, "What is wrong. What to try.\n"),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=repr,
)
def test_what_goes_wrong_around_psfbot_is_one_line_and_no_traceback(error, code, said):
    done = CliRunner().invoke(failing(error), ["fail"])

    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == (1 if said else 0)
    assert done.exit_code == code
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("error", [OSError(104, "Connection reset by peer"), ValueError("a bug")], ids=repr)
def test_a_bug_is_not_hidden(error):
    assert CliRunner().invoke(failing(error), ["fail"]).exception is error
