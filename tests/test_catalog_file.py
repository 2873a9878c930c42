"""The loader: what is fine, and every fault with its place. Most faults are told in the files of `tests/faulty`."""

import gc
import json
import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psfbot.catalog import model
from psfbot.catalog.encoding import FORBIDDEN, MOST
from psfbot.catalog.events import DEPTH, Odd, Quick, events
from psfbot.catalog.faults import BY_PATTERN, told
from psfbot.catalog.fields import allowed, fields
from psfbot.catalog.file import FEW, LARGEST, load, load_or_refuse, read
from psfbot.catalog.finding import Finding, as_github, as_json, as_text, shown
from psfbot.catalog.nearest import did_you_mean, nearest
from psfbot.catalog.places import Thorough
from psfbot.catalog.recovery import BUDGET, ROUNDS
from psfbot.errors import UserError

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.yaml"))
SAMPLE = (Path(__file__).parent / "sample.yaml").read_bytes()
ANNA = b"people:\n  anna:\n    name: Anna Example\n"


def told_of(text, name="c.yaml"):
    """Findings as `LINE:COLUMN [warning: ]message`."""
    return [line.removeprefix(f"{name}:") for line in as_text(read(text, name).findings).splitlines()]


def told_as(text):
    """Findings as `LINE:COLUMN rule`."""
    return [f"{one.line}:{one.column} {one.rule}" for one in read(text, "c.yaml").findings]


# --- the faulty catalogs


@pytest.mark.parametrize("file", FAULTY, ids=lambda file: file.stem)
def test_a_faulty_catalog_has_exactly_the_faults_that_its_head_expects(file):
    expected = re.findall(r"^# expect (\S+) (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)

    found = [re.sub(r"^(\d+:\d+): ", r"\1 ", one) for one in told_of(file.read_bytes())]
    assert found == [" ".join(one) for one in expected]
    assert found


def test_there_are_faulty_catalogs_enough():
    assert len(FAULTY) >= 28


def test_a_sound_catalog_has_no_findings_and_a_line_for_each_record():
    loaded = read(SAMPLE, "sample.yaml")
    lines = SAMPLE.decode().splitlines()

    assert loaded.findings == ()
    assert loaded.catalog is not None
    records = {(kind, id_) for kind in model.KINDS for id_ in getattr(loaded.catalog, kind)}
    assert loaded.places.keys() == records
    assert all(lines[line - 1].startswith(f"  {id_}:") for (_, id_), line in loaded.places.items())


def test_a_finding_says_where_in_the_data_it_is():
    text = "services:\n  docs.python.org:\n    owners:\n      - ref: person:x\n"
    paths = {one.rule: one.path for one in read(text, "c.yaml").findings}

    assert paths["no-such-person"] == "services/docs.python.org/owners/0/ref"
    assert paths["missing-field"] == "services/docs.python.org/lifecycle"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("people:\n  anna:\n    name: 'Anna\n", "people/anna"),
        ("people: x: y\n  anna:\n    name: Anna\n", "people"),
        ("people:\n  anna:\n    name: &a Anna\n", "people/anna"),
        ("peple:\n  anna:\n    nam: x\n    name: Anna\n", "peple"),
        ("peple:\n  anna:\n    nam: x\n    name: Anna\n", "peple/anna/nam"),
        ("---\n---\n", ""),
    ],
)
def test_also_a_slip_in_the_text_says_which_record_it_is_in(text, path):
    assert path in [one.path for one in read(text, "c.yaml").findings]


