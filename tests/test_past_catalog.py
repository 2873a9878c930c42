"""The catalog's past out of git: who owned it then, what changed, and whether the score rose."""

import asyncio
import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from stage import sample

from psfbot.app.bot import PORTS
from psfbot.app.history import GitHistory, written
from psfbot.catalog.model import Catalog
from psfbot.catalog.score.trend import Point, changed, last_of_each_day, point, spread
from psfbot.chat.message import Message, Speaker
from psfbot.cli import main
from psfbot.commands import commands
from psfbot.commands.past import OWNING, period
from psfbot.errors import UserError
from psfbot.flows.ask import Desk
from psfbot.flows.history import History, Unkept, as_of, changes
from psfbot.flows.understand import Table

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = """schema_version: 1
people:
  ann:
    name: Ann
  ben:
    name: Ben
services:
  other:
    name: Other
    description: Not asked about.
    lifecycle: {other}
  docs.python.org:
    name: docs
    description: Documentation.
    lifecycle: production
"""
OWNED = "    owners:\n      - ref: person:{}\n"


def git(folder: Path, *words: str, on: str = "2025-01-01") -> None:
    who = {f"GIT_{one}_{part}": "a@example.org" for one in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    when = {f"GIT_{one}_DATE": f"{on}T12:00:00Z" for one in ("AUTHOR", "COMMITTER")}
    alone = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", *words]
    subprocess.run(command, cwd=folder, env={**alone, **who, **when}, check=True, capture_output=True)  # noqa: S603


def commit(folder: Path, text: str, on: str, subject: str) -> None:
    (folder / "catalog.yaml").write_text(text, "utf-8")
    git(folder, "add", "catalog.yaml")
    git(folder, "commit", "-m", subject, on=on)


@pytest.fixture
def repository(tmp_path):
    """Five commits: no owner, Ann, a broken file, a change of another record, Ben."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, HEAD.format(other="production"), "2025-02-01", "Begin")
    commit(folder, HEAD.format(other="production") + OWNED.format("ann"), "2025-06-01", "Ann takes over")
    commit(folder, "services: [", "2025-07-01", "Oops")
    commit(folder, HEAD.format(other="retired") + OWNED.format("ann"), "2025-08-01", "Other is gone")
    commit(folder, HEAD.format(other="retired") + OWNED.format("ben"), "2026-03-01", "Ben takes over")
    return folder / "catalog.yaml"


def test_revisions_come_in_their_order_with_what_was_said_of_them(repository):
    found = asyncio.run(GitHistory(repository).revisions())

    assert [one.subject for one in found] == ["Begin", "Ann takes over", "Oops", "Other is gone", "Ben takes over"]
    assert found[0].at == datetime(2025, 2, 1, 12, tzinfo=UTC)


def test_without_a_repository_there_is_no_past(tmp_path):
    (tmp_path / "catalog.yaml").write_text("schema_version: 1\n", "utf-8")

    assert asyncio.run(GitHistory(tmp_path / "catalog.yaml").revisions()) == ()
    assert asyncio.run(Unkept().revisions()) == ()


def test_a_new_commit_is_seen_and_an_old_catalog_is_read_once(repository):
    history = GitHistory(repository)
    first = history.all()
    kept = history.at(first[0])
    commit(repository.parent, HEAD.format(other="archive"), "2026-04-01", "More")

    assert len(history.all()) == len(first) + 1
    assert history.at(first[0]) is kept


@pytest.mark.parametrize(
    ("day", "owners"),
    [("2025-01-31", None), ("2025-02-01", []), ("2025-06-01", ["person:ann"]), ("2025-07-15", ["person:ann"]),
     ("2026-02-28", ["person:ann"]), ("2026-03-01", ["person:ben"])],
)  # fmt: skip
def test_the_catalog_of_a_day_is_the_last_one_that_could_be_read_then(repository, day, owners):
    found = asyncio.run(as_of(GitHistory(repository), date.fromisoformat(day)))

    assert (found and [one.ref for one in found[1].services["docs.python.org"].owners]) == owners


def test_what_changed_in_a_record_is_told_without_what_changed_elsewhere(repository):
    found = asyncio.run(changes(GitHistory(repository), "services", "docs.python.org"))

    assert [(one.revision.subject, one.what, one.fields) for one in found] == [
        ("Begin", "added", ()),
        ("Ann takes over", "changed", ("owners",)),
        ("Ben takes over", "changed", ("owners",)),
    ]


def test_a_record_that_was_there_before_the_first_look_was_not_added_then(repository):
    found = asyncio.run(changes(GitHistory(repository, looked=2), "services", "docs.python.org"))

    assert [(one.revision.subject, one.what) for one in found] == [("Ben takes over", "changed")]


@pytest.mark.parametrize(
    ("section", "id_", "text"),
    [("people", "ann", "  ann:\n    name: Ann"), ("people", "other", ""), ("rooms", "ann", ""), ("people", "a", "")],
)
def test_a_record_is_cut_out_of_its_own_section(section, id_, text):
    assert written(HEAD, section, id_).strip("\n") == text


def desk(repository):
    """A desk with the sample catalog and the past of a repository."""
    history = GitHistory(repository) if repository else Unkept()
    book = sample()
    return Desk(Table(commands(), tuple), lambda: book, lambda: NOON, lambda kind: {History: history}[kind])


def say(repository, text):
    message = Message(text, Speaker("guest"), "test", "#room", public=True)
    return asyncio.run(desk(repository).answer(message))


def test_who_owned_it_is_told_by_the_catalog_of_that_time(repository):
    lines = say(repository, "who owned docs in 2025").lines

    assert lines[0].startswith("docs.python.org in 2025: Ann, by the catalog of 2025-08-01 (")
    assert lines[1].startswith("Today: ask Julien Palard")
    assert (
        say(repository, "who owned docs in march 2025")
        .lines[0]
        .startswith("docs.python.org in march 2025: nobody is named as owner, by the catalog of 2025-02-01")
    )


def test_before_the_file_the_history_facts_are_all_there_is(repository):
    lines = say(repository, "who owned docs.python.org in 2019?").lines

    assert lines[:2] == (
        "I do not know who owned docs.python.org in 2019: the catalog's file only goes back to 2025-02-01.",
        "Until then: 2019-02-14: Moved to DigitalOcean.",
    )


def test_facts_about_owners_go_before_others():
    facts = [
        {"date": "2016-05", "fact": "Georg Brandl maintains it."},
        {"date": "2018", "fact": "A new disk."},
        {"date": "2020", "fact": "Somebody else takes over."},
    ]
    book = sample(services={"docs.python.org": {"history": facts}})
    asked = Desk(Table(commands(), tuple), lambda: book, lambda: NOON)
    lines = asyncio.run(asked.answer(Message("who owned docs in 2019", Speaker("guest"), "test"))).lines

    assert lines[:2] == (
        "docs.python.org in 2019, by the catalog's history: 2016-05: Georg Brandl maintains it.",
        "No more is known: only the running bot sees older catalogs.",
    )


def test_of_a_year_that_is_not_over_today_is_what_counts(repository):
    assert (
        say(repository, "who owned docs in 2026").lines[0].startswith("docs.python.org in 2026: Ben, by the catalog of")
    )


def test_a_service_that_was_not_there_is_said_not_to_have_been(repository):
    assert say(repository, "who owned hg.python.org in 2025").lines[0] == (
        "The catalog of 2025-08-01 did not have hg.python.org."
    )


def test_history_tells_the_facts_and_then_the_changes_of_the_record(repository):
    lines = say(repository, "history docs.python.org").lines

    assert lines[0].startswith("docs.python.org is in production. 2025-11-21: Every page answered 503")
    assert lines[2] == "Changes of its record in the catalog:"
    assert lines[3].startswith("2026-03-01: owners changed (")
    assert lines[3].endswith(": Ben takes over)")


@pytest.mark.parametrize(
    ("said", "day"),
    [("2019", "2019-12-31"), ("2020-02", "2020-02-29"), ("2020-02-03", "2020-02-03"), ("March 2019", "2019-03-31"),
     ("sept. 2019", "2019-09-30"), ("march", "2026-03-31"), ("Dec", "2025-12-31"), ("last year", "2025-12-31"),
     ("yesterday", "2026-11-19")],
)  # fmt: skip
def test_a_time_means_its_last_day(said, day):
    assert period(said, date(2026, 11, 20))[1] == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["friday", "2019-13", "2019-02-30", "", "19", "0000", "Foo 2019", "２０１９"])
def test_what_is_no_time_is_asked_back(said):
    with pytest.raises(UserError, match="I do not know when"):
        period(said, date(2026, 11, 20))


@pytest.mark.parametrize(
    "said",
    ["docs history", "what changed on docs", "what has changed with docs?", "when was docs last changed?",
     "what happened to docs.python.org since 2019", "history docs since february 2019"],
)  # fmt: skip
def test_history_is_asked_in_many_ways(repository, said):
    assert say(repository, said).lines[0] == say(repository, "history docs.python.org").lines[0]


def test_of_the_past_only_what_was_after_a_day_is_told_where_it_is_named(repository):
    since, never = say(repository, "history docs since 2026").lines, say(repository, "history docs since 2027").lines

    assert since[0] == "docs.python.org is in production. The catalog knows of nothing since 2026."
    assert since[1:3] == say(repository, "history docs").lines[2:4]
    assert never[1:] == ()


@pytest.mark.parametrize("said", ["who used to own docs", "who owned docs last year", "who owned docs before?"])
def test_who_owned_it_before_is_answered_for_last_year(repository, said):
    assert say(repository, said).lines == say(repository, "who owned docs in 2025").lines


@pytest.mark.parametrize(
    ("fact", "tells"),
    [("Owned by Ee Durbin.", True), ("With Julien Palard as owner.", True), ("Ee Durbin took over.", True),
     ("Its certificate expired, and its owner had no rights to renew it.", False),
     ("Pages did not reach the right administrators.", False), ("The owner was asleep.", False)],
)  # fmt: skip
def test_an_outage_that_names_the_owner_does_not_tell_who_that_was(fact, tells):
    assert bool(OWNING.search(fact)) is tells


def test_the_future_has_no_owners_yet(repository):
    assert say(repository, "who owned docs in 2030").lines == ("2030 has not come yet. Ask: who owns docs.python.org",)


def test_the_running_bot_hands_out_the_past():
    assert History in PORTS


# The trend.


def test_few_of_many_are_spread_evenly_and_keep_the_ends():
    assert spread(range(100), 5) == [0, 25, 50, 74, 99]
    assert spread([1, 2], 5) == [1, 2]


def test_of_one_day_the_last_counts():
    day, next_day = date(2026, 1, 1), date(2026, 1, 2)

    assert last_of_each_day([(day, "a"), (day, "b"), (next_day, "c")]) == [(day, "b"), (next_day, "c")]


def test_a_point_is_scored_as_of_its_own_day():
    record = {"id": "x", "name": "X", "description": "d", "lifecycle": "production", "tier": 1}
    fresh = {**record, "provenance": {"default": {"verified": "2025-01-01"}}}
    catalog = Catalog.model_validate({"services": {"x": fresh}})
    then, now = (point(day, "1", catalog) for day in (date(2025, 2, 1), date(2026, 2, 1)))

    assert (then.kept, now.kept) == (then.kept, then.kept - 1)
    assert point(date(2025, 2, 1), "1", catalog, "y").why == "it was not in the catalog"
    assert point(date(2025, 2, 1), "1", None).why == "the catalog had faults then"


def test_the_rise_is_from_the_first_known_to_the_last():
    day = date(2026, 1, 1)
    points = [Point(day, "a", None), Point(day, "b", 40), Point(day, "c", 50), Point(day, "d", None)]

    assert (changed(points), changed(points[:2])) == (10, None)


def run(*words, code=0):
    found = CliRunner().invoke(main, ["catalog", "score", *map(str, words)])

    assert found.exit_code == code, found.output
    return found


def test_the_trend_is_printed_with_what_could_not_be_read(repository):
    lines = (
        run(repository, "--since", "2025-01-01", "--service", "docs.python.org").output.split("Trend: ")[1].splitlines()
    )

    assert lines[0] == "5 days, +22 points since 2025-02-01"
    assert [line.split()[0] for line in lines[1:]] == [
        "2025-02-01",
        "2025-06-01",
        "2025-07-01",
        "2025-08-01",
        "2026-03-01",
    ]
    assert "the catalog had faults then" in lines[3]


def test_a_file_outside_of_git_has_no_trend(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_text(HEAD.format(other="production"), "utf-8")
    found = run(file, "--trend", code=1)

    assert "no git repository keeps revisions of it" in found.output


def test_the_score_fails_below_what_is_asked(repository):
    found = run(repository, "--fail-under", "90", code=1)

    assert found.stderr.startswith("all services: ")
    assert found.stderr.endswith(" %, and --fail-under asks for 90 %.\n")
    assert run(repository, "--fail-under", "10")


def test_one_service_is_shown_with_what_to_do(repository):
    lines = run(repository, "--service", "docs.python.org").output.splitlines()

    assert lines[0] == "docs.python.org: 33 % (3 of 9 rules kept)"
    assert lines[1] == "  broken: has-two-owners: only Ben answers for it"
    assert lines[2] == "      Name a backup among the owners of docs.python.org, or list the members of its team."
    assert "planned or retired" in run(repository, "--service", "other").output


def test_all_is_there_for_scripts(repository):
    found = json.loads(run(repository, "--json", "--since", "2025-01-01").output)

    assert {"name", "percent", "kept", "judged", "services", "rules", "teams", "trend"} == found.keys()
    assert found["services"][0]["checks"][0] == {
        "rule": "has-two-owners",
        "mark": "broken",
        "reason": "only Ben answers for it",
        "remedy": "Name a backup among the owners of docs.python.org, or list the members of its team.",
        "until": None,
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--service", "dosc.python.org"),
            "The catalog has no service 'dosc.python.org'. The nearest: docs.python.org.",
        ),
        (("--team", "x"), "The catalog has no team 'x'."),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(repository, words, message):
    assert message in run(repository, *words, code=1).output


def test_a_service_and_a_team_are_too_much(repository):
    assert "Choose --service or --team" in run(repository, "--service", "a", "--team", "b", code=2).output


def test_an_exemption_that_ended_is_on_the_page(tmp_path):
    file = tmp_path / "catalog.yaml"
    ended = "    exemptions:\n      - rule: provenance-present\n        reason: a\n        until: 2020-01-01\n"
    file.write_text(HEAD.format(other="production") + ended, "utf-8")

    assert "  docs.python.org provenance-present: 2020-01-01" in run(file).output.splitlines()


def test_a_change_is_scored_against_its_base(tmp_path):
    base, head = tmp_path / "base.yaml", tmp_path / "head.yaml"
    base.write_text(HEAD.format(other="retired"), "utf-8")
    head.write_text(HEAD.format(other="retired") + OWNED.format("ann"), "utf-8")

    assert "it keeps primary-owner-active" in run(head, "--against", base).output
    assert run(base, "--against", base).output == "No score changes.\n"
