"""A question waits for nothing that it does not use: what each command may not import."""

import json

import pytest
from processes import PSFBOT, environ, shell

NEVER_FOR_A_QUESTION = {
    "aiohttp", "alembic", "asyncio", "fastapi", "httpx", "irc", "jinja2", "pagerduty", "prometheus_client",
    "prompt_toolkit", "psycopg", "publicsuffixlist", "rapidfuzz", "rich", "slack_bolt", "slack_sdk", "sqlalchemy",
    "starlette", "structlog", "uvicorn", "psfbot.app.bot", "psfbot.plugin", "psfbot.plugins", "psfbot.relay",
    "psfbot.store", "psfbot.web",
}  # fmt: skip
DUMP = """
import json, sys
from psfbot.cli import main
try:
    main({args!r}, prog_name="psfbot")
finally:
    sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


def imported(home, *args: str, **more: str) -> tuple[str, set[str]]:
    """What a command printed, and every module that it had imported at its end, by each part of its name."""
    (home / "dump.py").write_text(DUMP.format(args=list(args)), encoding="utf-8")
    done = shell(home, f"{PSFBOT[0]} dump.py", **more)
    modules = json.loads(done.stderr.decode().splitlines()[-1])
    return done.stdout.decode(), {
        ".".join(name.split(".")[: n + 1]) for name in modules for n in range(name.count(".") + 1)
    }


def test_a_question_about_the_catalog_imports_only_what_it_needs(tmp_path):
    said, modules = imported(tmp_path, "ask", "who", "owns", "docs.python.org")

    assert said.startswith("docs.python.org: ask ")
    assert sorted(modules & NEVER_FOR_A_QUESTION) == []


def test_a_plugins_secret_in_the_environment_does_not_load_the_plugins(tmp_path):
    _, modules = imported(tmp_path, "ask", "who owns docs.python.org", PSFBOT_PINGDOM_HOOK_SECRET="x")  # noqa: S106

    assert sorted(modules & NEVER_FOR_A_QUESTION) == []


@pytest.mark.parametrize(
    ("args", "never"),
    [
        (("--version",), {"pydantic", "yaml", "asyncio"}),
        (("--help",), {"pydantic", "yaml", "asyncio"}),
        (("completion", "bash"), {"yaml", "sqlalchemy", "rich"}),
        (("catalog", "check"), {"sqlalchemy", "starlette", "asyncio", "psfbot.plugins"}),
        (("settings", "--json"), {"sqlalchemy", "starlette", "yaml", "rich"}),
        (("plugins",), {"starlette", "sqlalchemy", "rich"}),
        (("db", "upgrade"), {"starlette", "uvicorn", "psfbot.web", "psfbot.app.bot"}),
    ],
    ids=lambda value: " ".join(sorted(value) if isinstance(value, set) else value),
)
def test_other_commands_leave_out_what_they_do_not_use(tmp_path, args, never):
    _, modules = imported(tmp_path, *args)

    assert sorted(modules & never) == []


def test_completing_a_name_loads_no_plugin(tmp_path):
    asked = {"_PSFBOT_COMPLETE": "bash_complete", "COMP_WORDS": "psfbot ask who owns docs.pyth", "COMP_CWORD": "4"}
    said, modules = imported(tmp_path, **asked)

    assert said.startswith("plain,docs.python.org")
    assert sorted(modules & {"psfbot.plugins", "sqlalchemy", "starlette", "asyncio", "rich"}) == []


def test_what_is_checked_here_can_be_wrong(tmp_path):
    _, modules = imported(tmp_path, "ask", "who owns dosc.python.org")

    assert "rapidfuzz" in modules
    assert environ(tmp_path)["HOME"] == str(tmp_path)
