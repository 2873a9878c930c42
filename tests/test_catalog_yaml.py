"""YAML text into plain data: what a value means, and that no text, however broken, makes the loader raise."""

import json
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from psfbot.catalog import model
from psfbot.catalog.encoding import FORBIDDEN, MOST
from psfbot.catalog.events import DEPTH, Odd, Quick, events
from psfbot.catalog.file import read
from psfbot.catalog.places import Thorough
from psfbot.catalog.recovery import ROUNDS, salvage

SAMPLE = (Path(__file__).parent / "sample.yaml").read_bytes()
ANNA = b"people:\n  anna:\n    name: Anna Example\n"


def findings(text):
    """What is found, but for the version that these scraps lack."""
    return tuple(one for one in read(text, "c.yaml").findings if one.rule != "no-version")


def rules(text):
    return [f"{one.line}:{one.column} {one.rule}" for one in findings(text)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("22:22", "22:22"), ("3.10", "3.10"), ("010", "010"),
        ("1_000", "1_000"), ("0x1F", "0x1F"), ("1e3", "1e3"), ("-a", "-a"), ("2026-11-20", "2026-11-20"),
        ("12", 12), ("-1", -1), ("0", 0), ("-0", "-0"), ("9" * 18, int("9" * 18)), ("9" * 19, "9" * 19),
        ("9" * 5000, "9" * 5000), ("'12'", "12"), ('"true"', "true"), ("''", ""), ("true", True), ("False", False),
        ("~", None), ("", None), ("Null", None), ("null", None), ("nULL", "nULL"), ("| \n  no\n", "no\n"),
        ("x#y", "x#y"), ("a\n  b", "a b"), ("٣", "٣"),
    ],
)  # fmt: skip
def test_only_null_true_false_and_whole_numbers_are_more_than_text(written, meant):
    root = Quick(f"a: {written}\nb:\n- {written}\n".encode()).root

    assert root == {"a": meant, "b": [meant]}
    assert type(root["a"]) is type(root["b"][0]) is type(meant)


def test_texts_of_several_lines_are_fine_while_they_hide_no_field():
    text = """schema_version: 1
people:
  anna:
    name: "Anna
      Example"
    note: |
      status: whatever
      name: whatever
    aliases: ['ann:
      anna: x']
"""
    loaded = read(text, "c.yaml")

    assert loaded.findings == ()
    assert loaded.catalog
    assert loaded.catalog.people["anna"].note == "status: whatever\nname: whatever\n"


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
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text("ab:#' -{,*&!|>%@é🐍\n\t\"", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc:#' -", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc:#' -", max_size=4), PLAIN, min_size=1, max_size=4))
def test_the_quick_way_the_thorough_way_and_pure_python_read_the_same(data):
    text = json.dumps(data, ensure_ascii=False).encode()
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

    assert rules(f"services: {'[' * depth}{']' * depth}") == ["1:11 type"]
    assert rules(f"services: {'[' * depth}[{']' * depth}]") == ["1:42 syntax"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ["1:1 empty"]),
        (b"# only a comment\n\n", ["1:1 empty"]),
        (b"{}", ["1:1 empty"]),
        (b"--- ~\n", ["1:1 empty"]),
        (b"[a]", ["1:1 type"]),
        (b"hello", ["1:1 type"]),
        (b"%YAML 1.1\n---\npeople: {}\n...\n# the end\n", []),
        (b"\xef\xbb\xbf" + ANNA, ["1:1 byte-order-mark"]),
        (b"\xef\xbb\xbfpeple:\n", ["1:1 byte-order-mark", "1:1 unknown-section"]),
        (ANNA.replace(b"\n", b"\r\n") + b"    status: gone\r\n", ["4:13 choice"]),
        (ANNA.replace(b"\n", b"\r") + b"    status: gone", ["4:13 choice"]),
        (ANNA.replace(b"Anna", "Änna".encode()) + b"    x: \xff\xfe\n    y: \xc3\n",
         ["4:5 unknown-field", "4:8 encoding", "5:5 unknown-field", "5:8 encoding"]),
        (ANNA + b"    note: \xc3\xa9\xe9\x07\n", ["4:12 encoding", "4:13 control-character"]),
        (ANNA + "    note: a\u2028b\u0085c\n    status: x\n".encode(), ["4:12 control-character", "5:13 choice"]),
        (ANNA + b"    note: a\0b\n", ["4:12 control-character"]),
        ("a: b".encode("utf-16"), ["1:1 encoding"]),
        ("a: b".encode("utf-16-be"), ["1:1 encoding"]),
        ("a: b".encode("utf-32"), ["1:1 encoding"]),
        ("people:\n  anna: {name: \ud800}\n", ["2:16 encoding"]),
        ("people:\n  anna: {name: 🐍, status: x}\n", ["2:27 choice"]),
    ],
)  # fmt: skip
def test_a_file_that_an_editor_or_a_download_changed_is_read_as_far_as_it_can_be(text, expected):
    assert rules(text) == expected


