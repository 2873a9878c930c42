"""The checklists of the real procedures: complete, without a fault, and every check that they name fits."""

import asyncio
import re
from datetime import date
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import near_world
import pytest
from migrations_look import plugin
from near_world import Answer
from psfbot.plugins.migrations import manual

from psfbot.app.named import Named
from psfbot.app.templates import files, shapes
from psfbot.catalog.book import Book
from psfbot.catalog.edit import Set, edited
from psfbot.catalog.file import load_or_refuse
from psfbot.checklists.reading import read_template
from psfbot.checklists.template import words_in
from psfbot.checklists.variables import filled, filled_data, missing, of_service
from psfbot.http import Client, Way

ROOT = Path(__file__).parents[1]
FOLDER = Path(import_module("psfbot.plugins.migrations").__file__).parent
BOOK = Book.of(load_or_refuse(ROOT / "catalog.yaml").catalog)
SHAPES = shapes({"migrations": plugin()})
SHEETS = {
    path.stem: read_template(path.read_bytes(), path.name, SHAPES, BOOK.catalog) for path in FOLDER.glob("*.yaml")
}
TEMPLATES = {name: sheet.model for name, sheet in SHEETS.items()}
REAL = {"arm64": 11, "host": 18, "pep11": 11, "fastly": 11, "cabotage": 8}
"""The procedures that the PSF has, and how many steps each has."""
every = pytest.mark.parametrize("name", sorted(TEMPLATES))
EXAMPLES = {
    "arm64": ("www.python.org", {"image": "ghcr.io/x/y:1", "terraform_pull": "a/b#1"}),
    "host": ("docs.python.org", {"role": "docs", "new_host": "docs-noble.nyc1.psf.io"}),
    "pep11": (
        "cpython-ci",
        {
            "platform": "aarch64-pc-windows-msvc",
            "runner": "windows-11-arm",
            "builders": "ARM64 Windows",
            "pull": "python/peps#5046",
            "council_issue": "python/steering-council#359",
        },
    ),
    "fastly": (
        "hg.python.org",
        {"test_url": "https://hg.python.org/", "terraform_pull": "https://github.com/a/b/pull/1"},
    ),
    "cabotage": ("blurb-it", {"old_host": "blurb-it.herokuapp.com"}),
    "retire": ("hg.python.org", {}),
}
"""Template -> a service of the real catalog, and what somebody who starts it says."""


def values(name):
    """What every variable of a template stands for, as a run would have it."""
    service, given = EXAMPLES[name]
    known = of_service(BOOK.catalog, BOOK.catalog.services[service])
    for key, variable in TEMPLATES[name].variables.items():
        known[key] = given.get(key) or filled(variable.default or "", known)
    return known


def test_every_template_lies_beside_the_plugin_and_is_found():
    assert {path.stem for path in files(["migrations"])} == set(TEMPLATES) == {*REAL, "retire"}


@every
def test_a_template_is_read_without_a_fault(name):
    assert SHEETS[name].findings == ()
    assert TEMPLATES[name].name == name


def test_the_five_procedures_are_complete():
    assert {name: len(TEMPLATES[name].steps) for name in REAL} == REAL
    assert sum(REAL.values()) == 59


@pytest.mark.parametrize("name", REAL)
def test_every_step_of_a_procedure_has_its_source_which_the_catalog_knows(name):
    for step in TEMPLATES[name].steps:
        assert step.cites
        assert set(step.cites) <= BOOK.catalog.sources.keys()


@every
def test_every_step_says_what_must_be_true_and_how_to_go_back(name):
    for step in TEMPLATES[name].steps:
        assert step.gate
        assert step.rollback
        assert step.text.endswith((".", "`."))


def test_what_cannot_be_taken_back_is_marked_and_belongs_to_the_owner():
    marked = {(name, step.id) for name, one in TEMPLATES.items() for step in one.steps if step.point_of_no_return}

    assert marked == {
        ("host", "destroy-old-host"),
        ("arm64", "remove-x86"),
        ("cabotage", "leave-heroku"),
        ("retire", "delete"),
    }
    assert {TEMPLATES[name].step(step).who for name, step in marked} == {"owner"}


@every
def test_every_check_exists_and_takes_its_arguments_once_the_variables_are_filled_in(name):
    known = values(name)
    for step in TEMPLATES[name].steps:
        if step.check:
            lacks = [one for _, text in words_in(step.check.arguments) for one in missing(text, known)]

            assert lacks == []
            assert SHAPES[step.check.name].model_validate(filled_data(step.check.arguments, known))


def test_every_check_is_used_by_a_step_or_known_to_be_for_others():
    used = {step.check.name for one in TEMPLATES.values() for step in one.steps if step.check}

    assert plugin().checks.keys() - used == {"http-latency", "github-merged"}


