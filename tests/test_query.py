"""The query language: what is written, what it finds, what a mistake is told. All people here are invented."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog import model, query
from psfbot.catalog.index import CLOSED, DATES, READ, REMEMBERED, TEXTS, Index, find
from psfbot.catalog.query import FIELDS, And, Not, Or, QueryError, Term, Value, Words, parse, spell

PAGE = (Path(__file__).parents[1] / "docs" / "query.md").read_text(encoding="utf-8")
KINDS = yaml.safe_load("""
sources: {pillar: {title: Pillar}, board: {title: Minutes}}
people:
  {ada: {name: Ada Łukaszová, aliases: [countess], github: AdaCodes}, bo: {name: Bo Sample}, docs: {name: Doc Person}}
teams: {docs: {name: Documentation team, aliases: [writers]}, infra: {name: Infrastructure}}
providers:
  {aws: {name: Amazon Web Services, aliases: [Amazon]}, digitalocean: {name: DigitalOcean}, fastly: {name: Fastly},
   unknown: {name: Not known}}
regions:
  nyc1: {provider: digitalocean, code: NYC1, kind: datacenter, location: New York}
  nyc3: {provider: digitalocean, code: NYC3, kind: datacenter, location: New York}
  ohio: {provider: aws, code: us-east-2, kind: region, aliases: [Columbus]}
rooms: {infra: {public: true}, docs: {public: true}}
oncall: {infra: {team: infra}}
services:
  docs.example.org:
    {name: Documentation of Examples, description: Builds and serves manuals, aliases: [the manual], system: reading,
     domains: [docs.example.org, "*.docs.example.org"], lifecycle: production, tier: 1, oncall: infra, rooms: [infra],
     owners: [{ref: "person:ada"}, {ref: "team:docs", role: backup}], tags: [nginx, static-site],
     hosting: [{role: origin, provider: digitalocean, region: nyc1, architecture: amd64,
                hosts: [{name: docs.nyc1.example.net, os: Ubuntu-14.04, access: ["person:bo", "team:infra"]}]},
               {role: cdn, provider: fastly}, {role: backup, provider: aws}],
     repos: [{url: "https://github.com/example/manuals.git"}],
     config: {tool: Salt, repo: "https://code.example.org/ops/states"},
     links: [{type: runbook, url: "https://example.org/run"}, {type: tracker, url: "https://example.org/t"}],
     alerts: {pingdom: ["12345", docs front page]},
     history: [{date: "2020", fact: Moved from Rackspace to DigitalOcean.}],
     provenance: {default: {source: pillar, as_of: "2024", verified: 2025-06-30},
                  tier: {sources: [board, pillar], as_of: "2023-05-01"}}}
  peps:
    {name: PEPs, description: "Proposals, with search or without", domains: [peps.example.org], lifecycle: production,
     tier: 2, owners: [{ref: "team:docs"}, {ref: "person:bo", role: escalation}], tags: [nginx],
     hosting: [{role: origin, provider: aws, region: ohio, architecture: arm64},
               {role: origin, provider: unknown, architecture: unknown}, {role: tracker, provider: fastly}],
     depends_on: [{service: docs.example.org}], repos: [{url: "https://github.com/example/peps"}],
     links: [{type: status, url: "https://example.org/s"}],
     provenance: {default: {as_of: "2025-03", verified: 2026-02-01}}}
  mail:
    {name: Mail, description: Mailing lists and their archives, type: mail, lifecycle: retired, tier: 4,
     owners: [{ref: "person:docs", role: backup}], depends_on: [{service: peps, strength: soft}],
     hosting: [{role: origin, provider: digitalocean, region: nyc3, architecture: amd64,
                hosts: [{name: mail, os: Ubuntu 24.04}, {name: mail-2}]}],
     provenance: {default: {as_of: "2019-01-02"}}}
  mystery: {name: Mystery, description: Nobody knows, lifecycle: unknown}
