"""The chat on a terminal, on a real one as far as the program can tell, and in a pipe."""

import asyncio
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from processes import PSFBOT, Terminal, run

from psfbot.platforms.console import Console
from psfbot.platforms.lines import AT_ONCE, in_background, lines_of

SAMPLE = str(Path(__file__).parent / "sample.yaml")
PROMPT = "psfbot>"


@contextmanager
def console(home: Path, *args: str, **more) -> Iterator[Terminal]:
    """A console that is ready for the first key."""
    with Terminal(home, *PSFBOT, *(args or ("console",)), **({"PSFBOT_CATALOG": SAMPLE} | more)) as screen:
        screen.until(PROMPT)
        yield screen


def say(screen: Terminal, line: str) -> str:
    """Type a line, and wait until the next one may be typed; what was on the screen meanwhile."""
    screen.type(f"{line}\r")
    return screen.until(f"\n{PROMPT}")


def test_a_question_is_answered_and_the_prompt_comes_back(tmp_path):
    with console(tmp_path) as screen:
        shown = say(screen, "who owns docs.python.org")

    assert "docs.python.org: ask Julien Palard" in shown


def test_ctrl_d_leaves_and_the_terminal_is_as_it_was(tmp_path):
    with console(tmp_path) as screen:
        screen.type("\x04")

        assert screen.left() == 0
        assert screen.echoes()


@pytest.mark.parametrize("word", ["quit", "exit", "bye", ":q", "QUIT"])
def test_a_word_leaves_too(tmp_path, word):
    assert run(tmp_path, "console", stdin=f"{word}\nwhoami\n".encode(), PSFBOT_CATALOG=SAMPLE).stdout == b""


def test_ctrl_c_drops_the_line_and_goes_on(tmp_path):
    with console(tmp_path) as screen:
        for _ in range(3):
            screen.type("half a question\x03")
            screen.until(f"\n{PROMPT}")
        shown = say(screen, "whoami")
        screen.type("\x04")

        assert "half a question" not in shown.partition("whoami")[2]
        assert screen.left() == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("who owns docs.pyth\t", {"docs.python.org"}),
        ("whe\t", {"where"}),
        ("wh\t\t", {"who", "what", "when", "where", "which"}),
    ],
)
def test_tab_completes_a_name_and_shows_several(tmp_path, typed, words):
    with console(tmp_path) as screen:
        screen.type(typed)
        for word in words:
            screen.until(word)

        assert all(word in screen.shown for word in words)


def test_what_was_typed_is_there_the_next_time(tmp_path):
    with console(tmp_path) as screen:
        say(screen, "whoami")
        screen.type("\x04")
        screen.left()
    with console(tmp_path) as screen:
        screen.type("\x1b[A")
        screen.until("whoami")
        screen.type("\r")

        assert "admin" in screen.until("admin")

    kept = tmp_path / ".local" / "state" / "psfbot"
    assert "whoami" in (kept / "history").read_text("utf-8")
    assert kept.stat().st_mode & 0o077 == 0


