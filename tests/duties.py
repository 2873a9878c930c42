"""A bot with people on call: Julien and Jacob take turns, Dustin stands behind them; only these tests say so."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from stage import Bot, sample, stage

from psfbot.catalog.book import Book
from psfbot.catalog.model import OnCall, Rotation
from psfbot.oncall.ports import OutOfReach
from psfbot.oncall.shift import Shift

OURS = {
    "id": "main",
    "team": "infra",
    "rotation": Rotation(timezone="Europe/Paris", start="2026-11-16T09:00", length="7d", people=("mdk", "coffee")),
    "backup": ("di",),
    "escalate_after": "15m",
}
THEIRS = {"id": "main", "team": "infra", "pagerduty_schedule": "PS", "backup": ("di",)}
PEOPLE = {
    "mdk": {"timezone": "Europe/Paris", "irc": "mdk", "email": "mdk@example.org", "pagerduty": "PMDK001"},
    "coffee": {"timezone": "America/Chicago", "irc": "coffee", "slack": "U0COFFEE", "pagerduty": "PCOFFEE"},
    "di": {"irc": "di"},
}


def duty_book(*duties, **changes):
    """The sample catalog with these rotas."""
    more = changes.pop("people", {})
    people = {id_: {**values, **more.get(id_, {})} for id_, values in PEOPLE.items()}
    catalog = sample(people=people, **changes).catalog
    made = [OnCall.model_validate(duty) for duty in duties or (OURS,)]
    return Book.of(catalog.model_copy(update={"oncall": {duty.id: duty for duty in made}}))


@dataclass
class Stand:
    """A source of rotas and a pager in one, which say what a test lets them say."""

    said: dict = field(default_factory=dict)
    trouble: str = ""
    unsure: bool = False
    asked: list = field(default_factory=list)
    told: list = field(default_factory=list)
    covered: list = field(default_factory=list)
    closed: bool = False

    async def shifts(self, schedules, since, until):
        self.asked.append((tuple(schedules), since, until))
        self.fail()
        return self.said

    async def cover(self, schedule, person, since, until):
        self.fail()
        self.covered.append((schedule, person, since, until))

    async def tell(self, paging):
        self.fail()
        self.told.append(paging)
        return f"the pager has taken it under the key {paging.key[:6]}"

    def fail(self):
        if self.trouble:
            raise OutOfReach(self.trouble, unsure=self.unsure)

    def close(self):
        self.closed = True


@contextmanager
def on_duty(folder, book=None, rooms=None, *, source=None, pager=None):
    """A bot with people on call."""
    with stage(folder, book or duty_book(), rooms or {"irc": "#python-infra"}) as bot:
        connect(bot, source, pager)
        yield bot


def connect(bot: Bot, source=None, pager=None):
    """Let a bot know of a source and a pager."""
    values = {"source": source, "source_name": "pagerduty" if source else ""}
    values |= {"pager": pager, "pager_name": "pagerduty" if pager else ""}
    bot.roster = replace(bot.roster, **values)


def theirs(person, since, until, level=1, name=""):
    return Shift(person=person, since=since, until=until, level=level, source="pagerduty", name=name)
