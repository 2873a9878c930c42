"""Every template that is here is walked from start to end, checks faked, and given up at its point of no return."""

import subprocess
from datetime import timedelta

import pytest
from checklist_kit import Sights, works
from stage import ADMIN, FOUND, OWNER

from psfbot.app.checklists import Shelf
from psfbot.app.templates import files, gather, read_file, shapes
from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.catalog.model import Service
from psfbot.checklists.campaign import ARCHITECTURE
from psfbot.checklists.run import Course, Run
from psfbot.checklists.template import Template
from psfbot.errors import UserError
from psfbot.plugin import Verdict

from processes import CATALOG  # isort: skip - beside the tests

MADE = gather(FOUND)
SHAPES = shapes(FOUND)
LINK = "https://github.com/python/psf-salt/pull/1"
NAMES = ("arm64", "host", "pep11", "fastly", "cabotage", "retire")
STEPS = {"arm64": 11, "host": 18, "pep11": 11, "fastly": 11, "cabotage": 8}
"""How many steps the procedures have at the PSF: 59 in all."""


@pytest.fixture(scope="session")
def real() -> Book:
    loaded = load_or_refuse(CATALOG)
    assert loaded.catalog
    return Book.of(loaded.catalog, places=loaded.places)


def found(template: Template, book: Book) -> Service:
    """A service that the template applies to; one with an owner, a domain and a repository before others."""
    fitting = book.query(template.applies_to)
    assert fitting, f"{template.name} applies to nothing: {template.applies_to}"
    return max(fitting, key=lambda one: (bool(one.repos), bool(one.domains), bool(one.owners)))


def given(template: Template, book: Book) -> str:
    """A value for all that the template asks for and cannot know."""
    records = {"platform": "platforms", "region": "regions", "provider": "providers", "service": "services"}
    values = []
    for name, one in template.variables.items():
        first = one.one_of[0] if one.one_of else ""
        if one.kind in records:
            known = getattr(book.catalog, records[one.kind])
            tier_2 = [id_ for id_, record in known.items() if getattr(record, "tier", None) == 2]
            first = (tier_2 or sorted(known))[0]
        if not one.default:
            values.append(f"{name}={first or like(one.ask)}")
    return f" with {' '.join(values)}" if values else ""


def like(ask: str) -> str:
    """A value of the kind that a question asks for."""
    if "owner/name#" in ask or "python/" in ask:
        return "python/peps#4215"
    return "https://www.python.org/" if "address" in ask.lower() else "x"


def started(bot, template: Template, book: Book, number: int = 1) -> Service:
    service = found(template, book)
    said = bot.says(f"checklist start {template.name} {service.id}{given(template, book)}", ADMIN)
    assert said.startswith(f"Started. Checklist {number}, {template.name} for {service.id}: 0 of"), said
    return service


def tick(bot, run: Run) -> str:
    """Do the first step that can be done, with evidence of its kind; a point of no return takes two."""
    step = run.next[0]
    evidence = {"url": LINK, "text": "seen"}.get(step.evidence, "")
    bot.now += timedelta(minutes=1)
    said = bot.says(f"done {run.spot(step.id)} {evidence}".strip(), ADMIN)
    if step.point_of_no_return:
        assert "a second person says" in said
        said = bot.says(f"confirm {run.spot(step.id)}", OWNER)
        said = bot.says(f"confirm {run.spot(step.id)} anyway because a test", ADMIN) if "is for" in said else said
    assert said.startswith(f"{run.spot(step.id)} is done"), said
    return step.id


ALL = pytest.mark.parametrize("template", MADE.found.values(), ids=list(MADE.found))


def test_the_six_procedures_are_here_with_all_their_steps_and_none_is_faulty():
    assert MADE.faulty == {}
    assert set(NAMES) <= set(MADE.found)
    assert {name: len(MADE.found[name].steps) for name in STEPS} == STEPS


def test_templates_stand_the_look_of_the_command_line():
    for path in files(FOUND):
        assert read_file(path, SHAPES).findings == ()


@ALL
def test_a_template_is_walked_from_start_to_end(tmp_path, real, template):
    with works(tmp_path, template, book=real) as bot:
        bot.sights.shapes = SHAPES
        bot.catalog_text = CATALOG.read_text()
        service = started(bot, template, real)
        order = []
        while bot.run().open:
            order.append(tick(bot, bot.run()))
        run, patch = bot.run(), bot.ask("checklist patch 1", ADMIN).answer

    assert run.course is Course.FINISHED
    assert sorted(order) == sorted(step.id for step in template.steps)
    for step in template.steps:
        assert all(order.index(need) < order.index(step.id) for need in template.needed(step))
    if any(change.set == ARCHITECTURE for change in template.ends_in) and service.hosted("origin"):
        assert applies(patch.code, tmp_path)


