"""Silences: times during which a subject's alerts are kept but not told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from psfbot.relay.incident import Silence
from psfbot.store.columns import given
from psfbot.store.tables import silences

HOLDING = select(silences).where(silences.c.ends_at > bindparam("now")).order_by(silences.c.starts_at, silences.c.id)
END = (
    update(silences)
    .where(silences.c.id == bindparam("silence"), silences.c.ends_at > bindparam("now"))
    .values(ends_at=bindparam("now"))
)


def holding(connection: Connection, now: datetime) -> Sequence[Silence]:
    """Silences that hold now or later, the earliest first."""
    return [Silence.model_validate(dict(row)) for row in connection.execute(HOLDING, {"now": now}).mappings()]


def add(connection: Connection, silence: Silence) -> Silence:
    """Keep a silence; its id is given here, whatever it had."""
    result = connection.execute(insert(silences), silence.model_dump(exclude={"id"}))
    return silence.model_copy(update={"id": given(result)})


def end(connection: Connection, silence: int, now: datetime) -> None:
    """Let a silence end now; one that is over stays as it was."""
    connection.execute(END, {"silence": silence, "now": now})
