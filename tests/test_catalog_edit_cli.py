"""`psfbot catalog set` and its sisters: they change the file, or show how, and never leave it half written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from psfbot.catalog.file import load
from psfbot.cli import editing, main
from psfbot.errors import UserError

SAMPLE = Path(__file__).parent / "sample.yaml"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_bytes(SAMPLE.read_bytes())
    return path


@pytest.fixture
def cli(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)
    return lambda *args: CliRunner().invoke(main, ["catalog", *map(str, args)], prog_name="psfbot")


def test_a_dry_run_prints_a_unified_diff_of_one_line_and_writes_nothing(cli, file):
    done = cli("set", "docs.python.org", "description", "The manuals", "--dry-run", file)

    assert done.exit_code == 0
    assert [line for line in done.stdout.splitlines() if line[0] in "+-"] == [
        "--- a/catalog.yaml",
        "+++ b/catalog.yaml",
        "-    description: Builds and serves the documentation of CPython.",
        "+    description: The manuals",
    ]
    assert file.read_bytes() == SAMPLE.read_bytes()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("set", "docs", "tier", "3"), "docs.python.org: tier: 1 -> 3"),
        (("add", "docs", "alias", "manuals"), "docs.python.org: alias added: manuals"),
        (("remove", "docs", "alias", "--value", "documentation"), "docs.python.org: alias removed: documentation"),
        (("rename", "mdk", "julien", "--kind", "person"), "person mdk: renamed to julien"),
        (("retire", "hg.python.org", "--because", "moved"), "hg.python.org: lifecycle: archive -> retired"),
        (("stamp", "docs.python.org", "--by", "Julien Palard"), "docs.python.org: verified "),
        (("stamp", "docs.python.org", "--field", "owner", "--by", "mdk"), "docs.python.org: owners verified "),
        (("delete", "hg.python.org"), "hg.python.org: service removed"),
    ],
)
def test_a_change_is_written_and_told_in_words(cli, file, command, words):
    done = cli(*command, file)

    assert (done.exit_code, done.stderr) == (0, f"{file}: written.\n")
    assert done.stdout.startswith(words)
    assert file.read_bytes() != SAMPLE.read_bytes()
    assert cli("check", file).exit_code == 0


def test_a_new_service_is_made_of_a_few_answers(cli, file):
    done = cli("new", "play.python.org", "description=Try it.", "owner=mdk", "--by", "mdk", "--file", file)

    assert done.stdout == "play.python.org: new service (Try it; production; primary owner person mdk)\n"
    assert cli("new", "x", "description", "--file", file).stderr == (
        "x: write each field as FIELD=VALUE, such as owner=mdk.\n"
    )


def test_who_says_so_and_why_is_noted(cli, file):
    cli("set", "docs", "tier", "3", "--by", "mdk", "--because", "the vote", file)

    assert "by: person:mdk, note: the vote}" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("set", "docs", "tier", "9"), "docs.python.org: tier cannot be '9': write 1, 2, 3, 4 or unknown.\n"),
        (("set", "docs", "tier", "3", "--by", "mkd"), "I know no person called 'mkd'. Did you mean person:mdk?\n"),
        (("delete", "team:infra"), "team infra is still named by "),
    ],
)
def test_what_is_refused_leaves_the_file_alone(cli, file, command, words):
    done = cli(*command, file)

    assert done.exit_code == 1
    assert done.stderr.startswith(words)
    assert file.read_bytes() == SAMPLE.read_bytes()


def test_permissions_and_a_link_stay(cli, file, tmp_path):
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    cli("set", "docs", "tier", "3", link)

    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["catalog.yaml", "link.yaml"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(file):
    file.write_bytes(b"of somebody else")
    with pytest.raises(UserError, match="somebody changed the file in the meantime"):
        editing.write(file, "as I read it", "new")

    assert file.read_bytes() == b"of somebody else"
    assert [one.name for one in file.parent.iterdir()] == ["catalog.yaml"]


def test_two_files_are_compared_in_words(cli, file, tmp_path):
    newer = tmp_path / "newer.yaml"
    newer.write_text(file.read_text("utf-8").replace("tier: 1\n    owners", "tier: 2\n    owners", 1), "utf-8")

    assert cli("diff", file, newer).stdout == "docs.python.org: tier: 1 -> 2\n"
    assert cli("diff", file, newer, "--format", "markdown").stdout == "- **docs.python.org**: tier: 1 -> 2\n"
    assert cli("diff", file, file).stdout == "No difference.\n"


def test_a_file_is_compared_with_a_version_that_git_knows(cli, file):
    git = ["git", "-C", str(file.parent), "-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for args in (["init", "-q"], ["add", "catalog.yaml"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *args], check=True)  # noqa: S603 - it is our own list
    cli("set", "docs", "tier", "3", file)

    assert cli("diff", "HEAD", file).stdout == "docs.python.org: tier: 1 -> 3\n"
    assert "git has no such version of catalog.yaml" in cli("diff", "nowhere", file).stderr


def test_a_file_in_another_encoding_is_refused(cli, file):
    file.write_bytes(b"schema_version: 1\nsources: {a: {title: \xe9}}\n")

    assert "this is not UTF-8" in cli("set", "docs", "tier", "3", file).stderr


def test_a_file_that_may_only_be_read_is_left_alone(cli, file):
    file.chmod(0o444)
    done = cli("set", "docs", "tier", "3", file)

    assert done.exit_code == 1
    assert "may only be read" in str(done.exception) + done.output
    assert file.read_bytes() == SAMPLE.read_bytes()


@pytest.mark.parametrize("words", [("documentation",), ("--value", "documentation")])
def test_what_to_take_out_is_said_with_or_without_its_option(cli, file, words):
    assert cli("remove", "docs", "alias", *words, file).stdout == "docs.python.org: alias removed: documentation\n"


def test_only_one_thing_is_taken_out_at_a_time(cli, file):
    done = cli("remove", "docs", "alias", "documentation", "manual", file)

    assert done.exit_code == 1
    assert "you named documentation and manual" in str(done.exception) + done.output
    assert file.read_bytes() == SAMPLE.read_bytes()


def test_a_new_record_takes_the_file_as_its_last_word_as_all_others_do(cli, file):
    done = cli("new", "zz.python.org", "description=Invented.", "owner=mdk", file)

    assert done.stdout == "zz.python.org: new service (Invented; production; primary owner person mdk)\n"
    assert b"zz.python.org" in file.read_bytes()


def test_the_owner_of_the_file_stays(cli, file):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(file, 65534, 65534)
    cli("set", "docs", "tier", "3", file)

    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65534)


def test_of_several_at_the_same_moment_each_is_written_whole_or_refused(file):
    running = [
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "psfbot", "catalog", "add", "docs", "alias", f"other{number}", str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(4)
    ]  # fmt: skip
    said = [(*one.communicate(), one.returncode) for one in running]
    written = [out.split()[-1] for out, _, code in said if code == 0]

    assert written
    assert all("somebody changed the file in the meantime" in err for _, err, code in said if code)
    assert {one for one in load(file).catalog.services["docs.python.org"].aliases if one.startswith("other")} == {
        *written
    }


def test_a_difference_as_markdown_shows_what_somebody_wrote_and_obeys_none_of_it(cli, file, tmp_path):
    other = tmp_path / "other.yaml"
    text = file.read_text("utf-8").replace("Builds and serves", '"<b>@all</b> [x](http://x.example) #1')
    other.write_text(text.replace("documentation of CPython.", 'documentation."'), "utf-8")
    told = cli("diff", file, other, "--format", "markdown").stdout

    assert " -> \\<b\\>@<!-- -->all\\</b\\> \\[x\\](http://x.example) \\#<!-- -->1" in told