@every
def test_a_template_applies_to_a_service_of_the_real_catalog(name):
    service, _ = EXAMPLES[name]

    assert service in {one.id for one in BOOK.query(TEMPLATES[name].applies_to)}


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("arm64", "pypi"),
        ("arm64", "docs.python.org"),
        ("arm64", "pypi-files"),
        ("host", "www.python.org"),
        ("host", "mail.python.org"),
        ("fastly", "docs.python.org"),
        ("fastly", "buildbot.python.org"),
        ("cabotage", "www.python.org"),
        ("pep11", "www.python.org"),
        ("retire", "psf-chef"),
    ],
)
def test_a_template_does_not_apply_elsewhere(name, service):
    assert service in BOOK.catalog.services
    assert service not in {one.id for one in BOOK.query(TEMPLATES[name].applies_to)}


ENDS = {
    "arm64": ["www.python.org: origin architecture: unknown -> arm64"],
    "host": [],
    "pep11": ["platform aarch64-pc-windows-msvc: tier: 2 -> 1"],
    "fastly": ["hg.python.org: cdn: none -> fastly"],
    "cabotage": ["blurb-it: origin provider: heroku -> aws", "blurb-it: config tool: heroku -> cabotage"],
    "retire": ["hg.python.org: lifecycle: archive -> retired"],
}


@every
def test_what_a_template_ends_in_can_be_written_into_the_real_catalog(name):
    known = values(name) | {"release": "26.04"}
    text = (ROOT / "catalog.yaml").read_text("utf-8")
    told = []
    for change in TEMPLATES[name].ends_in:
        wanted = Set(*(filled(one, known) for one in (change.of, change.set, change.to)))
        told += edited(text, wanted, date(2026, 11, 20), catalog=BOOK.catalog).words

    assert told == (ENDS[name] or ["docs.python.org: host docs.nyc1.psf.io: os: Ubuntu 24.04 -> Ubuntu 26.04"])


@every
def test_no_step_names_a_place_of_one_service_where_a_word_of_the_catalog_belongs(name):
    """A name that is right for one service would be wrong for every other."""
    for step in TEMPLATES[name].steps:
        for text in (step.text, step.gate or "", step.rollback or ""):
            assert not re.search(r"\b(docs|hg|wiki|bugs)\.(python\.org|nyc1)", text)


def test_the_page_lists_every_check_as_the_code_has_it():
    page = (FOLDER / "README.md").read_text("utf-8")
    between = page.partition(manual.BEGIN)[2].partition(manual.END)[0]

    assert between.strip() == manual.listing(plugin()).strip()


def test_the_page_counts_the_steps():
    page = (FOLDER / "README.md").read_text("utf-8")
    told = {found[1]: int(found[2]) for found in re.finditer(r"^\| \[`(\w+)`\].*?\| (\d+) \|", page, re.MULTILINE)}

    assert told == {name: len(one.steps) for name, one in TEMPLATES.items()}


def test_the_checklist_on_the_page_works():
    page = (FOLDER / "README.md").read_text("utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]

    assert read_template(example, "README.md", SHAPES, BOOK.catalog).findings == ()


@every
def test_every_place_that_a_check_asks_is_one_that_the_catalog_names(name):
    named, known = Named.of(BOOK.catalog), values(name)
    for step in TEMPLATES[name].steps:
        asked = filled_data(step.check.arguments, known) if step.check else {}
        if "url" in asked:
            assert named.host(urlsplit(asked["url"]).hostname)
        if step.check and step.check.name == "tls":
            assert named.host(asked["host"])
        if "domain" in asked:
            assert named.name(asked["domain"])


def test_a_new_host_beside_the_old_one_may_be_looked_up_and_no_other():
    """The checklist for a new host looks for its address before anybody writes it into the catalog."""
    named = Named.of(BOOK.catalog)

    assert named.name("docs-noble.nyc1.psf.io")
    assert not named.host("docs-noble.nyc1.psf.io")
    assert not named.name("elsewhere.psf.io")
    assert not named.name("evil.example.org")


def test_a_page_can_be_asked_for_under_another_name_and_a_redirect_elsewhere_forgets_it():
    async def route(host, port):
        return Way(("127.0.0.1",), near.port if host == "one.test" else other.port, plain=True)

    with (
        near_world.web({"/": Answer(302, headers={"location": "https://two.test/"})}) as near,
        near_world.web() as other,
    ):
        asking = Client(route).request("GET", "https://one.test/", headers={"Host": "docs.test"}, follow=True)
        asyncio.run(asking)

    assert near.asked[0].headers["host"] == "docs.test"
    assert other.asked[0].headers["host"] == "two.test"
