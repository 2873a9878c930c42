"""What no text can do to a line of IRC."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.safe import FORMATTING, one_line, plain

ODD = "".join(map(chr, range(32))) + "\x7f\x85\x9b\u2028\u2029\u202e\u2066\u200b\ufeff\ud800,0123 aZ:#é👍\u200d"
TEXTS = st.one_of(st.text(), st.text(ODD))


@pytest.mark.parametrize("end", ["\r", "\n", "\0", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_title_cannot_begin_another_command(end):
    said = one_line(f"docs are down{end}PRIVMSG #x :gotcha")

    assert said == f"docs are down{' ' * len(end)}PRIVMSG #x :gotcha"


@given(TEXTS)
def test_a_line_stays_one_line_for_every_reader(text):
    said = one_line(text)

    assert len(said.translate(dict.fromkeys(map(ord, FORMATTING))).splitlines()) <= 1
    assert not set(said) & set("\r\n\0")
    assert len(said) == len(text)
    assert one_line(said) == said
    said.encode()


@given(TEXTS)
def test_foreign_text_has_no_controls_left_and_nothing_that_turns_the_direction(text):
    said = plain(text)

    assert {unicodedata.category(character) for character in said}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert {unicodedata.bidirectional(character) for character in said}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )
    assert plain(said) == said


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_words_are_left_alone(text):
    assert plain(text) == one_line(text) == text


@pytest.mark.parametrize(
    ("foreign", "read"),
    [
        ("\x02bold\x02 and \x1ditalics\x0f", "bold and italics"),
        ("\x0304red\x03", "red"),
        ("\x034,12red on blue\x03", "red on blue"),
        ("\x03123 alerts", "3 alerts"),
        ("\x034, then", ", then"),
        ("\x03,4", ",4"),
        ("\x04ff0000red\x04", "red"),
        ("\x04FF0000,00ff00red", "red"),
        ("\x04red", "red"),
        ("a\x11b\x12c\x13d\x16e\x1ef\x1fg\x06h", "abcdefgh"),
        ("\x01ACTION falls\x01", " ACTION falls "),
        ("\x1b[31mred", " [31mred"),
        ("admin\u202etxt.exe", "admintxt.exe"),
        ("pass\u200bword\ufeff", "password"),
        ("👩‍🚀 नमस्\u200dते", "👩‍🚀 नमस्\u200dते"),
        ("half \ud83d", "half \ufffd"),
        ("tab\there", "tab here"),
    ],
)
def test_foreign_text_is_read_without_its_clothes(foreign, read):
    assert plain(foreign) == read


@pytest.mark.parametrize("code", [*FORMATTING, "\x01"])
def test_our_own_formatting_and_ctcp_pass_the_choke_point(code):
    assert one_line(f"{code}bold{code}") == f"{code}bold{code}"


def test_the_digits_of_other_scripts_are_no_colour():
    assert plain("\x03٣ alerts") == "٣ alerts"
