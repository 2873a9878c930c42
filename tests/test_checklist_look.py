"""Checks of steps, whatever goes wrong on the way to them, and how runs and templates are shown."""

import asyncio

import pytest
from checklist_kit import DAY, MOVE, Page, Sights, template, works
from stage import ADMIN, BOSS, MINUTE, NOON, OWNER, sample

from psfbot.checklists.export import markdown
from psfbot.checklists.run import Deed, Kind, Run, Who, after_all
from psfbot.checklists.template import span
from psfbot.checklists.view import view
from psfbot.flows.checklist_look import Looker

ANN = Who(name="Ann", key="ann")
LINK = "https://example.org/1"
START = "checklist start move docs.python.org"


def run(text=MOVE, service="docs.python.org", shapes=None, **values) -> Run:
    made = template(text, shapes)
    given = {"service.domain": "docs.python.org", **values}
    return Run(number=3, template=made, service=service, values=given, started_at=NOON, started_by=ANN, changed_at=NOON)


def look(run_: Run, sights=None, seconds=5.0):
    looker = Looker(sights or Sights(), lambda error: type(error).__name__, seconds)
    step = next(step for step in run_.template.steps if step.check)
    return asyncio.run(looker.look(run_, step, sample(), NOON))


UNKNOWN = {
    "no such check": (run(), Sights(shapes={}), "no plugin that is on brings the check 'page'"),
    "no such service": (run(service="gone"), None, "the catalog has no service 'gone' any more"),
    "a fact that the catalog lacks": (
        run(MOVE.replace("{service.domain}", "{service.cdn}")),
        None,
        "the catalog does not say the cdn of docs.python.org",
    ),
    "a variable that nobody gave": (
        run(MOVE.replace("https://{service.domain}/", "{target}")),
        None,
        "nobody has said yet: Where to? Say: checklist set 3 target=…",
    ),
    "a value that does not fit": (
        run(MOVE.replace('url: "https://{service.domain}/"', 'url: x, status: "{target}"'), target="often"),
        None,
        'its argument status is wrong: expected a whole number, found "often"',
    ),
}


