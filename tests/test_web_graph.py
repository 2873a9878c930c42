"""`/catalog/graph` as a page: for eyes, for keyboards and for screen readers, of a small and of a large catalog."""

import html
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from stage import sample
from test_web_facts import SECRETS, desk_of, private
from test_web_layout import CHAIN, grown
from web_fakes import house

from psfbot.catalog.book import Book
from psfbot.catalog.model import Hosting

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def door():
    with house(desk=desk_of(SimpleNamespace(book=sample()))) as place:
        yield place


def of(catalog):
    return house(desk=desk_of(SimpleNamespace(book=Book.of(catalog))))


def drawing(page):
    """The one drawing of a page, as what it is for a browser."""
    (found,) = re.findall(r"<svg xmlns.*?</svg>", page, re.DOTALL)
    return ET.fromstring(found)  # noqa: S314 - our own


def table(page, head):
    """The rows below a heading, as the words of their cells."""
    (body,) = re.findall(rf">{re.escape(head)}</h2>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


@pytest.mark.parametrize(
    "path", ["/catalog/graph", "/catalog/graph?service=docs", "/catalog/graph?service=nothing-at-all"]
)
def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing(door, path):
    answer = door.get(path)

    assert "default-src 'none'; style-src 'self'" in answer.headers["content-security-policy"]
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]*"', answer.text) == []
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|url\((?!#tip\))", answer.text)


@pytest.mark.parametrize("path", ["/catalog/graph", "/catalog/graph?service=docs.python.org&levels=3"])
def test_the_drawing_has_a_title_a_description_and_a_link_for_each_name(door, path):
    page = drawing(door.get(path).text)
    labelled = page.attrib["aria-labelledby"].split()
    linked = page.findall(f".//{SVG}a/{SVG}text")

    assert [one.attrib["id"] for one in (page.find(f"{SVG}title"), page.find(f"{SVG}desc"))] == labelled
    assert all(one.text for one in (page.find(f"{SVG}title"), page.find(f"{SVG}desc")))
    assert len(linked) > 3
    assert len(linked) == len([one for one in page.iter(f"{SVG}text") if one.attrib.get("class") != "remark"])


@pytest.mark.parametrize(
    "path", ["/catalog/graph", "/catalog/graph?service=docs", "/catalog/graph?service=loadbalancer"]
)
def test_every_link_of_the_page_leads_somewhere(door, path):
    links = {html.unescape(one) for one in re.findall(r'href="(/[^"]*)"', door.get(path).text)}
    kept = [one for one in links if one not in {"/checklists", "/incidents", "/oncall", "/", "/readyz"}]

    assert [one for one in sorted(kept) if door.get(one).status_code != 200] == []


def test_the_table_has_every_need_of_the_catalog_also_those_that_are_not_drawn(door):
    rows = {row[0]: row for row in table(door.get("/catalog/graph").text, "Who needs whom")}

    for service in sample().catalog.services.values():
        for need in service.depends_on:
            said = need.service if need.strength == "hard" else f"{need.service} ({need.strength})"
            assert said in rows[service.id][1].split(", ")
            assert service.id in rows[need.service][2]


def test_the_page_tells_what_runs_where_in_every_role(door):
    text = html.unescape(re.sub(r"<[^>]+>", "", door.get("/catalog/graph").text))
    catalog = sample().catalog

    for service in catalog.services.values():
        for entry in service.hosting:
            if entry.provider != "unknown":
                said = f"{entry.role} {entry.region or ''}".strip()
                assert re.search(rf"^{re.escape(said)} .*{re.escape(service.id)}", text, re.MULTILINE)
                assert catalog.providers[entry.provider].name in text


def test_a_service_that_runs_nobody_knows_where_is_named():
    catalog = grown({"a": {}})
    lost = Hosting(role="origin", provider="unknown", architecture="unknown")
    service = catalog.services["a"].model_copy(update={"hosting": (lost,)})
    with of(catalog.model_copy(update={"services": {**catalog.services, "a": service}})) as place:
        text = re.sub(r"<[^>]+>", "", place.get("/catalog/graph").text)

    assert re.search(r"Where it runs is unknown of \d+: a[,.]", text)


def test_around_a_service_the_tables_have_what_it_needs_and_who_needs_it(door):
    needs = {
        row[0]: row[1:] for row in table(door.get("/catalog/graph?service=docs").text, "What docs.python.org hangs on")
    }
    users = table(door.get("/catalog/graph?service=salt-master").text, "What hangs on salt-master")

    assert needs["loadbalancer"] == ["down without it", "directly"]
    assert needs["Fastly (provider: cdn)"][0].startswith("down without it")
    assert ["docs.python.org", "down without it", "directly"] in users


def test_around_a_service_the_way_is_told():
    with of(grown(CHAIN)) as place:
        page = place.get("/catalog/graph?service=a").text
    rows = {row[0]: row[1:] for row in table(page, "What a hangs on")}

    assert rows["c"] == ["down without it", "b"]
    assert rows["d"] == ["slower or in part without it", "b, c"]
    assert rows["e"] == ["to be managed", "b, c, d"]


@pytest.mark.parametrize("name", ["docs.python.org", "DOCS", "https://docs.python.org/3/", "doc.python.org"])
def test_a_service_is_found_by_any_name(door, name):
    answer = door.get("/catalog/graph", params={"service": name})

    assert answer.status_code == 200
    assert "What hangs on what: docs.python.org" in answer.text


@pytest.mark.parametrize(
    ("name", "fact", "near"),
    [
        ("dosc.python.org", "I know no service called 'dosc.python.org'.", "docs.python.org"),
        ("pyth", "'pyth' could be several services. Which one?", "www.python.org"),
        ("fastly", "I know no service called 'fastly'.", "what%20breaks%20if%20fastly%20is%20down"),
        ("<b>x</b>" * 50, "I know no service called '<b>x</b>", "/catalog/graph?service="),
    ],
)
def test_another_name_is_answered_with_what_comes_near(door, name, fact, near):
    answer = door.get("/catalog/graph", params={"service": name})

    assert answer.status_code == 404
    assert fact in html.unescape(answer.text)
    assert near in answer.text
    assert "<b>x</b>" not in answer.text


@pytest.mark.parametrize(
    ("levels", "chosen"), [("1", "1"), ("4", "4"), ("5", "2"), ("0", "2"), ("x", "2"), ("", "2"), ("²", "2")]
)
def test_so_many_steps_are_shown_as_are_asked_for_where_that_is_possible(door, levels, chosen):
    page = door.get("/catalog/graph", params={"service": "docs", "levels": levels})

    assert page.status_code == 200
    assert f'<b aria-current="true">{chosen}</b>' in page.text


def test_steps_that_are_left_out_are_told():
    direct = {f"m{number}": {"x": "hard"} for number in range(100)}
    with of(grown({**direct, **{f"u{n}": {f"m{n}": "hard"} for n in range(100)}, "x": {}})) as place:
        page = place.get("/catalog/graph?service=x&levels=4").text

    assert "Only 1 of 4 steps is drawn" in page
    assert ">u7</a>" in page


def test_a_catalog_that_is_too_large_to_draw_is_told_in_tables_and_by_what_is_needed_most():
    chain = {f"s{number}": {f"s{number + 1}": "hard", "hub": "hard"} for number in range(500)}
    with of(grown({**chain, "s500": {}, "hub": {}})) as place:
        answer = place.get("/catalog/graph")
    words = re.sub(r"<[^>]+>", "", answer.text)

    assert "too many for one drawing" in words
    assert "<svg xmlns" not in answer.text
    assert "hub, needed by 500" in words
    assert "more are not shown" in words
    assert len(answer.content) < 1_000_000


def test_a_catalog_in_which_nobody_needs_anybody_says_so():
    catalog = sample().catalog
    bare = {id_: one.model_copy(update={"depends_on": ()}) for id_, one in catalog.services.items()}
    with of(catalog.model_copy(update={"services": bare})) as place:
        whole, one = place.get("/catalog/graph").text, place.get("/catalog/graph?service=docs").text

    assert "No service needs another, as far as the catalog knows." in whole
    assert "nothing hangs on it." in one


def test_the_drawing_is_made_once_for_a_reading_of_the_catalog(door):
    assert door.get("/catalog/graph").content == door.get("/catalog/graph").content


def test_nothing_private_is_drawn():
    with house(desk=desk_of(SimpleNamespace(book=private()))) as place:
        said = place.get("/catalog/graph").text + place.get("/catalog/graph?service=docs").text

    assert [secret for secret in SECRETS if secret in said] == []


def test_a_service_s_page_leads_to_what_is_around_it(door):
    assert 'href="/catalog/graph?service=docs.python.org"' in door.get("/services/docs").text
    assert "/catalog/graph?service=" not in door.get("/services/fastly").text
    assert "/catalog/graph?service=" not in door.get("/people/mdk").text