def test_a_history_that_cannot_be_kept_is_no_trouble(tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be", encoding="utf-8")
    with console(tmp_path, XDG_STATE_HOME=str(tmp_path / "state")) as screen:
        assert "admin" in say(screen, "whoami")

        screen.type("\x04")

        assert screen.left() == 0


@pytest.mark.parametrize("rows", [10, 16])
def test_a_page_is_as_high_as_the_terminal_and_more_turns_it(tmp_path, rows):
    with console(tmp_path, rows=rows) as screen:
        first = say(screen, "help")
        second = say(screen, "more")
        left = [int(re.search(r"… \((\d+) more", page)[1]) for page in (first, second)]

    page = first[first.index("Ask in plain") : first.rindex("\n")].splitlines()
    assert len(page) == rows - 4 + 1
    assert left[0] - left[1] == rows - 4
    assert "Ask in plain" not in second


def test_there_is_no_more_than_there_is(tmp_path):
    with console(tmp_path, rows=40) as screen:
        say(screen, "whoami")

        assert "There is no more to show." in say(screen, "more")


def test_a_simple_terminal_gets_no_escapes(tmp_path):
    with console(tmp_path, TERM="dumb") as screen:
        say(screen, "who owns docs.python.org")

        assert "\x1b[" not in screen.raw


def test_a_notice_that_comes_while_somebody_types_leaves_the_line_whole(tmp_path):
    secret = {"PSFBOT_PINGDOM_HOOK_SECRET": "sesame"}
    with console(tmp_path, "demo", "--port", "0", **secret) as screen:
        url = re.search(r"http://127.0.0.1:\d+", screen.shown)[0]
        screen.type("whoami")
        screen.until("whoami")
        done = run(tmp_path, "try", "pingdom", "http_down", "--url", url, **secret)
        told = screen.until(f"{PROMPT} whoami")
        answered = say(screen, "")
        screen.type("\x04")

        assert done.returncode == 0
        assert "* DOWN #1 docs.python.org" in told
        assert told.rstrip(" ").endswith(f"\n{PROMPT} whoami")
        assert "You are tester: admin" in answered
        assert screen.left() == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_end_gives_the_terminal_back(tmp_path, how):
    with console(tmp_path, "demo", "--port", "0") as screen:
        screen.type("half a question")
        screen.until("half a question")
        screen.process.send_signal(how)

        assert screen.left() == 0
        assert screen.echoes()

    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("psfbot-")] == []


def test_a_pipe_is_answered_line_by_line_without_a_prompt(tmp_path):
    done = run(tmp_path, "console", stdin=b"who owns docs.python.org\n\n  \nwhoami", PSFBOT_CATALOG=SAMPLE)
    lines = done.stdout.decode().splitlines()

    assert lines[0].startswith("docs.python.org: ask ")
    assert lines[-1].startswith("You are tester: admin")
    assert PROMPT not in done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")


def fed(*pieces: bytes) -> list[str]:
    """What comes out as lines when these pieces go in, each read on its own."""
    source, sink = os.pipe()

    async def lines() -> list[str]:
        return [line async for line in lines_of(source)]

    def feed() -> None:
        with suppress(BrokenPipeError):
            for piece in pieces:
                os.write(sink, piece)
        os.close(sink)

    feeder = Thread(target=feed)
    feeder.start()
    try:
        return asyncio.run(lines())
    finally:
        feeder.join()
        os.close(source)


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ((), []),
        ((b"one\ntwo\n",), ["one", "two"]),
        ((b"one\r\ntwo",), ["one", "two"]),
        ((b"\n\n",), ["", ""]),
        ((b"caf\xc3", b"\xa9\n"), ["café"]),
        ((b"\xff\xfe\n",), ["\N{REPLACEMENT CHARACTER}" * 2]),
        ((b"nul\x00 and esc\x1b\n",), ["nul\x00 and esc\x1b"]),
    ],
)
def test_lines_are_cut_where_they_end(pieces, lines):
    assert fed(*pieces) == lines


@pytest.mark.parametrize("size", [AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 1_000_000])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_of_any_length_is_one_line_and_the_next_is_whole(size, end):
    first, *rest = fed(b"x" * size + end + (b"next\n" if end else b""))

    assert first == "x" * min(size, AT_ONCE)
    assert rest == (["next"] if end else [])


def test_a_read_that_never_returns_does_not_hold_up_the_end():
    released = Event()

    def read() -> bytes:
        released.wait()
        return b""

    async def wait() -> None:
        async with asyncio.timeout(0.01):
            await in_background(read)

    with pytest.raises(TimeoutError):
        asyncio.run(wait())
    released.set()


def test_what_goes_wrong_with_a_read_is_told():
    def fail() -> bytes:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        asyncio.run(in_background(fail))


@pytest.fixture
def pager(ask: Callable, monkeypatch) -> Console:
    monkeypatch.setenv("LINES", "9")
    monkeypatch.setenv("COLUMNS", "80")
    return Console(ask.desk, speaker=None)


def test_pages_are_cut_and_turned(pager, capsys):
    pager.turn_page([str(number) for number in range(12)])
    pager.turn_page(pager.rest)
    pager.turn_page(pager.rest)
    said = capsys.readouterr().out.splitlines()

    assert said == [*"01234", "… (7 more: say `more`)", *"56789", "… (2 more: say `more`)", "10", "11"]
    assert pager.rest == []
