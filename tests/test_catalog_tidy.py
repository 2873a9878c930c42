"""One layout for the catalog: nothing said differently, nothing lost, and twice is once."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog.file import read
from psfbot.catalog.tidy import Untidy, tidy
from psfbot.cli import main

ROOT = Path(__file__).parents[1]
MESSY = """\
# What this file is.
schema_version: 1

services:
  # About b, in two
  # lines.
  b.example.org:
    lifecycle: production
    # why it is called so
    name: B   
    description: >-
      Text in

      two parts.
    provenance:
      default:
        as_of: 2026


  a.example.org: # the first
    description: A.
    aliases:
    - first
    - second
    name: A
    lifecycle: production
people:

  zed:
    name: Zed Example
  abe:
    name: Abe Example
# the end
"""  # noqa: W291
NEAT = """\
# What this file is.
schema_version: 1

services:
  a.example.org: # the first
    name: A
    description: A.
    aliases:
      - first
      - second
    lifecycle: production

  # About b, in two
  # lines.
  b.example.org:
    # why it is called so
    name: B
    description: >-
      Text in

      two parts.
    lifecycle: production
    provenance:
      default:
        as_of: 2026

people:
  abe:
    name: Abe Example
  zed:
    name: Zed Example
# the end
"""


def test_records_and_fields_are_put_in_order_with_their_comments():
    assert tidy(MESSY) == NEAT


def test_twice_is_once():
    assert tidy(NEAT) == NEAT


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_and_a_byte_order_mark_are_made_plain(ending):
    assert tidy("\ufeff" + MESSY.replace("\n", ending)) == NEAT


@pytest.mark.parametrize("file", ["catalog.yaml", "tests/sample.yaml"])
def test_our_own_files_are_in_order(file):
    text = (ROOT / file).read_text("utf-8")

    assert tidy(text) == text


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("file", ["catalog.yaml", "tests/sample.yaml"])
def test_our_own_files_come_back_from_wider_steps(file, times):
    text = (ROOT / file).read_text("utf-8")
    wide = re.sub(
        "(?m)^( +)(- )?", lambda found: found[1] * times + ("-" + " " * (2 * times - 1)) * bool(found[2]), text
    )

    assert wide != text
    assert tidy(wide) == text


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_shuffled_records_say_the_same_and_come_back_in_order(draw):
    text = (ROOT / "tests" / "sample.yaml").read_text("utf-8")
    head, _, body = text.partition("services:\n")
    records = body.rstrip("\n").split("\n\n")
    draw.shuffle(records)
    shuffled = head + "services:\n" + "\n\n".join(records) + "\n"

    assert tidy(shuffled) == text
    assert read(tidy(shuffled), "x").catalog == read(shuffled, "x").catalog


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "services:\n", "services: {}\n"])
def test_nearly_nothing_is_left_alone(text):
    assert tidy(tidy(text)) == tidy(text)


WILD = """\
# The file.

"schema_version": 1
# Rooms first.
"rooms":
      # Below the section, but above no record.

      'ops' :
          "public": true   # everybody
# In the first column, above irc.
          irc: "#ops"
                # Deep, below irc.

      # Alone.

      dev:
          irc: '#dev'
          public: false
          # Below the last field of dev.
# Between the sections.

services:
    b.example.org:
        lifecycle: production
        name:
            "B, the
                second"
        hosting:
        -   role: origin
            # Why nobody knows.
            provider: unknown
            architecture: unknown
            hosts:
                -
                    name: b-1
        # Another one is planned.

        -   provider: unknown
            role: cdn
        description: |2
              Two lines,
            # no comment.
        tags: [one,  # first
            two]
        # About the note.
        note: >-
                Folded

                text.


    a.example.org:
        name: A
        description: A.
        lifecycle: retired

    # - not yet: c.example.org

# The end.
"""
TAMED = """\
# The file.

"schema_version": 1

# Rooms first.
"rooms":
  # Below the section, but above no record.

  # Alone.
  dev:
    irc: '#dev'
    public: false
    # Below the last field of dev.
  'ops' :
    # In the first column, above irc.
    irc: "#ops"
          # Deep, below irc.
    "public": true   # everybody

# Between the sections.

services:
  a.example.org:
    name: A
    description: A.
    lifecycle: retired

  b.example.org:
    name:
      "B, the
      second"
    description: |2
          Two lines,
        # no comment.
    lifecycle: production
    hosting:
      - role: origin
        # Why nobody knows.
        provider: unknown
        architecture: unknown
        hosts:
          -
            name: b-1
      # Another one is planned.

      - provider: unknown
        role: cdn
    tags: [one,  # first
      two]
    # About the note.
    note: >-
      Folded

      text.

  # - not yet: c.example.org

