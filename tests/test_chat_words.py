"""What people type is made plain before it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.chat.clean import name, question, straight, typed
from psfbot.chat.grammar import Phrase


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("who owns docs.python.org?", "who owns docs.python.org"),
        ("Hey, who's on-call?!", "who is on call"),
        ("whos oncall for pypi now please?", "who is on call for pypi now"),
        ("what's on fastly", "what is on fastly"),
        ("“who owns docs”", "who owns docs"),
        ("‘docs.python.org’", "docs.python.org"),
        ("`docs.python.org`", "docs.python.org"),
        ("who owns <https://docs.python.org/3/>", "who owns <https://docs.python.org/3/>"),
        ("q&amp;a", "q&amp;a"),
        ("can you tell me who owns docs.python.org, thanks!!", "who owns docs.python.org"),
        ("does anyone know who owns wiki.python.org", "who owns wiki.python.org"),
        ("tell me who owns the docs", "who owns the docs"),
        ("who  owns\tdocs\r\nQUIT :now", "who owns docs QUIT :now"),
        ("\u202ewho owns docs\x02 \x00?", "who owns docs"),
        ("who owns do\u200bcs.python.org", "who owns docs.python.org"),
        ("services tier<=2", "services tier<=2"),
        ("services -lifecycle:retired", "services -lifecycle:retired"),
        ("psfbot: who owns docs", "who owns docs"),
        ("psfbot, !owner docs", "owner docs"),
        ("@psfbot who owns docs", "who owns docs"),
        ("hey psfbot: who owns docs?", "who owns docs"),
        ("!owner docs", "owner docs"),
        ("psfbot", "psfbot"),
        ("services oncall:*", "services oncall:*"),
        ("services has:oncall,owner -oncall:infra on-call:x", "services has:oncall,owner -oncall:infra on-call:x"),
        ("services owner:", "services owner:"),
        ("find tier:1 owner:", "find tier:1 owner:"),
        ("list services:", "list services"),
        ("who owns docs:", "who owns docs"),
        ("???", ""),
        ("", ""),
        ("   ", ""),
    ],
)
def test_a_question_is_made_plain(typed, plain):
    assert question(typed) == plain


@given(st.text(max_size=300))
def test_any_text_becomes_one_printable_line(typed):
    plain = question(typed)

    assert "\n" not in plain
    assert "\r" not in plain
    assert "\x00" not in plain
    assert plain == plain.strip()


@pytest.mark.parametrize(
    ("said", "plain"),
    [("'docs'", "docs"), ("(docs)", "docs"), ("<docs>", "docs"), ("*docs*", "docs"), ("docs.", "docs"), ("", "")],
)
def test_a_name_loses_its_wrapping(said, plain):
    assert name(said) == plain


@pytest.mark.parametrize(
    ("phrase", "line", "slots"),
    [
        ("who (owns|runs) [the] {service}", "who owns the docs", {"service": "docs"}),
        ("who (owns|runs) [the] {service}", "WHO RUNS docs", {"service": "docs"}),
        ("[the] {service} owner", "the docs owner", {"service": "docs"}),
        ("[the] {service} owner", "docs owner", {"service": "docs"}),
        ("on call", "on call", {}),
        ("who is on call [now|right now]", "who is on call right now", {}),
        ("put {person} on {service}", "put mdk on docs.python.org", {"person": "mdk", "service": "docs.python.org"}),
        ("{thing}", "anything at all", {"thing": "anything at all"}),
    ],
)
def test_a_phrase_covers_the_whole_line(phrase, line, slots):
    match = Phrase(phrase).match(line)

    assert match is not None
    assert match.slots == slots


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        ("who (owns|runs) [the] {service}", "I know who owns docs"),
        ("who (owns|runs) [the] {service}", "who owns"),
        ("on call", "on call please"),
        ("a.b", "axb"),
    ],
)
def test_half_a_line_is_no_match(phrase, line):
    assert Phrase(phrase).match(line) is None


def test_how_much_of_a_line_is_plain_is_counted():
    assert Phrase("who owns {service}").match("who owns docs").plain == len("who owns ")


@pytest.mark.parametrize(
    ("phrase", "heads"),
    [
        ("who owns {service}", {"who"}),
        ("(what|which services) {place}", {"what", "which"}),
        ("[the] {service} owner", {"the", ""}),
        ("[please] (stop|halt) {service}", {"please", "stop", "halt"}),
        ("{thing}", {""}),
    ],
)
def test_a_phrase_knows_the_words_it_may_start_with(phrase, heads):
    assert Phrase(phrase).heads == heads


@pytest.mark.parametrize("phrase", ["who [the (owns|runs)] {x}", "(a|(b|c))", "{unclosed", "[x"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase):
    with pytest.raises(ValueError, match="cannot read the phrase"):
        _ = Phrase(phrase).tokens


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("note 1 it’s “done” – thanks…", "note 1 it’s “done” – thanks…"),
        ("psfbot: please note 1 `x`?", "note 1 `x`?"),
        ("!note 1 who's on-call", "note 1 who's on-call"),
        ("“note 1”", "“note 1”"),
        ("note 1 &amp; is <https://docs.python.org|no link>", "note 1 &amp; is <https://docs.python.org|no link>"),
        ("note 1    spaces   kept", "note 1    spaces   kept"),
        (" psfbot:  note 1 a\tb\nc ", "note 1 a b c"),
        ("note 1" + "  x" * 1000, "note 1" + " x" * 1000),
        ("", ""),
    ],
)
def test_what_was_typed_is_kept_letter_for_letter(said, kept):
    assert typed(said) == kept


@given(st.text(max_size=300))
def test_plain_quotes_stand_where_the_typed_ones_stood(text):
    assert len(straight(typed(text))) == len(typed(text))


def test_a_slot_may_touch_the_sign_before_it():
    phrase = Phrase("#{number}")

    assert phrase.match("#12").slots == {"number": "12"}
    assert phrase.match("# 12").slots == {"number": "12"}
    assert phrase.match("12") is None
    assert phrase.heads == {""}


def test_a_slot_is_placed_in_the_line():
    line = "mute docs 2h because of docs"
    places = Phrase("mute {service} {time} because {reason}").placed(line)

    assert {name: line[place] for name, place in places.items()} == {
        "service": "docs",
        "time": "2h",
        "reason": "of docs",
    }
    assert Phrase("mute {service}").placed("nothing like it") == {}


@pytest.mark.parametrize(
    ("said", "line", "slot", "anywhere"),
    [
        ("try {plugin} {payload}", "try", True, True),
        ("try {plugin} {payload}", "try pingdom", True, True),
        ("who (owns|runs) [the] {service}", "who owns", True, True),
        ("who (owns|runs) [the] {service}", "who owns the", True, True),
        ("who (owns|runs) [the] {service}", "who", False, True),
        ("is [the] {service} (up|down)", "is the docs", False, True),
        ("is [the] {service} (up|down)", "is the docs really", False, False),
        ("what can you do", "what can", False, False),
        ("{thing} owner", "docs", False, False),
    ],
)
def test_a_line_breaks_off_where_a_slot_or_a_word_is_missing(said, line, slot, anywhere):
    phrase = Phrase(said)

    assert (phrase.breaks_off(line, anywhere=False), phrase.breaks_off(line, anywhere=True)) == (slot, anywhere)