def test_a_bad_byte_or_character_is_named():
    assert [one.message for one in findings(ANNA + b"    note: \xff\x07")] == [
        "this byte (0xff) is not UTF-8: save the file as UTF-8",
        "an invisible character (U+0007): remove it",
    ]


def test_only_so_many_bad_lines_are_told():
    text = ANNA + b"# \x07\n" * (MOST + 50)

    assert rules(text) == [f"{4 + number}:3 control-character" for number in range(MOST)]


def test_what_the_parser_cannot_read_is_what_is_replaced_before_it_reads():
    """No character may get past `scrub` and stop the parser; of what it reads, only what hides is replaced."""
    fine = "\u0085\u2028\u2029\ufeff\r\n"
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
            assert bool(re.search(FORBIDDEN, char.translate(dict.fromkeys(map(ord, fine))))) == refused, repr(char)


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_a_bomb_is_a_fault_like_any_other(text, expected):
    found = [one.rule for one in findings(text)]

    assert found == expected if expected else found


def test_so_many_syntax_errors_are_told_one_by_one_and_then_no_more():
    text = "people:\n" + "".join(f"  p{number}:\n    name: @\n" for number in range(ROUNDS + 10))
    found = findings(text)

    assert [one.rule for one in found] == ["syntax"] * ROUNDS + ["too-many-errors"]
    assert found[-1].message.startswith("so many syntax errors that the rest was not checked")


def test_a_big_file_is_read_again_less_often():
    text = "people:\n" + "\n" * 100 + "".join(f"  p{number}:\n    name: @\n" for number in range(9))

    assert [slip.rule for slip in salvage(text.encode(), budget=400).slips] == ["syntax"] * 4 + ["too-many-errors"]
    assert [slip.rule for slip in salvage(text.encode()).slips] == ["syntax"] * 9


def test_a_tab_takes_only_its_own_record_however_many_there_are():
    text = "people:\n  anna:\n    status: gone\n  bob:\n\tname: Bob\n\tstatus: gone\n  carl:\n    status: gone\n"

    assert rules(text) == [
        "2:3 missing-field", "3:13 choice", "5:1 tab", "6:1 tab", "7:3 missing-field", "8:13 choice",
    ]  # fmt: skip


MUTATION = st.tuples(
    st.sampled_from(["flip", "drop", "double", "cut", "insert"]), st.integers(0, 10**6), st.binary(max_size=3)
)


@settings(max_examples=150, deadline=None)
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
    st.sampled_from([None, True, 0, 1, "", "a", "person:a", "team:b", "hard", "production", "inactive", "2024"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "A b"]), st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=4), max_size=3
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*model.KINDS, "servces", "schema_version"]), RECORDS | ODD, max_size=5))
def test_no_shape_of_data_makes_it_raise(data):
    loaded = read(json.dumps(data), "c.yaml")

    assert (loaded.catalog is None) == bool(loaded.errors)
