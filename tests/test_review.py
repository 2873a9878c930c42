"""A review shows new faults alone, what changed, what hangs on it and what it does to the scores, as plain text."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from psfbot.catalog import diff
from psfbot.catalog.file import read
from psfbot.catalog.finding import Finding
from psfbot.catalog.review import LONGEST, MARK, as_markdown, reviewed
from psfbot.catalog.since import new_since
from psfbot.cli import main

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)
DOCS = "  docs.python.org:\n"
FAULTY = SAMPLE.replace("lifecycle: production", "lifecycle: productive", 1)


def changed(old: str, new: str, text: str = SAMPLE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def page(after: str, before: str = SAMPLE) -> str:
    return as_markdown(reviewed(read(before, "catalog.yaml", TODAY), read(after, "catalog.yaml", TODAY), TODAY))


def finding(line: int = 1, message: str = "wrong", path: str = "services/a/tier", rule: str = "form") -> Finding:
    return Finding("catalog.yaml", line, 1, message, rule, path=path)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ([], [finding()], 1),
        ([finding(1)], [finding(90)], 0),
        ([finding(path="services/a/owners/0/ref")], [finding(path="services/a/owners/3/ref")], 0),
        ([finding()], [finding(), finding(2)], 1),
        ([finding(path="services/b/tier")], [finding()], 1),
        ([finding(rule="other")], [finding()], 1),
        ([finding(message="twice (lines 3 and 8)")], [finding(message="twice (lines 30 and 80)")], 0),
        ([finding(), finding(2)], [], 0),
    ],
)
def test_a_finding_is_new_by_what_it_says_and_of_which_record_not_by_its_line(before, after, new):
    assert len(new_since(before, after)) == new


def test_no_change_has_nothing_to_show():
    assert page(SAMPLE) == f"{MARK}\n\n### Catalog review: no new faults; no changes\n"


def test_a_change_is_told_in_words_with_what_hangs_on_it_and_the_scores():
    said = page(changed("    lifecycle: production\n    tier: 1\n", "    lifecycle: production\n    tier: 2\n"))

    assert "### Catalog review: no new faults; 1 change\n" in said
    assert "  docs.python.org: tier: 1 -> 2\n" in said
    assert "**What hangs on it**\n\n~~~~text\n  docs.python.org: " in said
    assert "owners: Julien Palard" in said
    assert "Scorecard" not in said


def test_the_scorecard_is_told_where_it_moves():
    said = page(changed("architecture: unknown", "architecture: arm64"))

    assert "**Scorecard**" in said
    assert "keeps architecture-known now" in said


def test_a_new_fault_is_named_and_blocks():
    found = reviewed(read(SAMPLE, "catalog.yaml", TODAY), read(FAULTY, "catalog.yaml", TODAY), TODAY)

    assert found.blocks
    assert "The new catalog has errors, so it cannot be compared." in as_markdown(found)
    assert 'did you mean "production"?' in as_markdown(found)


def test_a_fault_that_was_there_before_stands_in_nobodys_way():
    moved = "# one line more\n" + FAULTY
    found = reviewed(read(FAULTY, "catalog.yaml", TODAY), read(moved, "catalog.yaml", TODAY), TODAY)

    assert (found.blocks, found.fresh, found.old) == (False, (), 1)
    assert "no new faults (1 was there before)" in as_markdown(found)


def test_a_removed_service_still_shows_what_hung_on_it():
    before = changed(
        DOCS, "  extra.example.org:\n    name: Extra\n    description: More.\n    lifecycle: production\n" + DOCS
    )

    assert "  extra.example.org: nothing else hangs on it; owners: nobody is named as owner\n" in page(SAMPLE, before)


@pytest.mark.parametrize(
    "hostile",
    ["~~~~", "</details><script>alert(1)</script>", "@python/core [x](https://evil.example/)", "```", "<!-- x -->"],
)
def test_nothing_that_a_catalog_says_leaves_its_fence(hostile):
    after = changed("description: Builds and serves the documentation of CPython.", f"description: '{hostile}'")
    said = page(after)
    inside, outside = False, []
    for line in said.splitlines():
        if line in {"~~~~text", "~~~~"}:
            inside = line == "~~~~text"
        elif not inside:
            outside.append(line)

    assert hostile not in "\n".join(outside).replace(MARK, "")
    assert hostile in said


@pytest.mark.parametrize("end", ["\\n", "\\r", "\\N", "\\L", "\\v"])
@pytest.mark.parametrize("id_", ["loadbalancer:", "fastly:", "postmasters:"])
def test_an_id_of_several_lines_leaves_no_fence_either(id_, end):
    said = page(changed(f"\n  {id_}\n", f'\n  "{id_[:-1]}{end}~~~~{end}@python/core":\n'))
    lines = said.splitlines()
    inside = lines[lines.index("~~~~text") + 1 : -1]

    assert "@python/core" in said
    assert [line for line in inside if not line.startswith("  catalog.yaml:")] == []
    assert lines[-1] == "~~~~"


def test_a_long_review_is_cut_and_says_so():
    more = "".join(
        f"  x{n}.example.org:\n    name: {'n' * 300} {n}\n    description: {'d' * 400}\n    lifecycle: unknown\n"
        for n in range(400)
    )
    said = page(SAMPLE.rstrip() + "\n" + more)

    assert len(said) <= LONGEST + 200
    assert "… and 2" in said or "cut here" in said
    assert said.count("~~~~text") * 2 == sum(line.startswith("~~~~") for line in said.splitlines())


@pytest.fixture
def cli(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.yaml").write_text(SAMPLE)
    (tmp_path / "catalog.yaml").write_text(FAULTY)
    return lambda *args: CliRunner().invoke(main, ["catalog", *args], prog_name="psfbot")


def test_check_tells_only_what_another_version_has_not(cli, tmp_path):
    new = cli("check", "catalog.yaml", "--new-since", "old.yaml")
    (tmp_path / "old.yaml").write_text("# another line\n" + FAULTY)
    known = cli("check", "catalog.yaml", "--new-since", "old.yaml", "--format", "github")

    assert (new.exit_code, new.stderr.strip()) == (1, "catalog.yaml: 1 error, no warnings.")
    assert (known.exit_code, known.stdout) == (0, "")


def test_the_page_goes_to_a_file_and_annotations_to_github(cli, tmp_path):
    done = cli("review", "old.yaml", "catalog.yaml", "--format", "github", "-o", "review.md")

    assert done.exit_code == 1
    assert done.stdout.startswith("::error file=catalog.yaml,line=")
    assert (tmp_path / "review.md").read_text().startswith(MARK)


def test_on_a_terminal_the_page_is_printed(cli):
    done = cli("review", "old.yaml", "catalog.yaml")

    assert done.stdout.startswith(f"{MARK}\n\n### Catalog review: 1 new error")


def test_a_base_that_nobody_knows_is_refused(cli):
    done = cli("review", "nonsense", "catalog.yaml")

    assert done.exit_code == 1
    assert done.stderr.startswith("nonsense: there is no such file, and git has no such version of catalog.yaml")


def services(number: int, prefix: str = "", alias: str = "") -> str:
    """A catalog of services that need each other, whose words are wider than a byte."""
    return "services:\n" + "".join(
        f"  {prefix}s{n}.example.org:\n    name: S {n}\n    description: Ünïcödé {prefix} {'漢' * 60}.\n"
        "    lifecycle: production\n"
        + (f"    aliases: [{alias}s{n}.example.org]\n" if prefix else "")
        + (f"    depends_on:\n      - service: {prefix}s{n // 2}.example.org\n" if n else "")
        for n in range(number)
    )


def test_a_comment_is_counted_in_bytes_and_its_end_is_there():
    said = page(services(300).replace("Ünïcödé", "Öthers"), services(300))

    assert len(said.encode()) <= LONGEST + 200
    assert "cut here" in said
    assert said.count("~~~~text") * 2 == sum(line.startswith("~~~~") for line in said.splitlines())


def test_a_renamed_service_is_told_once_and_with_what_hangs_on_it_now():
    said = page(SAMPLE.replace("loadbalancer", "balancer"))

    assert "  loadbalancer: renamed to balancer\n" in said
    assert "  balancer: 3 services down without it (" in said
    assert "  loadbalancer: 3 services down" not in said


def test_a_change_of_every_id_compares_no_record_with_every_other(monkeypatch):
    said = []
    monkeypatch.setattr(diff, "_said", lambda record: said.append(record.id) or record.id)
    page(services(300, "new-"), services(300))

    assert len(said) <= 10 * 300


def git(folder: Path, *words: str) -> None:
    done = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org", *words]
    subprocess.run(done, check=True, capture_output=True)  # noqa: S603


@pytest.fixture
def history(tmp_path, monkeypatch):
    """A repository without a catalog, and one commit later with one."""
    monkeypatch.chdir(tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "empty")
    (tmp_path / "catalog.yaml").write_text(SAMPLE)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "catalog")
    return tmp_path


def run(*words: str):
    return CliRunner().invoke(main, ["catalog", *words])


def test_a_first_catalog_is_all_new(history):
    done = run("review", "HEAD^1", "catalog.yaml")

    assert done.exit_code == 0
    assert "no new faults; " in done.stdout
    assert "  docs.python.org: new service" in done.stdout


def test_a_file_that_is_called_like_the_version_does_not_take_its_place(history):
    (history / "HEAD").write_text(FAULTY)
    (history / "catalog.yaml").write_text(FAULTY)
    done = run("check", "--new-since", "HEAD", "catalog.yaml")

    assert done.exit_code == 1
    assert run("check", "--new-since", "./HEAD", "catalog.yaml").exit_code == 0


def test_a_version_that_git_does_not_have_is_no_empty_one(history):
    done = run("review", "HEAD~9", "catalog.yaml")

    assert done.exit_code != 0
    assert "git has no such version" in done.stderr
    git(history, "rm", "--quiet", "--cached", "catalog.yaml")
    assert run("review", "HEAD", "nowhere.yaml").exit_code != 0


def test_several_catalogs_are_checked_at_once_as_a_hook_hands_them_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(SAMPLE)
    Path("bad.yaml").write_text(FAULTY)
    swapped = SAMPLE.replace(
        "    name: Jacob Coffee\n    github: JacobCoffee\n", "    github: JacobCoffee\n    name: Jacob Coffee\n"
    )
    Path("ugly.yaml").write_text(swapped)
    checked, laid = run("check", "bad.yaml", "good.yaml"), run("fmt", "--check", "ugly.yaml", "good.yaml")

    assert (checked.exit_code, laid.exit_code) == (1, 1)
    assert checked.stderr.splitlines() == ["bad.yaml: 1 error, no warnings.", "good.yaml: no faults."]
    assert laid.stderr.splitlines() == ["ugly.yaml: `psfbot catalog fmt` would change it.", "good.yaml: in order."]