def applies(patch: str, folder) -> bool:
    """Does the patch fit the real catalog, and change an architecture?"""
    (folder / "catalog.yaml").write_bytes(CATALOG.read_bytes())
    subprocess.run(["git", "apply", "-"], input=f"{patch}\n".encode(), cwd=folder, check=True, capture_output=True)  # noqa: S607
    return "architecture: arm64" in (folder / "catalog.yaml").read_text() and "architecture: arm64" in patch


@ALL
def test_a_template_is_given_up_at_its_point_of_no_return_with_the_way_back(tmp_path, real, template):
    last = [step.id for step in template.steps if step.point_of_no_return]
    with works(tmp_path, template, book=real) as bot:
        bot.sights.shapes = SHAPES
        started(bot, template, real)
        done: list[str] = []
        while bot.run().open and (not last or last[0] not in {step.id for step in bot.run().next[:1]}):
            done.append(tick(bot, bot.run()))
            if not last and len(done) == len(template.steps) - 1:
                break
        before = bot.run().model_copy()
        if last:
            done.append(tick(bot, before))
        back = bot.ask("abort 1 because a test", ADMIN).answer if bot.run().open else None
        run = bot.run()

    if back is None:
        assert run.course is Course.FINISHED
        return
    ways = [line for line in back.lines if line.startswith("1.")]
    assert [line.partition(" ")[0] for line in ways] == [run.spot(one) for one in reversed(done)]
    assert all("nothing to take back" not in line for line in ways), "a step says no way back"
    assert ("BEHIND THE POINT OF NO RETURN" in "".join(back.lines)) is bool(last)


@ALL
def test_a_template_is_refused_where_it_does_not_apply(tmp_path, real, template):
    fitting = {service.id for service in real.query(template.applies_to)}
    other = next(one for one in real.catalog.services.values() if one.id not in fitting)
    with works(tmp_path, template, book=real) as bot:
        assert bot.says(f"checklist start {template.name} {other.id}", ADMIN).startswith(
            f"'{template.name}' is not for {other.id}: it applies to "
        )


@ALL
def test_a_check_that_fails_or_knows_nothing_stops_a_template(tmp_path, real, template):
    first = next((step for step in template.steps if step.check), None)
    if first is None:
        return
    with works(tmp_path, template, book=real) as bot:
        bot.sights.shapes = SHAPES
        started(bot, template, real)
        while bot.run().next[0].id != first.id:
            tick(bot, bot.run())
        spot = bot.run().spot(first.id)
        bot.sights.says(Verdict.FAILED, "It is not so.")
        failed = bot.says(f"done {spot} {LINK}", ADMIN)
        bot.sights.is_lost("Nobody answered.")
        lost = bot.says(f"done {spot} {LINK}", ADMIN)

    past = f"To go past it: done {spot} anyway because …"
    assert failed == f"{spot} is not done: It is not so. {past}"
    assert lost == f"{spot} could not be checked, because nobody answered. {past}"


def test_a_second_template_of_one_name_is_refused_and_the_others_go_on(tmp_path):
    text = MADE.files["arm64"].read_text()
    (tmp_path / "arm64.yaml").write_text(text)
    (tmp_path / "own.yaml").write_text(text.replace("name: arm64", "name: own", 1))
    (tmp_path / "bad.yaml").write_text("name: bad\n")
    made = gather(FOUND, [tmp_path])

    assert "own" in made.found
    assert {path.name for path in made.faulty} == {"arm64.yaml", "bad.yaml"}


def test_a_team_adds_its_own_file_without_touching_ours(tmp_path):
    (tmp_path / "own.yaml").write_text(
        'name: own\ntitle: Our own\nabout: x\napplies_to: "id:*"\nsteps:\n  - {id: a, text: Do it.}\n'
    )

    assert gather(FOUND, [tmp_path]).found["own"].title == "Our own"


def test_a_file_that_came_changed_or_went_counts_from_the_next_start(tmp_path):
    shelf, own = Shelf({}, [tmp_path]), tmp_path / "own.yaml"
    text = 'name: own\ntitle: Our own\nabout: x\napplies_to: "id:*"\nsteps:\n  - {id: a, text: Do it.}\n'
    before = dict(shelf.templates)
    own.write_text(text)
    came = shelf.templates["own"].title
    own.write_text(text.replace("Our own", "Another"))
    changed = shelf.templates["own"].title
    own.write_text(text.replace("id: a", "id: A"))
    faulty = shelf.faulty

    assert (before, came, changed, dict(shelf.templates)) == ({}, "Our own", "Another", {})
    assert faulty[0].startswith(f"{own}:6:10: not an id: ")
    own.unlink()
    assert list(shelf.faulty) == []


def test_a_check_is_looked_up_by_the_name_that_templates_write():
    sights = Sights(shapes=SHAPES)

    assert sights.check("http-status") is not None
    assert sights.check("nothing") is None
    assert not issubclass(UserError, LookupError)
