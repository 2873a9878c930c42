"""The running bot keeps the last good catalog, and says what is wrong with a newer one."""

import os
from pathlib import Path

import pytest

from psfbot.app.library import Library
from psfbot.errors import UserError

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_text(SAMPLE, "utf-8")
    return Library(path)


def change(library, text):
    library.path.write_text(text, "utf-8")
    os.utime(library.path, ns=(0, library.path.stat().st_mtime_ns + 10**9))


def test_an_unchanged_file_is_not_read_again(library):
    book = library.book

    assert library.look() == ""
    assert library.book is book


def test_a_changed_file_is_read(library):
    change(library, SAMPLE.replace("[docs, documentation]", "[docs, manual]"))

    assert library.look() == "The catalog was read again: 10 services."
    assert library.book.names.find("manual", ("service",)).hits[0].id == "docs.python.org"


def test_a_faulty_file_is_refused_with_its_place_and_the_last_good_one_stays(library):
    change(library, SAMPLE.replace("ref: person:mdk", "ref: person:mkd"))
    said = library.look()

    assert "I keep the last good one: 1 fault, the first: " in said
    assert 'no person "mkd"' in said
    assert library.book.names.find("docs", ("service",)).hits
    assert 'no person "mkd"' in library.book.refused


def test_a_mended_file_is_taken_again(library):
    change(library, "services: [")
    library.look()
    change(library, SAMPLE)

    assert library.look() == "The catalog was read again: 10 services."
    assert library.book.refused == ""


def test_a_file_that_is_gone_keeps_the_last_good_one(library):
    library.path.unlink()

    assert "I keep the last good one" in library.look()
    assert library.book.catalog.services


def test_a_bot_does_not_start_with_a_faulty_catalog(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_text("services: [", "utf-8")

    with pytest.raises(UserError, match=r"catalog\.yaml:1"):
        Library(path)
