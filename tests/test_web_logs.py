"""One line an event, in the form that was asked for, and never a secret in any of them."""

import io
import json
import logging

import pytest
import structlog
from web_fakes import NEW, PATH_SECRET, house, logging_to, request, sign

from psfbot import logs
from psfbot.errors import StoreBusy

SECRETS = ["hunter-2/two", 'quo"ted\\one', "umläut-geheim"]


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(words, held=""):
    """Log an error with these words; something else lies beside it."""
    try:
        raise ValueError(words)  # noqa: TRY301 - the traceback is the point
    except ValueError:
        logs.get("x").exception("broke")


def test_an_event_is_one_json_object_with_its_fields():
    with logging_to() as stream:
        logs.get("psfbot.web.hooks").info("webhook stored", plugin="pingdom")

    (line,) = lines(stream)
    assert {**line, "timestamp": ""} == {
        "event": "webhook stored", "plugin": "pingdom", "part": "web.hooks", "level": "info", "timestamp": "",
    }  # fmt: skip
    assert line["timestamp"].endswith("Z")


def test_the_console_shows_the_event_first_and_no_colours_in_a_file():
    with logging_to(style="console") as stream:
        logs.get("psfbot.web.hooks").info("webhook stored", plugin="pingdom")

    assert "webhook stored" in stream.getvalue()
    assert "plugin=pingdom" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize(("level", "written"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_only_what_is_severe_enough_is_written(level, written):
    with logging_to(level) as stream:
        log = logs.get("x")
        log.debug("one")
        log.info("two")
        log.warning("three")
        log.error("four")

    assert len(lines(stream)) == written


def test_a_library_says_its_sentence_in_a_field():
    with logging_to() as stream:
        logging.getLogger("some.library").warning("Invalid %s received.", "thing")

    assert [(line["event"], line["part"], line["message"], line["level"]) for line in lines(stream)] == [
        ("library log", "some.library", "Invalid thing received.", "warning")
    ]


def test_what_libraries_find_worth_telling_is_told_only_for_debugging():
    for level, written in (("debug", 1), ("info", 0)):
        with logging_to(level) as stream:
            logging.getLogger("some.library").info("news")

        assert len(lines(stream)) == written


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS)
def test_a_known_secret_never_leaves(style, secret):
    with logging_to(style=style, secrets=SECRETS) as stream:
        log = logs.get("x")
        log.info("said", text=f"it is {secret}!", inside={"deep": [secret]})
        logging.getLogger("library").warning("it is %s", secret)
        fail(secret)

    assert secret not in stream.getvalue()
    assert json.dumps(secret)[1:-1] not in stream.getvalue()
    assert stream.getvalue().count(logs.HIDDEN) >= 4


@pytest.mark.parametrize("name", ["token", "slack_bot_token", "Authorization", "x-hub-signature", "password", "cookie"])
def test_a_field_that_is_named_like_a_secret_is_never_written(name):
    with logging_to() as stream:
        logs.get("x").info("said", **{name: "abc"}, headers={name: "abc", "other": "fine"})

    (line,) = lines(stream)
    assert (line[name], line["headers"]) == (logs.HIDDEN, {name: logs.HIDDEN, "other": "fine"})


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("POST /hooks/pingdom/s3cret HTTP/1.1", "POST /hooks/pingdom/(hidden) HTTP/1.1"),
        ("https://bot.example.org/hooks/pingdom/a/b?c=d.", "https://bot.example.org/hooks/pingdom/(hidden)"),
        ("/hooks/pagerduty is fine", "/hooks/pagerduty is fine"),
        ("postgresql://psfbot:pass@db/psfbot", "postgresql://(hidden)@db/psfbot"),
        ("https://example.org/a@b", "https://example.org/a@b"),
    ],
)
def test_what_may_be_secret_in_an_address_is_blotted_out(said, written):
    with logging_to() as stream:
        logs.get("x").info("said", text=said)

    assert lines(stream)[0]["text"] == written


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_does_not_show_what_variables_held(style):
    held = "what-a-variable-held"
    with logging_to(style=style) as stream:
        fail("sorry", held)

    assert "ValueError: sorry" in stream.getvalue()
    assert held not in stream.getvalue()


def test_a_short_word_is_no_secret():
    with logging_to(secrets=["", "a"]) as stream:
        logs.get("x").info("a banana")

    assert lines(stream)[0]["event"] == "a banana"


def test_the_same_line_is_let_through_once_a_minute():
    now = [0.0]
    throttle = logs.Throttle(lambda: now[0])
    seen = []
    for now[0] in (0, 1, 59, 60, 61, 130):
        seen.append(throttle("key"))

    assert seen == [0, None, None, 2, None, 1]
    assert throttle("other") == 0


def test_strangers_cannot_fill_the_disk_with_a_library_s_warnings():
    with logging_to() as stream:
        library = logging.getLogger("uvicorn.error")
        for _ in range(100):
            library.warning("Invalid HTTP request received.")
            library.error("a bug")

    said = [line["message"] for line in lines(stream)]
    assert (said.count("Invalid HTTP request received."), said.count("a bug")) == (1, 100)


def test_nothing_that_a_webhook_brings_as_a_secret_is_ever_logged():
    body = b'{"words": "private-words"}'
    with house() as place:
        place.signed(body, authorization="Bearer top-secret-bearer", cookie="top-secret-cookie")
        place.post(f"/hooks/addressing/{PATH_SECRET}", body)
        place.post("/hooks/addressing/wrong-guess", body)
        place.get(f"/hooks/addressing/{PATH_SECRET}")
        place.raw(f"POST /hooks/addressing/{PATH_SECRET}\r\n\r\n".encode())
        place.raw(request(f"/hooks/addressing/{PATH_SECRET}", x_long="x" * 50_000))
        place.inbox.trouble = StoreBusy("later")
        place.post(f"/hooks/addressing/{PATH_SECRET}", body + b" ")
        place.inbox.trouble = ZeroDivisionError("a bug")
        place.post(f"/hooks/addressing/{PATH_SECRET}", body + b"  ")

    written = place.log.getvalue()
    assert "webhook failed" in written
    for secret in (PATH_SECRET, NEW, "wrong-guess", "top-secret", "private-words", sign(body)["x-signature"][3:]):
        assert secret not in written


def test_no_request_leaves_an_access_log_line():
    with house() as place:
        place.get("/healthz")
        place.get("/api/v1/incidents/1?q=words")

    assert [line["event"] for line in lines(place.log) if line["part"].startswith("web.")] == [
        "web server started", "web server stopped",
    ]  # fmt: skip
    assert not any("healthz" in str(line) for line in lines(place.log) if line["part"] != "httpx")


def test_logs_that_nobody_set_up_are_quiet_and_safe(capsys):
    before = structlog.get_config()
    structlog.reset_defaults()
    try:
        log = logs.get("x")
        log.info("not written")
        log.warning("written", token="abc-def", path="/hooks/pingdom/s3cret")  # noqa: S106 - to be hidden
    finally:
        structlog.configure(**before)
    out, err = capsys.readouterr()

    assert out == ""
    assert "written" in err
    assert "not written" not in err
    assert "abc-def" not in err
    assert "s3cret" not in err


def test_a_level_may_be_shouted():
    stream = io.StringIO()
    with logging_to():
        logs.set_up("WARNING", "json", stream=stream)
        logs.get("x").info("quiet")

    assert stream.getvalue() == ""