""")
CATALOG = model.Catalog.model_validate(
    {kind: {key: {"id": key, **one} for key, one in records.items()} for kind, records in KINDS.items()}
)
INDEX = Index(CATALOG)


def ids(text, index=INDEX):
    return [service.id for service in find(text, index)]


def trouble(text, index=INDEX):
    with pytest.raises(QueryError) as caught:
        find(text, index)
    return caught.value


def cases(text, sign):
    """`query sign expectation`, one to a line or separated by double bars."""
    return [[side.strip() for side in case.split(sign, 1)] for case in re.split(r"\n|\|\|", text) if case.strip()]


CANONICAL = cases(r"""
Provider:fastly => provider:fastly || dc:nyc1 status:retired => region:nyc1 lifecycle:retired
architecture:arm64 config:salt => arch:arm64 tool:salt || needs:peps asof<2026 => depends:peps as_of<2026
a AND b c => a b c || a OR b AND c => a OR b c || ( a OR b ) c => (a OR b) c || a (b (c d)) => a b c d
a OR (b OR c) => a OR b OR c || NOT tag:x => -tag:x || NOT (a b) => -(a b) || -(a OR b) => -(a OR b) || --a => --a
(((a))) => a || (a)(b) => a b || tier=2 => tier:2 || tier:=2 => tier:2 || tier:<=2 => tier<=2 || tier>1 => tier>1
os:"Ubuntu-14.04" => os:Ubuntu-14.04 || os:"Ubuntu 14.04",Debian* => os:"Ubuntu 14.04",Debian*
os:"Ubuntu 14"* => os:"Ubuntu 14"* || os:"a*" => os:"a*" || os:* domain:*.x => os:* domain:*.x || os:"" => os:""
os:"a\"b\\c" => os:"a\"b\\c" || os:"<2" os:"//x" => os:"<2" os:"//x" || owner:“Ada Ł” => owner:"Ada Ł"
"Two  words" one => "Two  words" one || https://docs.example.org/3 => https://docs.example.org/3 || 12:30 => 12:30
this or that => this (or) that || hosting.dns:fastly => dns:fastly || hosting.backup:aws => hosting.backup:aws
""", "=>")  # fmt: skip


@pytest.mark.parametrize(("text", "canonical"), CANONICAL, ids=[text for text, _ in CANONICAL])
def test_a_query_has_one_canonical_spelling(text, canonical):
    assert spell(parse(text)) == canonical
    assert parse(canonical) == parse(text)


def test_nodes_say_what_was_written_and_where():
    node = parse('tag:a,b* -"x y" OR tier<=2')
    tags = Term("tag", ":", (Value("a"), Value("b", begins=True)))

    assert node == Or((And((tags, Not(Words("x y", whole=True)))), Term("tier", "<=", (Value("2"),))))
    assert (node.parts[1].position, node.parts[1].values[0].position) == (19, 25)


MISTAKES = cases(r"""
providr:x @0 no field 'providr' — did you mean 'provider'? || docs fruit:x @5 no field 'fruit' — put it in quotes
hosting.cnd:x @0 did you mean 'hosting.cdn'? || provider: @9 no value here || provider: fastly @9 no value here
provider:fastly, @16 no value here || tag:a, b @6 no value here || provider:(aws) @9 no value here
tier==2 @5 no value || tier <= 2 @5 '<=' has no field || :x @0 ':x' has no field || !=x @0 '!=x' has no field
tier!=2 @4 minus: -tier:… || provider<fastly @8 has no order — write a colon, as provider:fastly
has>=owner @3 'has' has no order || tier<1,2 @7 '<' compares with one value only
tag:ng*nx @6 a star can only end a value || x "abc @2 this quote is never closed
tag:"abc @4 this quote is never closed || tag:"a"b @7 a quote touches a word || tag:a"b" @5 a quote touches a word
a"b" @1 a quote touches a word || (a @0 this bracket is never closed || (a (b) @0 this bracket is never closed
a) @1 was never opened || ) @0 was never opened || () @0 nothing follows this || a ( @2 nothing follows this bracket
OR a @0 nothing stands before OR || (AND a) @1 nothing stands before AND || a OR @2 nothing follows OR
a AND OR b @2 nothing follows AND || (a OR) b @3 nothing follows OR || -AND @0 follows - || a NOT @2 nothing follows NOT
a - b @2 a '-' with nothing to || - @0 a '-' with nothing || (a -) @3 a '-' with nothing
... @0 '...' has no letter or digit || x "" @2 '' has no letter or digit || * @0 '*' has no letter or digit
tag:a or tag:b @6 'or' is only a word — write OR, or "or" for the word || tag:a Or (b c) @6 'Or' is only a word
(tag:a) and -tag:b @8 write AND || not tag:a @0 write NOT || tag:"-" @4 '-' has no letter or digit
tag:-* @4 '-' has no || docs provider:fastlly @14 no provider 'fastlly' — did you mean 'fastly'?
cdn:fasly @4 no provider 'fasly' — did you mean
provider:aws,gogle @13 no provider 'gogle' — write aws, digitalocean, fastly or unknown
provider:zz* @9 begins with 'zz' || region:nyc9 @7 no region 'nyc9' — did you mean 'nyc1' or 'nyc3'?
owner:ad @6 no person or team 'ad' — did you mean 'ada'? || primary:"ada lukaszova x" @8 did you mean 'Ada Łukaszová'?
person:infra @7 no person 'infra' || team:ada @5 no team 'ada' || access:writer @7 did you mean 'writers'?
arch:amr64 @5 did you mean 'amd64' or 'arm64'? || hosting.backup:bo @15 no provider 'bo'
arch:sparc @5 no architecture 'sparc' — write amd64, arm64, multi or unknown
type:web @5 no type 'web' — write website || lifecycle:retierd @10 no lifecycle 'retierd' — did you mean 'retired'?
tier<unknown @5 — write 1, 2, 3 or 4 || tier:5 @5 no tier '5' — write 1, 2, 3, 4 or unknown
tier<=5 @6 no tier '5' — write 1, 2, 3 or 4 || tier<2* @5 no tier || needs:docs.exmaple.org @6 mean 'docs.example.org'?
link:runbok @5 no kind of link 'runbok' — did you mean 'runbook'?
oncall:infar @7 no rota 'infar' — did you mean 'infra'? || room:dcos @5 did you mean 'docs'?
source:pilar @7 mean 'pillar'? || verified<soon @9 no date 'soon' — write 2026, 2026-01 or
verified:2026-13 @9 no date || as_of>2026-02-30 @6 no date || as_of:2026* @6 no date '2026*'
as_of<* @6 '' has no letter || as_of<unknown @6 no date 'unknown' || has:ownr @4 mean 'owner'?
has:has @4 no field 'has' || has:tag,owner* @8 no field 'owner*' || tag:no provider:zzz @16 no provider 'zzz'
id:peps OR provider:zzz @20 no provider 'zzz' || tag:a & tag:b @6 '&' joins nothing here — write AND, in upper case
docs|x @4 '|' joins nothing here — write OR || tag:a|b @5 '|' joins || (a)&&(b) @3 '&&' joins nothing here — write AND
""", "@")  # fmt: skip
MISTAKES += [[sign * 51 + "a", "50 more than 50 brackets inside each other"] for sign in "(-"]
MISTAKES += [["", "0 is empty"], ["a" * 2001, "2000 too long (2,001 characters) — keep it to 2,000"]]
MISTAKES += [["as_of:\uff12\uff10\uff12\uff16", "6 no date"], ["docs || x", "5 '||' joins nothing here — write OR"]]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[text[:30] for text, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_a_remedy(text, said):
    position, message = said.split(" ", 1)
    error = trouble(text)

    assert message in str(error)
    assert error.position == int(position)
    assert str(error).startswith(f"At character {error.position + 1}: ")
    assert " — " in str(error)


def test_a_query_may_be_as_long_and_as_deep_as_is_said():
    assert parse("(" * query.DEEPEST + "a" + ")" * query.DEEPEST) == Words("a")
    assert parse("a" * query.LONGEST) == Words("a" * query.LONGEST)


def test_a_long_list_of_values_is_not_recited():
    many = {f"person{n}": model.Person(id=f"person{n}", name=f"Invented {n}") for n in range(20)}

    assert "a free word" in str(trouble("person:xx", Index(model.Catalog(people=many))))


def test_a_message_is_short_and_harmless_whatever_was_written():
    error = trouble('tag:x provider:"' + "evil\n\x02\u202e" * 100 + '"')

    assert len(str(error)) < 200
    assert str(error).isprintable()


def test_a_caret_points_at_the_mistake_after_wide_and_hidden_letters_too():
    for text, pointed in [("a tier:7", "a tier:7\n       ^"), ("文\u200b\ttier:7", "文 tier:7\n        ^")]:
        assert trouble(text).pointed(text) == pointed


FOUND = cases(r"""
id:peps = peps || id:DOCS-example-org = docs || name:documentation = docs || name:"documentation of" = docs
name:"documentation examples" = || name:doc = || name:doc* = docs || domain:peps.example.org = peps
domain:* = docs peps || domain:docs.example.org = docs || domain:*.docs.example.org = docs
domain:*.peps.example.org = || alias:the-manual = docs || owner:ada = docs || owner:"ada lukaszova" = docs
owner:adacodes = docs || owner:Countess = docs || owner:infra = || owner:writers = docs peps
owner:docs = docs peps mail || owner:team:docs = docs peps || owner:person:docs = mail || owner:ada,bo = docs peps
owner:unknown = mystery || primary:docs = peps || primary:unknown = mail mystery || backup:docs = docs mail
escalation:bo = peps || team:docs = docs peps || -has:team = mail mystery || person:docs = mail || person:bo = docs peps
provider:amazon = docs peps || provider:"amazon web services" = docs peps || has:provider = docs peps mail
provider:dig* = docs mail || provider:fastly = docs peps || provider:unknown = peps mystery || region:nyc1 = docs
datacenter:nyc3 = mail || region:"new york" = docs mail || region:us-east-2 = peps || region:columbus = peps
region:unknown = peps mystery || arch:arm64 = peps || arch:x86 = docs mail || architecture:x86_64 = docs mail
arch:unknown = peps mystery || has:arch = docs peps mail || os:ubuntu-14.04 = docs || os:"UBUNTU 14.04" = docs
os:ubuntu = || os:ubuntu* = docs mail || os:unknown = peps mail mystery || os:* = docs mail || host:docs = docs
host:mail-2 = mail || host:docs.nyc1.example.net = docs || access:bo = docs || access:infra = docs || type:mail = mail
state:retired = mail || -lifecycle:production,unknown = mail || tier:1 = docs || tier<=2 = docs peps || tier<2 = docs
tier>2 = mail || tier>=2 = peps mail || tier:unknown = mystery || -tier<=2 = mail mystery
tier:1,unknown = docs mystery || system:reading = docs || tag:nginx = docs peps || tag:"static site" = docs
repo:example/peps = peps || repo:peps = peps || repo:https://github.com/example/manuals.git = docs
repo:github.com/example/manuals = docs || repo:example* = docs peps || repo:ops/states = docs || tool:salt = docs
needs:docs.example.org = peps || depends:"the manual" = peps || depends:peps = mail || link:runbook,status = docs peps
alert:pingdom = docs || alert:12345 = docs || alert:"docs front page" = docs || oncall:infra = docs || room:infra = docs
room:docs = || source:board = docs || has:source = docs || verified<2026-01-01 = docs || verified<=2025 = docs
verified<2025 = || verified>2025 = peps || verified>=2025 = docs peps || verified:2026-02 = peps
verified:2025-06-30 = docs || verified>2025-06-30 = peps || verified<2025-06-30 = || verified:unknown = mail mystery
-has:verified = mail mystery || as_of:2024 = docs || as_of:2024-01 = || as_of<2024-06 = mail || as_of<2025 = docs mail
as_of>=2024 = docs peps || as_of>=2024-06 = peps || as_of>2024-12 = peps || as_of:2025 = peps
history:"moved from" = docs || history:rack* = docs || history:docs = || history:unknown = peps mail mystery
has:runbook = docs || has:alert,repo = docs peps || has:region has:on-call = docs || -has:owner = mystery
has:tracker = docs peps || has:hosting.tracker = peps || has:status = peps || has:state = docs peps mail
HAS:Architecture = docs peps mail || origin:aws = peps || cdn:fastly = docs || tracker:fastly = peps || has:dns =
hosting.backup:aws = docs || docs = docs || DOCS.example = docs || manual = docs || "manual" = docs || "manua" =
manua = docs || example.org = docs peps || "mailing lists" = mail || "mailing archives" = || "manuals docs" =
archives mailing = mail || nginx = docs peps || static-site = docs || mail OR peps = peps mail
-example = mail mystery || NOT NOT mail = mail || or = docs peps || search or without = peps || rackspace = || unknown =
"unknown" = || http://peps.example.org = || tier<=2 OR state:retired nginx = docs peps
(tier<=2 OR state:retired) mail = mail || tag:nginx -tag:static-site = peps || -(tag:nginx OR type:mail) = mystery
""", " =")  # fmt: skip


@pytest.mark.parametrize(("text", "found"), FOUND, ids=[text for text, _ in FOUND])
def test_a_query_finds_what_it_says(text, found):
    assert ids(text) == [{"docs": "docs.example.org"}.get(word, word) for word in found.split()]


def test_an_empty_catalog_finds_nothing():
    empty = Index(model.Catalog())

    assert [ids(text, empty) for text in ("docs", "-docs", "tier<2", "verified>2020", "tag:*", "has:owner")] == [[]] * 6


def test_asking_again_finds_the_same_and_a_mistake_is_told_at_its_new_place():
    assert ids("tag:nginx nginx") == ids("nginx   tag:nginx") == ids("tag:nginx nginx")
    assert [trouble(text).position for text in ("tier:7", "docs tier:7")] == [5, 10]


def test_what_was_asked_is_forgotten_when_it_grows_too_much():
    index = Index(CATALOG)
    for number in range(REMEMBERED + 100):
        ids(f"nothing{number}", index)

    assert ids("tag:nginx", index) == ids("tag:nginx")
    assert len(index._seen) == 101  # noqa: SLF001 - memory is what is promised


def test_rare_and_common_values_are_found_alike_in_a_large_catalog():
    tags = {f"s{n}": ("all", f"t{n % 100}", f"u{n}") for n in range(300)}
    fixed = {"name": "N", "description": "x", "lifecycle": "production"}
    index = Index(model.Catalog(services={key: model.Service(id=key, tags=tags[key], **fixed) for key in tags}))

    assert len(ids("tag:all", index)) == len(tags)
    assert ids("tag:t7", index) == ["s7", "s107", "s207"]
    assert ids("tag:u29*", index) == ["s29", *(f"s{n}" for n in range(290, 300))]
    assert ids("-tag:u*", index) == []


def test_the_page_lists_every_field_and_its_examples_and_mistakes_are_true():
    lines = [line for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]

    assert query.table() in PAGE, f"put this table into docs/query.md:\n\n{query.table()}"
    assert len(lines) > 5
    assert all(parse(line) for line in lines)
    assert str(trouble("provider:fastlly")) in PAGE


def test_every_field_has_names_of_its_own_an_example_a_reader_and_a_test():
    names = [name for known in FIELDS for name in (known.name, *known.synonyms)]
    examples = [(known.name, parse(known.example)) for known in FIELDS]
    tried = {getattr(parse(text), "field", "") for text, _ in FOUND}

    assert len(names) == len(set(names))
    assert all(name == (node.part if isinstance(node, Not) else node).field for name, node in examples)
    assert {known.name for known in FIELDS} == {*READ, *DATES, *TEXTS, "has"} - {""}
    assert CLOSED.keys() <= READ.keys()
    assert {one.name for one in FIELDS} - {one.name for one in query.BY_ROLE.values()} <= tried


PIECES = [*'()-",*:<=|&\\/“ü2 \n\x00\u2028', "<=", "!=", "AND", "OR", "NOT", " or ", " and ", "not", "unknown"]
PIECES += ["tier", "verified", "provider", "os", "has", "2026-01", "nginx"]
SCRAPS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


@settings(max_examples=1000, deadline=None)
@given(SCRAPS)
def test_whatever_is_written_is_read_back_alike_or_refused_with_a_place(text):
    try:
        node = parse(text)
    except QueryError as error:
        lines = [*str(error).splitlines(), *error.pointed(text).splitlines()]
        place = error.position if len(lines) == 3 else -1
        node = None

    assert parse(spell(node)) == node if node else 0 <= place <= len(text)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(FIELDS), st.text(st.characters(exclude_characters="“”„"), max_size=8), st.booleans())
def test_every_value_can_be_written_and_read(known, text, begins):
    node = And((Term(known.name, ":", (Value("x,"), Value(text, begins))), Words("x" + text, whole=True)))

    assert parse(spell(node)) == node


@settings(max_examples=500, deadline=None)
@given(SCRAPS)
def test_whatever_is_asked_is_answered_or_refused(text):
    try:
        found = find(text, INDEX)
    except QueryError:
        found = ()

    assert {one.id for one in found} <= CATALOG.services.keys()


DAYS = [str(date(2019, 1, 1) + timedelta(days=number)) for number in range(3000)]
SLOWLY = {"owner", "team", "provider", "cdn", "region", "arch", "os", "tag", "tier", "lifecycle", "verified", "as_of"}
ASKED = [text for text, _ in FOUND if {*re.findall(r"[\w.]+(?=[:<>])", text)} <= SLOWLY and text != "arch:x86"]
ASKED += ["has:region", "has:verified", "has:os", "has:cdn", "-has:owner", "region:*"]


def folded(text):
    return " ".join(re.findall("[a-z0-9]+", text.lower().replace("ł", "l").replace("á", "a")))


def called(ref):
    """All names of what is referred to; anything else is called what it is."""
    kind, _, key = ref.rpartition(":")
    one = KINDS.get({"person": "people"}.get(kind, f"{kind}s"), {}).get(key, {})
    return [ref, key, *one.get("aliases", ()), *(one.get(name, key) for name in ("name", "code", "location", "github"))]


def held(name, service):
    """The values of a field; None is a value that nobody knows."""
    dates = [getattr(entry, name, None) for entry in service.provenance.values()]
    values = {
        "owner": [owner.ref for owner in service.owners],
        "team": [owner.ref for owner in service.owners if owner.ref.startswith("team")],
        "provider": [f"provider:{entry.provider}" for entry in service.hosting],
        "cdn": [f"provider:{entry.provider}" for entry in service.hosting if entry.role == "cdn"],
        "region": [f"region:{h.region or 'unknown'}" for h in service.hosting if h.region or h.role == "origin"],
        "arch": [entry.architecture for entry in service.hosting if entry.architecture],
        "os": [host.os or "unknown" for entry in service.hosting for host in entry.hosts],
        "tag": service.tags, "tier": [str(service.tier)], "lifecycle": [service.lifecycle],
    }.get(name, [max(map(str, filter(None, dates)), default="unknown")])  # fmt: skip
    return [None if value.endswith("unknown") else value for value in values]


def compare(one, op, many):
    return {"<": one < many[0], "<=": one <= many[-1], ">": one > many[-1], ">=": one >= many[0], ":": one in many}[op]


def fits(name, op, value, service):
    """Does one value of a term fit? Nothing is gathered and nothing is remembered."""
    known = [one for one in held(value.text if name == "has" else name, service) if one]
    if name == "has" or value == Value("", begins=True):
        return bool(known)
    if value.text == "unknown":
        return None in held(name, service) or not known
    if name in DATES:
        days = [day for day in DAYS if day.startswith(value.text)]
        return any(all(compare(day, op, days) for day in DAYS if day.startswith(one)) for one in known)
    if op != ":":
        return any(compare(one, op, [value.text]) for one in known)
    names = [folded(name) for one in known for name in called(one)]
    return any(name.startswith(folded(value.text)) if value.begins else name == folded(value.text) for name in names)


def slow(node, service):
    """Does this service fit?"""
    if isinstance(node, Not):
        return not slow(node.part, service)
    if isinstance(node, Term):
        return any(fits(node.field, node.op, value, service) for value in node.values)
    if isinstance(node, Words):
        texts = (service.id, service.name, service.description, *service.aliases, *service.domains, *service.tags)
        return any(f" {folded(node.text)}{' ' * node.whole}" in f" {folded(each)} " for each in texts)
    return {And: all, Or: any}[type(node)](slow(part, service) for part in node.parts)


ALL = st.lists(st.sampled_from(ASKED), min_size=1, max_size=4).map(") (".join).map("({})".format)
EITHER = ALL | st.lists(ALL, min_size=1, max_size=3).map(") OR (".join).map("-(({}))".format)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(EITHER, min_size=1, max_size=8))
def test_sets_find_what_a_look_at_every_service_finds(rnd, questions):
    parts = [dict(service) for service in CATALOG.services.values()]
    mixed = {key: {name: rnd.choice(parts)[name] for name in parts[0]} | {"id": key} for key in ("one", "two", "three")}
    services = {key: model.Service(**fields) for key, fields in mixed.items()}
    index = Index(CATALOG.model_copy(update={"services": services}))

    for text in questions:
        assert ids(text, index) == [key for key, service in services.items() if slow(parse(text), service)], text
