"""Letters become alerts: each webhook that was stored is read by its plugin and taken, in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from psfbot.catalog.book import Book
from psfbot.flows.alert import Scene, Taken, take
from psfbot.flows.beat import pass_on
from psfbot.flows.poll import HEADER, found_in
from psfbot.flows.remark import write_down
from psfbot.oncall.shift import Watch
from psfbot.plugin import Contents, Hook, Plugin
from psfbot.relay.alert import Alert
from psfbot.relay.letter import Fate, Letter
from psfbot.relay.ports import Inbox, Ledger, Store

NO_PLUGIN = "no plugin of this name reads webhooks here; install it, then `psfbot replay`"


@dataclass(frozen=True)
class Reader:
    """What reading letters needs: where they are kept, who understands them, the catalog in force, who is on call."""

    inbox: Inbox
    store: Store
    plugins: Mapping[str, Plugin]
    book: Callable[[], Book]
    platforms: Mapping[str, str]
    now: Callable[[], datetime]
    watches: Callable[[], Mapping[str, Watch]] = dict

    async def read(self, letter: Letter) -> tuple[Fate, list[Taken]]:
        """Read one letter and act on it; the same letter read again changes nothing."""
        contents = open_letter(letter, self.plugins.get(letter.source))
        alerts = contents.alerts if first_time(letter) else tuple(map(said_then, contents.alerts))
        book, now, watches = self.book(), self.now(), self.watches()

        def act(ledger: Ledger) -> list[Taken]:
            scene = Scene(ledger, book, self.platforms, now, letter.id, letter.received_at, watches)
            ledger.file(letter.id, contents.fate, contents.reason, now)
            pass_on(letter, ledger, now)
            if contents.remark:
                write_down(contents.remark, scene)
            return [take(alert, scene) for alert in alerts]

        return contents.fate, await self.store.write(act)


def first_time(letter: Letter) -> bool:
    """Has nobody read this letter before?"""
    return letter.fate is Fate.NEW and not letter.reason


def said_then(alert: Alert) -> Alert:
    """An alert of a letter that is read once more: what held when it came need not hold now."""
    return alert.model_copy(update={"holds": False})


def open_letter(letter: Letter, plugin: Plugin | None) -> Contents:
    """What a letter holds; one that nobody can read is quarantined. What a poll found needs no plugin to be read."""
    if HEADER in letter.headers:
        return found_in(letter)
    if plugin is None or plugin.reads is None:
        return Contents(Fate.QUARANTINED, NO_PLUGIN)
    return plugin.reads(Hook(letter.headers, letter.body, letter.received_at))
