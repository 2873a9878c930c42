"""Imports go down, never up; each outside package has one door; the core neither waits nor looks at a clock."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = {"errors", "text", "catalog", "settings", "relay", "chat", "oncall", "checklists", "proposals"}
FLOORS = (  # bottom to top; parts on one floor do not import each other
    {"errors", "text", "trouble"},
    {"catalog", "settings"},
    {"relay", "chat", "oncall", "checklists", "proposals"},
    {"logs"},
    {"plugin", "store"},
    {"http", "dns", "tls"},
    {"forge"},
    {"flows"},
    {"commands"},
    {"web", "platforms", "plugins"},
    {"cli", "app"},
    {"__main__"},
)
LEVEL = {part: level for level, parts in enumerate(FLOORS) for part in parts}
ALLOWED = {("cli", "app")}
EVERYWHERE = {"pydantic", "pydantic_core", "psfbot"} | sys.stdlib_module_names
DOORS: dict[str, tuple[str, ...]] = {  # outside package -> how the only paths begin that may import it
    "aiohttp": ("psfbot/platforms/slack/",),
    "alembic": ("psfbot/store/",),
    "click": ("psfbot/cli",),
    "cryptography": ("psfbot/platforms/irc/", "psfbot/tls.py"),
    "dns": ("psfbot/dns.py",),
    "fastapi": ("psfbot/web/",),
    "gidgethub": ("psfbot/forge/",),
    "jwt": ("psfbot/forge/",),
    "httpx": ("psfbot/http.py",),
    "httpx2": ("plugins/pagerduty/",),
    "irc": ("psfbot/platforms/irc/",),
    "jinja2": ("psfbot/web/",),
    "markupsafe": ("psfbot/web/",),
    "pagerduty": ("plugins/pagerduty/",),
    "prompt_toolkit": ("psfbot/platforms/console",),
    "psycopg": ("psfbot/store/",),
    "prometheus_client": ("psfbot/web/",),
    "publicsuffixlist": ("psfbot/catalog/",),
    "rapidfuzz": ("psfbot/catalog/", "psfbot/chat/", "psfbot/flows/"),
    "rich": ("psfbot/cli", "psfbot/platforms/console", "psfbot/platforms/terminal"),
    "slack_bolt": ("psfbot/platforms/slack/",),
    "slack_sdk": ("psfbot/platforms/slack/",),
    "sqlalchemy": ("psfbot/store/",),
    "starlette": ("psfbot/web/",),
    "structlog": ("psfbot/logs.py",),
    "uvicorn": ("psfbot/web/", "psfbot/app"),
    "yaml": ("psfbot/catalog/",),
}
NOT_IN_CORE = {"asyncio", "os", "socket", "sqlite3", "subprocess", "threading", "time"}
CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today"}
ENVIRON = {"os.environ", "os.environb", "os.getenv"}

Tree = dict[str, str]  # path from the root, with slashes -> source


def module(path: str) -> str:
    """`psfbot/catalog/__init__.py` -> `psfbot.catalog`; plugins are found below `psfbot.plugins`."""
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return dotted if dotted.startswith("psfbot") else f"psfbot.{dotted}"


def part(path: str) -> str:
    """`psfbot/catalog/model.py` -> `catalog`; nothing for `psfbot/__init__.py`."""
    return f"{module(path)}.".split(".")[1]


@cache
def nodes(path: str, source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(source, filename=path)))


def imports(path: str, source: str) -> Iterator[str]:
    """Every name that is imported, absolute: `from psfbot.text import plural` -> `psfbot.text.plural`."""
    package = module(path) if path.endswith("__init__.py") else module(path).rpartition(".")[0]
    for node in nodes(path, source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            yield from (".".join([*up, *filter(None, [node.module]), alias.name]) for alias in node.names)


def inside(tree: Tree, *folders: str) -> Iterator[tuple[str, str]]:
    return ((path, source) for path, source in tree.items() if path.startswith(folders))


def core(tree: Tree) -> Iterator[tuple[str, str]]:
    return ((path, source) for path, source in inside(tree, "psfbot/") if part(path) in CORE)


def reaching_up(tree: Tree) -> Iterator[str]:
    for path, source in inside(tree, "psfbot/"):
        mine = part(path)
        for name in imports(path, source):
            package, _, rest = name.partition(".")
            other = rest.split(".")[0]
            if package != "psfbot" or other in {mine, "", "__version__"} or (mine, other) in ALLOWED:
                continue
            if other not in LEVEL or mine not in LEVEL:
                yield f"{path} imports {name}: give both a floor"
            elif LEVEL[other] >= LEVEL[mine]:
                yield f"{path} reaches up to {name}"


def wrong_doors(tree: Tree) -> Iterator[str]:
    for path, source in inside(tree, "psfbot/", "plugins/"):
        for name in sorted({name.split(".")[0] for name in imports(path, source)} - EVERYWHERE):
            if not path.startswith(DOORS.get(name, ())):
                yield f"{path} imports {name}, whose door is {' or '.join(DOORS.get(name, ['missing: name one']))}"


def nosy_plugins(tree: Tree) -> Iterator[str]:
    for path, source in inside(tree, "plugins/"):
        seen = ("psfbot.plugin.", f"psfbot.plugins.{Path(path).parts[1]}.")
        yield from (
            f"{path} sees {name}, but a plugin sees psfbot.plugin only"
            for name in imports(path, source)
            if name.startswith("psfbot") and not f"{name}.".startswith(seen)
        )


def cycles(tree: Tree) -> Iterator[str]:
    modules = {module(path) for path in tree}
    graph: dict[str, set[str]] = {}
    for path, source in inside(tree, "psfbot/", "plugins/"):
        found = graph.setdefault(module(path), set())
        for name in imports(path, source):
            found |= {name if name in modules else name.rpartition(".")[0]} & modules
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield " -> ".join(error.args[1])


def waiting_core(tree: Tree) -> Iterator[str]:
    for path, source in core(tree):
        if not path.endswith("/ports.py") and any(
            isinstance(node, ast.AsyncFunctionDef) for node in nodes(path, source)
        ):
            yield f"{path} waits: if it awaits, it is not core"


def worldly_core(tree: Tree) -> Iterator[str]:
    for path, source in core(tree):
        yield from (f"{path} imports {n}" for n in imports(path, source) if n.split(".")[0] in NOT_IN_CORE)
        for node in nodes(path, source):
            if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS:
                yield f"{path}:{node.lineno} looks at a clock: let `now` be passed in"


def environ_readers(tree: Tree) -> Iterator[str]:
    for path, source in inside(tree, "psfbot/", "plugins/"):
        used = {ast.unparse(node) for node in nodes(path, source) if isinstance(node, ast.Attribute)}
        if path != "psfbot/app/__init__.py" and ENVIRON & (used | set(imports(path, source))):
            yield f"{path} reads the environment: only app does"


def long_files(tree: Tree) -> Iterator[str]:
    for path, source in tree.items():
        if (lines := len(source.splitlines())) > 400:
            yield f"{path} has {lines} lines; 400 is the limit"


def long_functions(tree: Tree) -> Iterator[str]:
    for path, source in inside(tree, "psfbot/", "plugins/"):
        for node in nodes(path, source):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > 40:
                    yield f"{path}:{node.lineno} {node.name} has {lines} lines; 40 is the limit"


CHECKS = [
    reaching_up, wrong_doors, nosy_plugins, cycles,
    waiting_core, worldly_core, environ_readers, long_files, long_functions,
]  # fmt: skip


@pytest.fixture(scope="module")
def tree():
    files = [file for folder in ("psfbot", "plugins", "tests") for file in (ROOT / folder).rglob("*.py")]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize("check", CHECKS)
def test_the_tree_keeps_the_rule(check, tree):
    assert list(check(tree)) == []


def test_the_whole_tree_is_looked_at(tree):
    assert {"psfbot/catalog/model.py", "psfbot/errors.py", "tests/test_floors.py"} <= tree.keys()


@pytest.mark.parametrize(
    ("check", "planted"),
    [
        (reaching_up, {"psfbot/catalog/x.py": "def f():\n    import psfbot.flows.ask"}),
        (reaching_up, {"psfbot/catalog/x.py": "from psfbot import flows"}),
        (reaching_up, {"psfbot/catalog/x.py": "from ..flows import ask"}),
        (reaching_up, {"psfbot/relay/x.py": "from psfbot.chat.answer import Answer"}),
        (reaching_up, {"psfbot/app.py": "from psfbot.cli import main"}),
        (reaching_up, {"psfbot/app.py": "from psfbot.novelty import f"}),
        (reaching_up, {"psfbot/__init__.py": "from psfbot.app import run"}),
        (wrong_doors, {"psfbot/flows/x.py": "from sqlalchemy.engine import Engine"}),
        (wrong_doors, {"psfbot/web/x.py": "import httpx"}),
        (wrong_doors, {"plugins/pingdom/__init__.py": "import pagerduty"}),
        (wrong_doors, {"psfbot/web/x.py": "import nobodyknows"}),
        (nosy_plugins, {"plugins/pingdom/__init__.py": "from psfbot.store.db import Writer"}),
        (nosy_plugins, {"plugins/pingdom/__init__.py": "from psfbot.plugins.pagerduty import plugin"}),
        (nosy_plugins, {"plugins/pingdom/read.py": "from ..pagerduty import plugin"}),
        (nosy_plugins, {"plugins/pingdom/__init__.py": "import psfbot"}),
        (
            cycles,
            {"psfbot/a/__init__.py": "", "psfbot/a/x.py": "from . import y", "psfbot/a/y.py": "import psfbot.a.x"},
        ),
        (cycles, {"psfbot/a/__init__.py": "from .x import X", "psfbot/a/x.py": "from psfbot.a import X"}),
        (cycles, {"plugins/p/x.py": "from .y import Y", "plugins/p/y.py": "from psfbot.plugins.p.x import X"}),
        (waiting_core, {"psfbot/chat/x.py": "class A:\n    async def f(self): ..."}),
        (worldly_core, {"psfbot/catalog/x.py": "from time import monotonic"}),
        (worldly_core, {"psfbot/text.py": "import datetime\nx = datetime.datetime.now(datetime.UTC)"}),
        (worldly_core, {"psfbot/oncall/x.py": "from datetime import date\nclock = date.today"}),
        (environ_readers, {"psfbot/cli.py": "import os\nx = os.environ['HOME']"}),
        (environ_readers, {"plugins/p/__init__.py": "from os import getenv"}),
        (long_files, {"tests/test_x.py": "\n" * 401}),
        (long_functions, {"psfbot/web/x.py": "async def f():\n" + "    x = 1\n" * 40}),
    ],
)
def test_a_planted_violation_is_found(check, planted):
    assert len(list(check(planted))) == 1


@pytest.mark.parametrize(
    ("check", "planted"),
    [
        (reaching_up, {"psfbot/cli/__init__.py": "from psfbot import __version__\nfrom psfbot.app import run"}),
        (reaching_up, {"psfbot/catalog/x.py": "from .model import Catalog\nfrom psfbot.errors import UserError"}),
        (wrong_doors, {"psfbot/store/x.py": "import sqlalchemy, json, pydantic"}),
        (nosy_plugins, {"plugins/p/__init__.py": "from psfbot.plugin import Plugin\nfrom .read import Body"}),
        (cycles, {"psfbot/a/__init__.py": "from .x import X", "psfbot/a/x.py": "from . import y", "psfbot/a/y.py": ""}),
        (waiting_core, {"psfbot/relay/ports.py": "async def f(): ...", "psfbot/flows/x.py": "async def f(): ..."}),
        (worldly_core, {"psfbot/relay/x.py": "from datetime import datetime\ndef f(now: datetime): return now.date()"}),
        (environ_readers, {"psfbot/app/__init__.py": "import os\nx = os.environ"}),
        (long_functions, {"psfbot/web/x.py": "def f():\n" + "    x = 1\n" * 39}),
    ],
)
def test_what_is_allowed_is_left_alone(check, planted):
    assert list(check(planted)) == []