# The end.
"""


def test_however_it_is_indented_and_quoted_it_comes_out_the_same():
    assert read(WILD, "x").errors == ()
    assert tidy(WILD) == TAMED
    assert tidy(TAMED) == TAMED
    assert read(TAMED, "x").catalog == read(WILD, "x").catalog


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("{schema_version: 1}\n", [(1, "braces")]),
        ("schema_version: 1\npeople: {anna: {name: Anna}}\n", [(2, '"people" is written in braces')]),
        ("people:\n  anna: {name: Anna}\n  bob:\n    {name: Bob}\n", [(2, '"anna"'), (4, '"bob"')]),
        ("people:\n  ? anna\n  : name: Anna\n", [(2, "on one line"), (3, "on one line")]),
        ("people:\n  anna:\n    name: Anna\n    note: |+\n      x\n\n", [(4, "leave the + out")]),
        ("people:\n  anna:\n    name: Anna\n    ? note\n    : x\n", [(4, "on one line")]),
    ],
)
def test_what_has_no_place_in_block_style_is_named_with_its_line(text, reasons):
    assert read(text, "x").errors == ()
    with pytest.raises(Untidy) as caught:
        tidy(text)

    assert [one.line for one in caught.value.reasons] == [line for line, _ in reasons]
    assert all(said in one.message for one, (_, said) in zip(caught.value.reasons, reasons, strict=True))


@pytest.mark.parametrize("text", ["people: {}\nteams: { }\nservices:\n", "%YAML 1.1\n---\npeople:\n...\n# end\n"])
def test_what_is_empty_has_no_layout_to_lose(text):
    assert tidy(tidy(text)) == tidy(text)
    assert read(tidy(text), "x").catalog == read(text, "x").catalog


def drawn_comment(draw, number, owner, columns):
    """A comment that names the record beside which it has to stay."""
    return " " * draw(st.sampled_from(columns)) + f"# c{number} of {owner}"


@st.composite
def catalogs(draw):
    """The text of a catalog in any indentation, with comments wherever people put them."""
    lines, number = ["schema_version: 1"], 0
    for kind in draw(st.permutations(["people", "services"])):
        one = draw(st.integers(1, 4))
        two = one + draw(st.integers(1, 4))
        lines += [""] * draw(st.integers(0, 1)) + [f"{kind}:"]
        ids = draw(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1, max_size=4))
        for place, id_ in enumerate(ids):
            owner = f"{kind}/{id_}"
            blank = draw(st.booleans())
            if draw(st.booleans()) and (blank or place):
                number += 1
                lines += [""] * blank + [drawn_comment(draw, number, owner, [0, 1, one] + [two] * blank)]
                lines += [""] * (blank and place and draw(st.booleans()))
            elif place:
                lines += [""] * blank
            lines.append(" " * one + draw(st.sampled_from(["{}:", '"{}":', "'{}' :"])).format(id_))
            for field in draw(st.permutations(FIELDS[kind])):
                if draw(st.booleans()):
                    number += 1
                    lines.append(drawn_comment(draw, number, owner, [0, one, two, two + 1, two + 4]))
                    lines += [""] * draw(st.integers(0, 1))
                value = draw(st.sampled_from(VALUES[field]))
                end = f" # c{number + 1} of {owner}" if draw(st.booleans()) and "\n" not in value else ""
                number += bool(end)
                lines += (" " * two + f"{field}:{value}{end}".replace("\n", "\n" + " " * two)).split("\n")
            if draw(st.booleans()):
                number += 1
                lines.append(drawn_comment(draw, number, owner, [two, two + 3]))
    return "\n".join(lines) + "\n", number


FIELDS = {"people": ["name", "note", "aliases"], "services": ["name", "description", "lifecycle", "tags", "hosting"]}
TEXTS = [" plain", ' "quoted"', " |\n  Two\n\n    lines # here", " >-\n    folded\n    text", " 'over\n  lines'",
         "\n  below", " plain\n  and\n\n  more", " |2\n     far\n   near"]  # fmt: skip
LISTS = [" []", " [one,\n  two]", "\n- one\n- two", "\n    - one\n    # c0\n    -   two", "\n  -\n    one"]
HOSTINGS = [
    "\n- role: cdn\n  provider: unknown",
    "\n  -   provider: unknown\n      hosts:\n      - name: x\n      role: dns",
]
VALUES = dict.fromkeys(("name", "note", "description"), TEXTS) | {
    "lifecycle": [" retired", "\n  'production'"], "tags": LISTS, "hosting": HOSTINGS, "aliases": [" []"],
}  # fmt: skip


def beside(text):
    """Each comment's number with the record that it is in, or directly above."""
    found, section, record, above = [], "", "", []
    for line in text.splitlines():
        key = re.match(r"(  )?[\"']?([\w]+)[\"']? ?:", line)
        if key and not key[1]:
            section = key[2]
        elif key:
            record = f"{section}/{key[2]}"
            found += [(number, record) for number in above]
            above = []
        for number in re.findall(r"# c([1-9]\d*) of", line):
            above += [number] * line.startswith("  #")
            found += [(number, record)] * (not line.startswith("  #"))
    return sorted(found)


@settings(max_examples=150, deadline=None)
@given(catalogs())
def test_data_comments_and_their_records_stay_together(drawn):
    text, number = drawn
    before = read(text, "x")
    assert before.errors == (), text
    done = tidy(text)

    assert read(done, "x").catalog == before.catalog
    assert tidy(done) == done
    assert done.count("# c0") == text.count("# c0")
    labels = dict(re.findall(r"# c([1-9]\d*) of (\S+)", text))
    assert len(labels) == number
    assert beside(done) == sorted(labels.items())


def test_a_file_that_cannot_be_laid_out_is_left_alone_and_told_by_line(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_text(text := "schema_version: 1\npeople:\n  zed: {name: Zed}\n  abe:\n    name: Abe\n")
    done = CliRunner().invoke(main, ["catalog", "fmt", str(file)])

    assert done.exit_code == 1
    assert done.stderr == f'{file}:3: "zed" is written in braces: write it as a block, one key a line\n'
    assert file.read_text() == text


def test_a_link_to_a_file_stays_one(tmp_path):
    file, link = tmp_path / "real.yaml", tmp_path / "catalog.yaml"
    file.write_text(MESSY)
    link.symlink_to(file)
    done = CliRunner().invoke(main, ["catalog", "fmt", str(link)])

    assert (done.exit_code, done.stderr) == (0, f"{link}: put in order.\n")
    assert link.is_symlink()
    assert file.read_text() == NEAT
