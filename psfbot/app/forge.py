"""Where changes to the catalog go, by the settings; and the round that sends, follows and fetches them."""

import asyncio
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from psfbot import logs
from psfbot.app import App, now
from psfbot.app.reloading import Reloader
from psfbot.app.running import Running
from psfbot.app.world import Outside
from psfbot.flows.propose import Proposing
from psfbot.flows.reload import Reloading, Reread
from psfbot.forge.git import GitForge
from psfbot.forge.patch import PatchForge
from psfbot.http import Client
from psfbot.plugin import Unreachable
from psfbot.proposals.ports import Forge
from psfbot.relay.letter import Letter
from psfbot.store.proposals import SqlProposals
from psfbot.store.sqlite import SqliteFile

if TYPE_CHECKING:
    from psfbot.forge.github import GitHubForge

ROUND = 60.0
"""Seconds between looks at what became of proposals."""
FETCH = 300.0
"""Seconds between looks at the catalog's branch, which a webhook makes at once."""
LARGEST = 256 * 2**20
"""Bytes that an answer of GitHub's may have: a catalog may be that big."""
KEPT_AS = "catalog's forge"
FOLDER = "psfbot-proposals"
MAIN = "main"
EVENTS = frozenset({"push", "pull_request", "check_suite", "check_run", "status"})
"""What GitHub tells of a repository that may be about the catalog; what it is, is looked up."""
OURS = "PSFBOT_"
ELSEWHERE = frozenset({
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX",
})  # fmt: skip
"""What a hook of git's has in its environment: it would lead git to another repository than its folder."""
PATCH = "{public}/api/v1/proposals/{number}.patch"

log = logs.get(__name__)


@dataclass
class Gear:
    """What a running bot has for it."""

    proposing: Proposing
    reloader: Reloader
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    rung: bool = True
    hurry: bool = False
    fetched: float = 0.0
    said: str = ""


def gear_of(bot: Running) -> Gear:
    """The parts of a running bot, made when somebody first needs them."""
    parts = vars(bot)
    if KEPT_AS not in parts:
        forge = forge_of(bot)
        parts[KEPT_AS] = Gear(proposing_at(bot, forge), reloader_at(bot, forge))
    made: Gear = parts[KEPT_AS]
    return made


def proposing_of(bot: Running) -> Proposing:
    """What commands are handed to propose changes."""
    return gear_of(bot).proposing


def reloading_of(bot: Running) -> Reloading:
    """What commands are handed to read the catalog again."""
    gear = gear_of(bot)

    async def work(asked_in: str) -> Reread:
        """Read it again; then see what became of proposals, of which that may be the end."""
        found = await gear.reloader.reload(asked_in)
        gear.hurry = True
        gear.bell.set()
        return found

    return Reloading(work)


def proposing_at(bot: Running, forge: Forge) -> Proposing:
    """Proposals that go to this forge."""
    public, path = bot.app.settings.public_url, bot.app.catalog_path
    return Proposing(
        kept=SqlProposals(bot.db),
        forge=forge,
        catalog=lambda: path.read_bytes().decode(),
        page=lambda number: PATCH.format(public=public, number=number) if public else "",
        ring=bot.courier_bell,
    )


def reloader_at(bot: Running, forge: Forge) -> Reloader:
    """What keeps the catalog up to date with this forge."""
    counted = lambda: bot.counters.catalog(now())  # noqa: E731 - a line of its own
    return Reloader(bot.app.library, forge, bot.relay, lambda: bot.leads, counted)


def forge_of(bot: Running) -> Forge:
    """GitHub, where a repository and a way to write to it are set; else a git remote; else a folder of patches."""
    return (None if bot.stays_here else remote_forge(bot.app, bot.world)) or patches(bot)


def remote_forge(app: App, world: Outside) -> "GitHubForge | GitForge | None":
    """GitHub or a git remote, whichever is set; nothing where neither is."""
    settings = app.settings
    installed = (settings.github_app_id, settings.github_app_installation_id, settings.github_app_private_key)
    if settings.github_repo and (settings.github_token or all(installed)):
        from psfbot.forge.github import GitHubApp, GitHubForge  # noqa: PLC0415 - most bots start without it

        key = settings.github_app_private_key
        return GitHubForge(
            http=Client(world.reach.way, world.trust, LARGEST),
            base_url=settings.github_api_url,
            repo=settings.github_repo,
            token=settings.github_token.get_secret_value() if settings.github_token else "",
            app=GitHubApp(str(installed[0]), str(installed[1]), key.get_secret_value())
            if all(installed) and key
            else None,
            branch=settings.catalog_branch or "",
            unreachable=(Unreachable,),
        )
    if settings.catalog_remote:
        url = settings.catalog_remote.get_secret_value()
        return GitForge(url, copy_of(app, url), bare(app), settings.catalog_branch or MAIN)
    return None


def patches(bot: Running) -> PatchForge:
    """The folder of patches: as set, else beside the database, else in the working folder."""
    home = bot.db.home
    beside = home.path.parent if isinstance(home, SqliteFile) else Path()
    return PatchForge(bot.app.settings.proposals_dir or beside / FOLDER, bot.app.catalog_path)


def copy_of(app: App, url: str) -> Path:
    """The folder for psfbot's own copy of a remote."""
    return app.cache / f"catalog-{sha256(url.encode()).hexdigest()[:12]}.git"


def bare(app: App) -> dict[str, str]:
    """The environment for git, without psfbot's own secrets, and without another repository that it may name."""
    return {name: value for name, value in app.environ.items() if not name.startswith(OURS) and name not in ELSEWHERE}


def heed(bot: Running, letter: Letter) -> None:
    """A webhook may be about the catalog's repository: then its state is looked up at once."""
    if letter.source == "github" and letter.headers.get("x-github-event") in EVENTS:
        gear = gear_of(bot)
        gear.rung = True
        gear.bell.set()


def bell_of(bot: Running) -> asyncio.Event:
    """What wakes the round."""
    return gear_of(bot).bell


async def attend(bot: Running) -> None:
    """Send, follow and fetch; only the leader sends and follows, and every process keeps its own file up to date."""
    gear, merged, trouble = gear_of(bot), False, ""
    rung, gear.rung = gear.rung, False
    hurry, gear.hurry = gear.hurry, False
    if bot.leads:
        followed = await gear.proposing.follow(now(), at_once=hurry)
        merged, trouble = followed.merged, followed.trouble
    if rung or merged or monotonic() - gear.fetched >= FETCH:
        gear.fetched = monotonic()
        found = await gear.reloader.fetch()
        trouble = found.said if found and not found.well else trouble
    if trouble and trouble != gear.said:
        log.warning("catalog's forge in trouble", forge=gear.proposing.forge.name, reason=trouble)
    gear.said = trouble