# --- what a value means


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("22:22", "22:22"), ("3.10", "3.10"), ("010", "010"),
        ("1_000", "1_000"), ("0x1F", "0x1F"), ("1e3", "1e3"), ("-", "-"), ("2026-11-20", "2026-11-20"),
        ("12", 12), ("-1", -1), ("0", 0), ("-0", 0), ("9" * 18, int("9" * 18)), ("9" * 19, "9" * 19),
        ("9" * 5000, "9" * 5000), ("'12'", "12"), ('"true"', "true"), ("''", ""), ("true", True), ("False", False),
        ("~", None), ("", None), ("Null", None), ("null", None), ("nULL", "nULL"), ("| \n  no\n", "no\n"),
        ("x#y", "x#y"), ("a\n  b", "a b"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_only_null_true_false_and_whole_numbers_are_more_than_text(written, meant):
    root = Quick(f"a: {written}\nb: [{written if '|' not in written else 'no'}]\n".encode()).root

    assert root["a"] == meant
    assert type(root["a"]) is type(meant)
    assert root["b"] in ([meant], [], ["no"])


@pytest.mark.parametrize(
    ("key", "read_as"), [("no", "no"), ("12", "12"), ("~", "~"), ("'a b'", "a b"), ("true", "true")]
)
def test_a_key_is_always_text(key, read_as):
    assert Quick(f"{key}: x\n".encode()).root == {read_as: "x"}


def test_a_number_is_fine_where_a_text_belongs():
    loaded = read("sources:\n  2024:\n    title: 2024\n    date: 2024\n", "c.yaml")

    assert loaded.catalog
    assert loaded.catalog.sources["2024"] == model.Source(id="2024", title="2024", date="2024")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc:#' -", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc:#' -", max_size=4), PLAIN, min_size=1, max_size=4))
def test_the_quick_way_the_thorough_way_and_pure_python_read_the_same(data):
    text = json.dumps(data).encode()
    thorough = Thorough(text)

    assert Quick(text).root == thorough.root == data
    assert thorough.slips == []
    assert Quick(text).lines == thorough.lines
    pure, quick = events(text, libyaml=False), events(text)
    pairs = iter(lambda: (pure(), quick()), (None, None))
    assert all(type(one) is type(other) and vars(one).get("value") == vars(other).get("value") for one, other in pairs)


@pytest.mark.parametrize(
    "text",
    [
        "- a", "a", "a: &x b", "a: *x", "a: !x b", "<<: {}", "a: 1\na: 2", "? [a]\n: b", "a: [&x b]", "a: [!x b]",
        "a: [*x]", "a: 1\n---\nb: 2", "*x : b", "&x a: b", "!x a: b", "a:\n\tb", "a: [b,\n\tc]", "",
        f"a: {'[' * DEPTH}{']' * DEPTH}", f"{'{a: ' * (DEPTH + 1)}b{'}' * (DEPTH + 1)}",
    ],
)  # fmt: skip
def test_whatever_is_out_of_the_ordinary_ends_the_quick_way(text):
    with pytest.raises((Odd, yaml.YAMLError)):
        Quick(text.encode())


def test_as_many_levels_as_are_allowed_are_read():
    depth = DEPTH - 1

    assert told_as(f"services: {'[' * depth}{']' * depth}") == ["1:11 type"]
    assert told_as(f"services: {'[' * depth}[{']' * depth}]") == ["1:42 syntax"]


# --- bytes that cannot stand in a file of `tests/faulty`


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ["1:1: the catalog is empty: start with `schema_version: 1` and a section such as `services:`"]),
        (b"# only a comment\n\n", ["1:1: the catalog is empty: start with `schema_version: 1` and a section such as `services:`"]),
        (b"{}", ["1:1: the catalog is empty: start with `schema_version: 1` and a section such as `services:`"]),
        (b"--- ~\n", ["1:1: the catalog is empty: start with `schema_version: 1` and a section such as `services:`"]),
        (b"[a]", ["1:1: expected sections such as services: and people:, found a list"]),
        (b"hello", ['1:1: expected sections such as services: and people:, found "hello"']),
        (b"%YAML 1.1\n---\npeople: {}\n...\n# the end\n", []),
        (b"\xef\xbb\xbf" + ANNA, ["1:1: warning: a byte order mark before the first character: save the file as UTF-8 without BOM"]),
        (b"\xef\xbb\xbfpeple:\n", ["1:1: warning: a byte order mark before the first character: save the file as UTF-8 without BOM",
                                    '1:1: unknown section "peple" — did you mean "people"?']),
        (ANNA.replace(b"\n", b"\r\n") + b"    status: gone\r\n", ['4:13: status cannot be "gone" (allowed: active, emeritus, inactive)']),
        (ANNA.replace(b"\n", b"\r") + b"    status: gone", ['4:13: status cannot be "gone" (allowed: active, emeritus, inactive)']),
        (ANNA.replace(b"Anna", "Änna".encode()) + b"    x: \xff\xfe\n    y: \xc3\n",
         ["4:5: unknown field \"x\": here may stand note, provenance, name, aliases, github, irc, slack, email, pagerduty, timezone, status",
          "4:8: this byte (0xff) is not UTF-8: save the file as UTF-8",
          "5:5: unknown field \"y\": here may stand note, provenance, name, aliases, github, irc, slack, email, pagerduty, timezone, status",
          "5:8: this byte (0xc3) is not UTF-8: save the file as UTF-8"]),
        (ANNA + b"    note: \xc3\xa9\xe9\x07\n", ["4:12: this byte (0xe9) is not UTF-8: save the file as UTF-8", "4:13: an invisible character (U+0007): remove it"]),
        (ANNA + "    note: a\u2028b\u0085c\n    status: gone\n".encode(),
         ["4:12: an invisible character (U+2028): remove it", '5:13: status cannot be "gone" (allowed: active, emeritus, inactive)']),
        (ANNA + b"    note: a\0b\n", ["4:12: an invisible character (U+0000): remove it"]),
        ("a: b".encode("utf-16"), ["1:1: this file is not UTF-8 (it looks like UTF-16): save it as UTF-8"]),
        ("a: b".encode("utf-16-be"), ["1:1: this file is not UTF-8 (it looks like UTF-16): save it as UTF-8"]),
        ("a: b".encode("utf-32"), ["1:1: this file is not UTF-8 (it looks like UTF-16): save it as UTF-8"]),
        ("people:\n  anna: {name: \ud800}\n", ["2:16: this byte (0xed) is not UTF-8: save the file as UTF-8"]),
        ("people:\n  anna: {name: 🐍, status: x}\n", ['2:27: status cannot be "x" (allowed: active, emeritus, inactive)']),
    ],
)  # fmt: skip
def test_a_file_that_an_editor_or_a_download_changed_is_read_as_far_as_it_can_be(text, expected):
    assert told_of(text) == expected


