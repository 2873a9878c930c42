"""One layout for the catalog: nothing said differently, nothing lost, and twice is once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog.file import read
from psfbot.catalog.tidy import tidy

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