@pytest.mark.parametrize(("made", "sights", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_cannot_be_looked_at_is_not_known_and_says_why(made, sights, why):
    seen = look(made, sights)

    assert (seen.verdict, seen.text) == ("could not check", why)


def test_a_check_without_an_answer_in_time_knows_nothing():
    class Slow(Sights):
        async def look(self, arguments, sight):
            await asyncio.Event().wait()
            return await super().look(arguments, sight)

    assert look(run(), Slow(), 0.01).text == "there was no answer within 0 s"


def test_a_check_is_handed_its_arguments_filled_in_and_when_each_step_was_done():
    class Noting(Sights):
        async def look(self, arguments, sight):
            self.made += [arguments, dict(sight.done), sight.now, sight.service.id]
            return await super().look(arguments, sight)

    sights = Noting()
    done = Deed(kind=Kind.DONE, at=NOON - DAY, by=ANN, step="prepare")
    look(after_all(run(), [done]), sights)

    assert sights.made[:4] == [
        Page(url="https://docs.python.org/"), {"prepare": NOON - DAY}, NOON, "docs.python.org",
    ]  # fmt: skip


def test_a_length_that_is_none_is_a_bug():
    with pytest.raises(ValueError, match="no length"):
        span("soon")


def test_a_run_that_was_given_up_is_exported_with_the_way_back():
    deeds = [
        Deed(kind=Kind.DONE, at=NOON, by=ANN, step="prepare", text="x", anyway="I know", past="it was shut"),
        Deed(kind=Kind.REMINDED, at=NOON, step="build", whom="ann"),
        Deed(kind=Kind.ABORTED, at=NOON, by=ANN, text="no *time*"),
    ]
    page = markdown(after_all(run(), deeds), deeds)

    assert "aborted 2026-11-20 12:00 UTC, because no \\*time\\*." in page
    assert "  - past a gate: it was shut — I know" in page
    assert page.endswith("## The way back\n\n1. Prepare {service.id} for {target}.: Throw the list away.\n")
    assert "What it changes in the catalog" not in page


def test_a_step_that_waits_for_its_second_person_is_shown_so():
    deeds = [Deed(kind=Kind.DONE, at=NOON, by=ANN, step=one) for one in ("prepare", "build", "look")]
    shown = view(after_all(run(), [*deeds, Deed(kind=Kind.FIRST, at=NOON, by=ANN, step="destroy")]), NOON)

    assert [row.state for row in shown.rows] == ["done", "done", "done", "confirm", "ready"]
    assert [row.spot for row in shown.first] == ["3.4", "3.5", "3.1", "3.2", "3.3"]


# As people ask for it.


@pytest.fixture
def bot(tmp_path):
    with works(tmp_path) as opened:
        yield opened


def test_templates_and_the_steps_of_one_are_shown_before_anybody_starts_it(bot):
    assert bot.ask("checklist templates").lines == (
        "1 template. Say: checklist start move SERVICE",
        "move (Move a service, 5 steps)",
    )
    assert bot.ask("checklist template move").lines[:5] == (
        "move: Move a service, 5 steps.",
        "For tests alone.",
        "For: lifecycle:production",
        "Asks for target: Where to?",
        "1. Prepare {service.id} for {target}.",
    )
    assert bot.says("checklist template mvoe") == (
        "There is no checklist called 'mvoe'. Did you mean move? `checklist templates` lists them."
    )


def test_a_bot_without_templates_says_where_they_come_from(bot):
    bot.lists.shelf.templates.clear()

    assert bot.says("checklist templates") == (
        "There are no templates. A plugin brings them as YAML files in its folder."
    )


def test_many_checklists_are_listed_up_to_twenty(bot):
    bot.ask("checklist start move for all", ADMIN)
    runs = bot.run(1).model_copy(update={"campaign": None})
    for number in range(30):
        other = runs.model_copy(update={"service": f"s{number}"})
        started = Deed(kind=Kind.STARTED, at=NOON, by=ANN)
        asyncio.run(bot.lists.kept.write(lambda kept, _, one=other, deed=started: kept.start(one, deed)))
    answer = bot.ask("checklists").answer

    assert answer.fact.endswith("open checklists; the first 20.")
    assert len(answer.items) == 20


def test_a_patch_is_shown_at_any_time_and_says_when_there_is_nothing_to_change(bot):
    bot.ask(START, OWNER)
    first = bot.ask("checklist patch 1").answer
    bot.catalog_text = "".join(first.data["patch"])
    broken = bot.ask("checklist patch 1").answer

    will = "Not finished yet (0 of 5 done); at its end it changes the catalog: "
    assert first.fact == f"{will}docs.python.org: origin architecture: unknown -> arm64."
    assert first.code.startswith("--- a/catalog.yaml")
    assert broken.fact.startswith("I could not make the patch (")
    assert broken.fact.endswith("change by hand: services/docs.python.org: hosting.origin.architecture = arm64.")


def test_a_run_that_changes_nothing_in_the_catalog_says_so(tmp_path):
    with works(tmp_path, template(MOVE.replace("ends_in: [{set: hosting.origin.architecture, to: arm64}]", ""))) as bot:
        bot.ask(START, OWNER)
        assert bot.says("checklist patch 1") == "It changes nothing in the catalog."
        for step in range(1, 6):
            bot.ask(f"skip 1.{step} because x", OWNER)
        assert bot.ask("checklist 1").lines[0] == "Checklist 1, move for docs.python.org: finished, 5 of 5."


def test_what_the_catalog_says_already_is_not_changed_again(tmp_path):
    with works(tmp_path, template(MOVE.replace("to: arm64", "to: unknown"))) as bot:
        bot.ask(START, OWNER)

        assert bot.says("checklist patch 1") == "The catalog says so already: there is nothing to change in it."


def test_what_is_asked_for_later_is_told_later_and_checked(bot):
    bot.ask(START, OWNER)

    assert bot.do("checklist set 1 target=ams3", "checklist set 1 tagret=x", "checklist set 1 what", speaker=OWNER) == [
        "Checklist 1: target is ams3.",
        "'move' asks for no 'tagret'. Did you mean target? It asks for: target.",
        "I cannot read 'what'. Say for example: with target_region=nyc3 window=\"Monday 10:00\"",
    ]
    assert bot.run().values["target"] == "ams3"
    assert bot.says("checklist 1.1").endswith("Prepare docs.python.org for ams3.")


def test_somebody_takes_a_step_and_the_operator_is_nobody_whom_one_could_remind(bot):
    bot.ask(START, OWNER)

    assert bot.says("take 1.1", OWNER) == "1.1 is for Julien Palard."
    assert bot.says("take 1.1", BOSS) == "Say to whom: assign 1.1 PERSON"
    assert "for Julien Palard" in bot.ask("checklist 1").lines[1]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("check 1.9", "There is no step '9' in checklist 1: it has 1.1 to 1.5."),
        ("checklist 1.9", "There is no step '9' in checklist 1: it has 1.1 to 1.5."),
        ("skip 1.1", "Say why: skip 1.1 because …"),
        ("block 1.1", "Say why: block 1.1 because …"),
        ("checklist start move", "I cannot start that. Say which checklist and the exact name of the service"),
        ("checklist start move for all id:hg.python.org", "No service fits: (id:hg.python.org) and (lifecycle:prod"),
        ("exempt docs.python.org from campaign 7 until 2027-06-01 because x", "There is no campaign 7."),
        ("campaigns", "There is no campaign."),
        ("note 1.1 it took long", "1.1: noted."),
        ("abort 1 because x", "Checklist 1 is given up, because x. Nothing was done"),
    ],
)
def test_what_is_missing_is_said(bot, said, answer):
    bot.ask(START, OWNER)

    assert bot.says(said, ADMIN).startswith(answer)


def test_nothing_is_checked_when_a_run_is_over(bot):
    bot.ask(START, OWNER)
    bot.do("abort 1 because x", speaker=OWNER)

    assert bot.says("check 1.3", OWNER) == "Checklist 1 is aborted; `checklist export 1` tells its story."


def test_campaigns_are_listed_and_told_once_in_each_room(tmp_path):
    with works(tmp_path, rooms={"irc": "#python-infra", "slack": "C0"}) as bot:
        bot.ask("checklist start move for all id:docs.python.org OR id:www.python.org by 2027-01-01", ADMIN)
        bot.now += MINUTE

        assert bot.ask("campaigns").lines == ("1 campaign.", "1 move (id:docs.python.org OR id:www.python.org)")
        assert [line for line in bot.heard if "Campaign" in line] == [
            "C0 Campaign 1, Move a service: 2 checklists started by Jacob Coffee, to be done by 2027-01-01."
        ]