def test_only_so_many_bad_lines_are_told():
    rules = [one.rule for one in read(b"# \x07\n" * (MOST + 50), "c.yaml").findings]

    assert rules == ["control-character"] * MOST


def test_what_the_parser_cannot_read_is_what_is_replaced_before_it_reads():
    """No character may get past `scrub` and stop the parser, and none that YAML allows may be refused."""
    ends = "\u0085\u2028\u2029"
    for start in range(0, 0x11000, 0x40):
        chars = [chr(code) for code in range(start, start + 0x40) if not 0xD800 <= code <= 0xDFFF]
        for char in chars if start < 0x100 or start in {0x2000, 0xFEC0, 0xFFC0} else ["".join(chars)] * bool(chars):
            try:
                Quick(f"a: 'x{char}'\n".encode())
                refused = False
            except yaml.reader.ReaderError:
                refused = True
            except yaml.YAMLError:
                refused = False
            assert bool(FORBIDDEN.search(char.translate(dict.fromkeys(map(ord, ends + "\r"))))) == refused, repr(char)


# --- hostile files


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (b"services: " + b"[" * 10_000, ["syntax"]),
        (b"services:\n  a: " + b"{a: " * 10_000, ["syntax"]),
        (b"- " * 100_000, ["syntax"]),
        (b"? " * 100_000, ["syntax"]),
        (b"? " + b"[" * 100_000, ["syntax"]),
        (b"services: " + b"[" * 10_000 + b"]" * 10_000, ["syntax"]),
        (b"a" * 10_000_000, ["type"]),
        (b"people: " + b"a" * 10_000_000, ["type"]),
        (b"people:\n  anna: {name: '" + b"a" * 10_000_000 + b"'}", ["length"]),
        (b"a" * 10_000_000 + b": b", ["syntax"]),
        (b"[" * 10_000_000, ["syntax"]),
        (bytes(range(1, 256)) * 1000, None),
    ],
    ids=range(12),
)
def test_a_bomb_is_a_fault_like_any_other(text, rules):
    found = [one.rule for one in read(text, "c.yaml").findings]

    assert found == rules if rules else found


def test_so_many_syntax_errors_are_told_one_by_one_and_then_no_more():
    text = "people:\n" + "".join(f"  p{number}:\n    name: @\n" for number in range(ROUNDS + 10))
    found = read(text, "c.yaml").findings

    assert [one.rule for one in found] == ["syntax"] * ROUNDS + ["too-many-errors"]
    assert found[-1].message.startswith("so many syntax errors that the rest was not checked")


