"""Words below all else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.text import and_join, count, cut, one_line, printable, unique, years_since


@pytest.mark.parametrize(
    ("words", "joined"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_joined_as_a_person_would(words, joined):
    assert and_join(words) == joined


def test_the_last_word_may_be_or():
    assert and_join(["a", "b"], "or") == "a or b"


@pytest.mark.parametrize(("number", "said"), [(0, "no services"), (1, "1 service"), (2, "2 services")])
def test_things_are_counted(number, said):
    assert count(number, "service") == said


def test_a_plural_may_be_irregular():
    assert count(2, "person", "people") == "2 people"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_cut_text_is_never_longer_than_asked(text, width):
    assert len(cut(text, width)) <= width


def test_a_short_text_is_not_cut():
    assert cut("docs", 4) == "docs"


@pytest.mark.parametrize("hidden", ["\x00", "\r\n", "\x02", "\u202e", "\u200b", "\ufeff", "\u2028", "\x9b"])
def test_control_and_direction_marks_never_reach_a_reader(hidden):
    assert hidden not in printable(f"a{hidden}b")


def test_one_line_folds_white_space():
    assert one_line(" a\t b\n\nc ") == "a b c"


def test_unique_keeps_the_first_place():
    assert unique(["b", "a", "b"]) == ("b", "a")


@pytest.mark.parametrize(
    ("when", "years"), [("2025-11-20", 1.0), ("2024", 1.9), ("2025-02", 1.73), ("2026-11-20", 0.0)]
)
def test_age_is_counted_from_partial_dates_too(when, years):
    assert years_since(when, date(2026, 11, 20)) == pytest.approx(years, abs=0.1)
