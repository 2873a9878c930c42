"""Runs of checklists in the database: their deeds are only ever added, each run stands beside them as it is now."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from psfbot.checklists.campaign import Campaign
from psfbot.checklists.ports import Overtaken, Runs
from psfbot.checklists.run import Course, Deed, Run, after_all
from psfbot.relay.ports import Ledger
from psfbot.store.columns import LARGEST_ID, given
from psfbot.store.db import Database
from psfbot.store.ledger import SqlLedger
from psfbot.store.tables import campaigns, deeds, runs

MOST = 1000
"""Runs of one template, or campaigns, that are looked at at once."""
Result = TypeVar("Result")

_OPEN = runs.c.course.in_([Course.RUNNING, Course.PAUSED])
_RUNS = select(runs.c.number, runs.c.run).order_by(runs.c.number.desc())
LISTED = _RUNS.limit(bindparam("most"))
OPEN = _RUNS.where(_OPEN).limit(bindparam("most"))
ONE = _RUNS.where(runs.c.number == bindparam("this"))
OF_TEMPLATE = _RUNS.where(runs.c.template == bindparam("name")).limit(MOST)
OF_SERVICE = _RUNS.where(_OPEN, runs.c.service == bindparam("about"), runs.c.template == bindparam("name"))
MOVE = (
    update(runs)
    .where(runs.c.number == bindparam("this"), runs.c.version == bindparam("known"))
    .values(
        course=bindparam("new_course"),
        version=bindparam("new_version"),
        changed_at=bindparam("since"),
        run=bindparam("new_run"),
    )
)
DEEDS = select(deeds.c.deed).where(deeds.c.run == bindparam("this")).order_by(deeds.c.seq)
_CAMPAIGNS = select(campaigns.c.number, campaigns.c.campaign).order_by(campaigns.c.number.desc())
CAMPAIGN = select(campaigns.c.campaign, campaigns.c.version).where(campaigns.c.number == bindparam("this"))
KEEP = (
    update(campaigns)
    .where(campaigns.c.number == bindparam("this"), campaigns.c.version == bindparam("known"))
    .values(campaign=bindparam("new"), version=campaigns.c.version + 1)
)


class SqlRuns(Runs):
    """Runs on one connection; it lives as long as the transaction."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection."""
        self._connection = connection

    def run(self, number: int) -> Run | None:
        """One run as it stands."""
        return next(iter(self._found(ONE, this=number)), None) if 0 < number <= LARGEST_ID else None

    def runs(self, *, open_only: bool = True, limit: int = 100) -> Sequence[Run]:
        """Runs, newest first."""
        return self._found(OPEN if open_only else LISTED, most=limit)

    def of_template(self, name: str) -> Sequence[Run]:
        """All runs of a template, newest first."""
        return self._found(OF_TEMPLATE, name=name)

    def of_service(self, service: str, template: str) -> Run | None:
        """The open run of a template for a service."""
        return next(iter(self._found(OF_SERVICE, about=service, name=template)), None)

    def _found(self, statement: object, **values: object) -> list[Run]:
        """The runs that a statement finds."""
        rows = self._connection.execute(statement, values)  # type: ignore[call-overload]
        return [row.run.model_copy(update={"number": row.number}) for row in rows]

    def start(self, run: Run, deed: Deed) -> Run:
        """Keep a new run; its number is given here."""
        values = {
            "template": run.template.name, "service": run.service, "course": run.course, "version": run.version,
            "changed_at": run.changed_at, "campaign": run.campaign, "run": run,
        }  # fmt: skip
        try:
            number = given(self._connection.execute(insert(runs), values))
        except IntegrityError as error:
            raise Overtaken from error
        self._keep(number, 1, deed)
        return run.model_copy(update={"number": number})

    def add(self, run: Run, new: Sequence[Deed]) -> Run:
        """Keep deeds and the run as it stands after them; raises `Overtaken` when it is not the newest any more."""
        then = after_all(run, new)
        values = {
            "this": run.number, "known": run.version, "new_course": then.course, "new_version": then.version,
            "since": then.changed_at, "new_run": then,
        }  # fmt: skip
        if not self._connection.execute(MOVE, values).rowcount:
            raise Overtaken
        for seq, deed in enumerate(new, run.version + 1):
            self._keep(run.number, seq, deed)
        return then

    def _keep(self, number: int, seq: int, deed: Deed) -> None:
        """Add one deed."""
        values = {"run": number, "seq": seq, "at": deed.at, "kind": deed.kind, "deed": deed}
        self._connection.execute(insert(deeds), values)

    def deeds(self, number: int) -> Sequence[Deed]:
        """What was done, oldest first."""
        return self._connection.execute(DEEDS, {"this": number}).scalars().all() if 0 < number <= LARGEST_ID else ()

    def campaign(self, number: int) -> Campaign | None:
        """One campaign."""
        return next((one for one in self.campaigns() if one.number == number), None)

    def campaigns(self) -> Sequence[Campaign]:
        """All campaigns, newest first."""
        rows = self._connection.execute(_CAMPAIGNS.limit(MOST))
        return [row.campaign.model_copy(update={"number": row.number}) for row in rows]

    def start_campaign(self, campaign: Campaign) -> Campaign:
        """Keep a new campaign; its number is given here."""
        values = {"template": campaign.template.name, "version": 1, "campaign": campaign}
        number = given(self._connection.execute(insert(campaigns), values))
        return campaign.model_copy(update={"number": number})

    def keep_campaign(self, campaign: Campaign, known: Campaign) -> None:
        """Replace what is known of a campaign; raises `Overtaken` when that has changed since."""
        row = self._connection.execute(CAMPAIGN, {"this": campaign.number}).one()
        if row.campaign != known.model_copy(update={"number": 0}):
            raise Overtaken
        values = {"this": campaign.number, "known": row.version, "new": campaign.model_copy(update={"number": 0})}
        if not self._connection.execute(KEEP, values).rowcount:
            raise Overtaken


class SqlChecklists:
    """Transactions over runs, and over the relay's ledger beside them: a tick and what rooms hear of it are one."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def write(self, work: Callable[[Runs, Ledger], Result]) -> Result:
        """Run work in a transaction that is durable when this returns; nothing of it stays when it raises."""
        return await self._db.write(lambda connection: work(SqlRuns(connection), SqlLedger(connection)))

    async def read(self, work: Callable[[Runs], Result]) -> Result:
        """Run work that only reads, and sees everything as of one moment."""
        return await self._db.read(lambda connection: work(SqlRuns(connection)))