def test_a_big_file_is_read_again_less_often():
    padding = "#" * (BUDGET // 4)
    text = "people:\n" + "".join(f"  p{number}:\n    name: @\n" for number in range(9)) + padding

    assert len(read(text, "c.yaml").findings) == 4


MUTATION = st.tuples(
    st.sampled_from(["flip", "drop", "double", "cut", "insert"]), st.integers(0, 10**6), st.binary(max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MUTATION, min_size=1, max_size=6))
@example([("insert", 9, b"\0\0\0")])
def test_no_damage_makes_it_raise_and_every_finding_lies_in_the_file(mutations):
    text = bytearray(SAMPLE)
    for what, where, extra in mutations:
        if what in {"drop", "double"}:
            lines = text.splitlines(keepends=True)
            number = where % len(lines)
            lines[number : number + 1] = [] if what == "drop" else [lines[number]] * 2
            text = bytearray(b"".join(lines))
        else:
            at = where % len(text)
            text[at : at + (what != "insert")] = (
                bytes([where % 256]) if what == "flip" else b"" if what == "cut" else extra
            )
    loaded = read(bytes(text), "c.yaml")

    lines = bytes(text).replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    assert all(1 <= one.line <= lines and one.column >= 1 and one.message for one in loaded.findings)
    assert (loaded.catalog is None) == bool(loaded.errors)


FIELDS = sorted(
    {name for kind in model.KINDS.values() for name in kind.model_fields} | {"ref", "service", "person", "x"}
)
ODD = st.recursive(
    st.sampled_from([None, True, 0, 1, "", "a", "person:a", "team:b", "hard", "production", "2024"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=20,
)
RECORDS = st.dictionaries(st.sampled_from(["a", "b", "c", "A b"]), st.dictionaries(st.sampled_from(FIELDS), ODD))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*model.KINDS, "servces", "schema_version"]), RECORDS | ODD))
def test_no_shape_of_data_makes_it_raise(data):
    loaded = read(json.dumps(data), "c.yaml")

    assert (loaded.catalog is None) == bool(loaded.errors)


# --- the garbage collector


@pytest.fixture
def collector():
    """Leave the collector as it was."""
    was_on = gc.isenabled()
    yield
    gc.unfreeze()
    if was_on:
        gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("text", [SAMPLE, b"a: [", None])
def test_the_collector_is_left_as_it_was(text):
    for switch, on in ((gc.enable, True), (gc.disable, False)):
        switch()
        try:
            read(text, "c.yaml")
        except AttributeError:
            assert text is None

        assert gc.isenabled() is on


@pytest.mark.usefixtures("collector")
def test_what_somebody_froze_stays_frozen():
    gc.enable()
    read(SAMPLE, "c.yaml")
    assert gc.get_freeze_count() == 0
    gc.freeze()
    frozen = gc.get_freeze_count()
    read(SAMPLE, "c.yaml")

    assert gc.get_freeze_count() > frozen // 2


# --- files


class Locked(type(Path())):
    """A file that may not be read, even by an administrator."""

    def read_bytes(self):
        raise PermissionError(13, "Permission denied")


