"""What people type is made plain before it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.chat.clean import name, question
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
        ("who owns <http://docs.python.org|docs.python.org>?", "who owns docs.python.org"),
        ("who owns <https://docs.python.org/3/|the docs>", "who owns https://docs.python.org/3/"),
        ("who owns <https://docs.python.org/3/>", "who owns https://docs.python.org/3/"),
        ("mail <mailto:docs@python.org|docs@python.org>", "mail docs@python.org"),
        ("see <#C012AB3CD|python-infra> and <@U024BE7LH|hugo>", "see #python-infra and @hugo"),
        ("q&amp;a &lt;x&gt;", "q&a <x>"),
        ("can you tell me who owns docs.python.org, thanks!!", "who owns docs.python.org"),
        ("does anyone know who owns wiki.python.org", "who owns wiki.python.org"),
        ("tell me who owns the docs", "who owns the docs"),
        ("who  owns\tdocs\r\nQUIT :now", "who owns docs QUIT :now"),
        ("\u202ewho owns docs\x02 \x00?", "who owns docs"),
        ("who owns do\u200bcs.python.org", "who owns docs.python.org"),
        ("services tier<=2", "services tier<=2"),
        ("services -lifecycle:retired", "services -lifecycle:retired"),
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
