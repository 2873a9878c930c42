"""How long text is cut into lines of IRC."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.platforms.irc.split import fragments, room_for, together, worst_prefix

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
PIECES = (
    "a", "Zürich", " ", "  ", "docs.python.org", "é", "e\u0301", "漢字", "한국", "\u1112\u1161\u11ab", "नमस्ते", "ก็",
    "กำ", "👍🏽", "👩‍👩‍👧‍👦", ENGLAND, "🇨🇭", "🇫🇷🇩🇪", "❤\ufe0f", "1\ufe0f\u20e3", "x" * 90, "ﾊﾞ", "\u0301" * 7,
)  # fmt: skip
"""What real lines are made of, and what goes wrong when cut."""
LINES = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


def size_of(text):
    return len(text.encode("utf-8", "surrogatepass"))


@given(LINES, st.integers(4, 120))
@settings(max_examples=500, deadline=None)
def test_fragments_are_the_text_whole_each_fits_and_none_is_empty(text, size):
    found = fragments(text, size)

    assert "".join(found) == text
    assert all(0 < size_of(fragment) <= size for fragment in found)


@given(LINES, st.integers(40, 120))
@settings(max_examples=300, deadline=None)
def test_a_cut_is_never_within_what_is_read_as_one_character(text, size):
    found = fragments(text, size)

    for before, after in pairwise(found):
        longest = size_of(before) > size - 4 and all(together(before, 0, place) for place in range(1, len(before)))
        assert longest or not together(before + after, 0, len(before))


@given(st.lists(st.text("abcdé漢", min_size=1, max_size=12), min_size=1), st.integers(36, 80))
@settings(deadline=None)
def test_words_that_fit_stay_whole(words, size):
    found = fragments(" ".join(words), size)

    assert [word for fragment in found for word in fragment.split()] == words


@pytest.mark.parametrize(
    "character",
    ["👩‍👩‍👧‍👦", "👍🏽", "🇨🇭", "❤\ufe0f", "1\ufe0f\u20e3", "e\u0301", "\u1112\u1161\u11ab", "กำ", "क्ष", "ﾊﾞ"],
)
@pytest.mark.parametrize("before", range(12))
def test_a_character_of_several_parts_is_not_cut(character, before):
    text = "." * before + character * 5

    assert all(fragment.strip(".") == character * fragment.count(character) for fragment in fragments(text, 30))


def test_the_flag_of_a_part_of_a_country_is_not_cut():
    assert fragments(ENGLAND * 2, 50) == [ENGLAND, ENGLAND]


@pytest.mark.parametrize(
    ("text", "size", "cut"),
    [
        ("", 9, []),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one ", "two"]),
        ("one two three", 8, ["one two ", "three"]),
        ("one  two", 5, ["one  ", "two"]),
        ("see https://docs.python.org", 10, ["see https:", "//docs.pyt", "hon.org"]),
        ("12345678", 4, ["1234", "5678"]),
        ("ééé", 5, ["éé", "é"]),
        ("🇨🇭🇫🇷", 12, ["🇨🇭", "🇫🇷"]),
        ("a e\u0301\u0301\u0301", 5, ["a ", "e\u0301\u0301", "\u0301"]),
        ("abc  \u0301", 4, ["abc ", " \u0301"]),
        ("漢字", 4, ["漢", "字"]),
        ("ab \u0301c", 5, ["ab \u0301", "c"]),
        ("\u1100\u1161\u11a8\uac00\u11a8", 9, ["\u1100\u1161\u11a8", "\uac00\u11a8"]),
    ],
)
def test_text_is_cut_where_a_reader_would(text, size, cut):
    assert fragments(text, size) == cut


def test_a_room_too_small_for_any_character_is_refused():
    with pytest.raises(ValueError, match="no text fits into 3 bytes"):
        fragments("a", 3)


def test_a_long_line_of_flags_takes_no_long_time():
    text = "🇨🇭" * 5000

    assert "".join(fragments(text, 400)) == text


def test_the_room_is_what_is_left_of_512_bytes():
    prefix, target = "psfbot!~psfbot@python/bot", "#python-infra"
    line = f":{prefix} PRIVMSG {target} :{'x' * room_for(target, prefix)}\r\n"

    assert len(line.encode()) == 512


def test_room_is_left_for_the_marks_of_ctcp():
    assert room_for("#a", "b!c@d") - room_for("#a", "b!c@d", overhead=9) == 9


def test_a_channel_of_several_bytes_a_character_takes_more_room():
    assert room_for("#é", "b!c@d") == room_for("#e", "b!c@d") - 1


def test_the_worst_prefix_leaves_no_less_than_any_usual_one():
    assert worst_prefix("bot") == "bot!~uuuuuuuuuu@" + "h" * 63