def test_a_file_is_read_under_its_own_name(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(ANNA + b"    status: gone\n")
    loaded = load(file)

    assert as_text(loaded.findings) == f'{file}:4:13: status cannot be "gone" (allowed: active, emeritus, inactive)'
    assert loaded.catalog is None


def test_what_is_no_readable_file_is_told_in_its_first_line(tmp_path):
    pipe, huge, locked = tmp_path / "pipe", tmp_path / "huge", Locked(tmp_path / "locked")
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    locked.touch()
    found = {path: load(path).findings for path in (tmp_path, tmp_path / "x", tmp_path / "x" / "y", pipe, huge, locked)}

    assert {as_text(one).replace(f"{path}:", "") for path, one in found.items()} == {
        "1:1: this is no file: name the catalog itself",
        "1:1: there is no such file: check its name and the folder",
        "1:1: more than 64 MiB: this is no catalog",
        "1:1: it cannot be read: Permission denied",
    }


def test_a_catalog_with_errors_is_refused_with_the_first_of_them(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(ANNA + b"    status: gone\n")
    with pytest.raises(UserError) as one:
        load_or_refuse(file)
    file.write_bytes(b"people:\n" + b"".join(b"  p%d:\n" % number for number in range(FEW + 3)))
    with pytest.raises(UserError) as many:
        load_or_refuse(file)

    assert str(one.value).splitlines() == [
        f"{file} has 1 error:",
        f'{file}:4:13: status cannot be "gone" (allowed: active, emeritus, inactive)',
        f"To see all of them: psfbot catalog check {file}",
    ]
    assert str(many.value).splitlines()[0] == f"{file} has 8 errors:"
    assert str(many.value).splitlines()[-2] == "… and 3 more"
    assert len(str(many.value).splitlines()) == FEW + 3


def test_a_catalog_with_warnings_only_is_used(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + ANNA)
    loaded = load_or_refuse(file)

    assert loaded.catalog
    assert len(loaded.findings) == 1
    assert loaded.errors == ()


# --- how findings are told

TWO = (
    Finding("a,b:c.yaml", 3, 5, "50% of\r\nit, is: wrong", "rule-one", "error", "services/x"),
    Finding("c.yaml", 4, 1, "hm", "rule-two", "warning"),
)


def test_findings_are_told_as_text_one_a_line():
    assert as_text(TWO[1:]) == "c.yaml:4:1: warning: hm"
    assert as_text(()) == ""


def test_findings_are_told_as_json():
    assert json.loads(as_json(TWO))[0] == {
        "file": "a,b:c.yaml", "line": 3, "column": 5, "message": "50% of\r\nit, is: wrong",
        "rule": "rule-one", "severity": "error", "path": "services/x",
    }  # fmt: skip
    assert json.loads(as_json(())) == []


def test_findings_are_told_to_github_with_its_escapes():
    assert as_github(TWO).splitlines() == [
        "::error file=a%2Cb%3Ac.yaml,line=3,col=5,title=rule-one::50%25 of%0D%0Ait, is: wrong",
        "::warning file=c.yaml,line=4,col=1,title=rule-two::hm",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\n\x1b[31mb\u202e", '"a [31mb"'), ("x" * 99, f'"{"x" * 59}…"'), (None, "nothing"), (False, "false"),
        (3, "3"), ([1], "a list"), ({}, "a mapping"),
    ],
)  # fmt: skip
def test_a_value_is_quoted_short_and_on_one_line(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(
    ("word", "choices", "found"),
    [
        ("mkd", ["mdk", "mike"], ["mdk"]),
        ("teir", ["tier", "type"], ["tier"]),
        ("ower", ["owners", "other"], ["owners"]),
        ("Fastly", ["fastly", "fast"], ["fastly"]),
        ("prod", ["production", "product", "unknown"], ["product"]),
        ("prod", ["production", "unknown"], ["production"]),
        ("x", ["y", "z"], []),
        ("ab", ["abcdef"], []),
        ("", ["a"], []),
        ("elsewhere", ["docs", "www"], []),
        ("documentatoin", ["documentation"], ["documentation"]),
    ],
)
def test_the_nearest_word_is_a_slip_away_or_begins_so(word, choices, found):
    assert nearest(word, choices) == found


def test_several_near_words_come_closest_first():
    assert nearest("docs", ["dosc", "doc", "docks", "socd"], limit=3) == ["doc", "docks", "dosc"]
    assert did_you_mean("docs", ["elsewhere"]) == ""


# --- the models in words


def test_every_pattern_of_the_models_has_words():
    patterns = set(re.findall(r'"pattern": ("[^"]*")', json.dumps(model.Catalog.model_json_schema())))

    assert {json.loads(one) for one in patterns} == BY_PATTERN.keys()


def test_an_error_that_nobody_foresaw_is_told_without_jargon():
    error = {"type": "frozen_field", "loc": ("services", "a", "name"), "msg": "Field is frozen", "input": "x"}

    assert [one.message for one in told([error])] == ['"x" cannot stand here']


def test_the_models_say_what_may_stand_where():
    assert allowed(("services", "x", "tier")) == [1, 2, 3, 4, "unknown"]
    assert allowed(("services", "x", "hosting", 0, "architecture")) == ["amd64", "arm64", "multi", "unknown"]
    assert allowed(("services", "x", "name")) == []
    assert fields(("services", "x", "config")) == ["tool", "repo", "path"]
    assert fields(("services", "x", "provenance", "default"))[:2] == ["source", "sources"]
    assert fields(("services", "x", "name")) == []
