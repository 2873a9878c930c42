"""How an answer looks on a terminal, and in a pipe."""

import io
import re

import pytest

from psfbot.chat.answer import Answer, Cite, Item, Link, Outcome
from psfbot.flows.ask import Reply
from psfbot.platforms import terminal

ESCAPE = "\x1b"
URL = "https://example.org/" + "a-very-long-path/" * 12
FULL = Answer(
    "docs.python.org: ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team.",
    lines=["It runs on DigitalOcean nyc1, behind Fastly."],
    items=[Item("one", "the first of two with a long detail"), Item("two")],
    notes=["nobody has checked this since 2024"],
    offers=["docs.python.org (service)", "docs (team)"],
    links=[Link("Runbook", URL)],
    cites=[Cite("an old list", "", "2016-05")],
)


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def rows(monkeypatch):
    """Lays an answer out on a terminal of this size and kind."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    def lay(answer: Answer, columns: int = 80, **environ: str) -> list[str]:
        for name, value in {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "24", **environ}.items():
            monkeypatch.setenv(name, value)
        return terminal.laid_out(answer, Screen())

    return lay


def plain(row: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", row)


def test_everything_that_is_known_is_shown(rows):
    shown = "\n".join(map(plain, rows(FULL, 200)))

    assert shown.splitlines()[0] == FULL.fact
    for words in (
        *FULL.lines,
        "the first of two",
        "Note: nobody has",
        "  2. docs (team)",
        "Source: an old list (2016-05)",
    ):
        assert words in shown


def test_a_person_sees_colours_and_the_fact_first(rows):
    found = rows(FULL)

    assert found[0].startswith(f"{ESCAPE}[1m")
    assert f"{ESCAPE}[33m" in "".join(found)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}], ids=str)
def test_without_colour_there_is_not_one_escape(rows, environ):
    found = rows(FULL, **environ)

    assert ESCAPE not in "".join(found)
    assert "docs.python.org" in found[0]


@pytest.mark.parametrize("columns", [200, 80, 60, 40, 20])
@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}], ids=str)
def test_no_row_is_wider_than_the_terminal_but_an_address(rows, columns, environ):
    found = [plain(row) for row in rows(FULL, columns, **environ)]

    assert [row for row in found if len(row) > columns] == [f"Runbook: {URL}"]


@pytest.mark.parametrize("columns", [1, 5, 19])
def test_a_terminal_too_narrow_for_a_layout_gets_one_that_fits_twenty_columns(rows, columns):
    assert rows(FULL, columns) == rows(FULL, 20)


def test_names_with_little_to_say_stand_side_by_side(rows):
    names = [Item(f"service-{number}.example.org", "archive" if number == 3 else "") for number in range(20)]
    found = [plain(row) for row in rows(Answer("20 services.", items=names), 100)]

    assert 1 < len(found) < 12
    assert "service-3.example.org (archive)" in "\n".join(found)


def test_doubt_is_not_shown_like_an_answer(rows):
    doubt = rows(Answer("I know no service called 'x'.", outcome=Outcome.NOT_FOUND))

    assert doubt[0].startswith(f"{ESCAPE}[1;33m")


@pytest.mark.parametrize("columns", [20, 80])
def test_what_senders_write_moves_no_cursor(rows, columns):
    nasty = f"down{ESCAPE}[2J{ESCAPE}]0;owned\x07 [bold]not markup[/bold] \u202ereversed"
    answer = Answer(
        nasty, [nasty], [Item(nasty, nasty)], [nasty], [Cite(nasty)], [Link(nasty, f"https://x/{ESCAPE}[2J")], [nasty]
    )
    shown = "".join(rows(answer, columns, NO_COLOR="1"))

    assert shown.isprintable()
    assert "[bold]" in shown


def test_a_pipe_gets_the_lines_as_they_are():
    out = io.StringIO()
    terminal.show(Reply(FULL, ("one", "two")), out=out)

    assert out.getvalue() == "one\ntwo\n"


def test_a_terminal_gets_the_layout(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    out = Screen()
    terminal.show(Reply(Answer("one"), ("two",)), out=out)

    assert out.getvalue() == "one\n"
