"""Certificates as they were last seen: one of each place, so that a question about its end has an answer."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from psfbot.relay.certificate import Shown
from psfbot.store.db import Database
from psfbot.store.tables import certificates

PLACE = (certificates.c.host == bindparam("at_host"), certificates.c.port == bindparam("at_port"))
OF = select(certificates.c.shown).where(certificates.c.host.in_(bindparam("hosts", expanding=True)))
ALL = select(certificates.c.shown).order_by(certificates.c.ends_at, certificates.c.host, certificates.c.port)


class SqlCertificates:
    """The certificates in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def keep(self, shown: Shown) -> None:
        """Remember what a place shows now; what it showed before is forgotten."""
        await self._db.write(lambda connection: _keep(connection, shown))

    async def of(self, hosts: Iterable[str]) -> Sequence[Shown]:
        """What these hosts were last seen to show."""
        wanted = {"hosts": list(hosts)}
        return await self._db.read(lambda connection: connection.scalars(OF, wanted).all())

    async def all(self) -> Sequence[Shown]:
        """Everything that was seen; what ends first comes first."""
        return await self._db.read(lambda connection: connection.scalars(ALL).all())


def _keep(connection: Connection, shown: Shown) -> None:
    """Write over what was there, or make it."""
    values = {"ends_at": shown.ends_at, "shown": shown}
    place = {"at_host": shown.host, "at_port": shown.port}
    if not connection.execute(update(certificates).where(*PLACE).values(values), place).rowcount:
        connection.execute(insert(certificates), {"host": shown.host, "port": shown.port, **values})
