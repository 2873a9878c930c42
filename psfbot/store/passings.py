"""Deeds on their way to the sources that opened the incidents: each stays until it is through, or hopeless."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select, update

from psfbot.relay.passing import Passed, Passing
from psfbot.store.tables import passings

MOST = 200
"""Deeds that are looked at in one go."""
_WAITING = passings.c.state == Passed.WAITING
WAITING = select(passings).where(_WAITING).order_by(passings.c.id).limit(MOST)
WAITING_FOR = WAITING.where(passings.c.incident == bindparam("number"))
KEEP = (
    update(passings)
    .where(passings.c.id == bindparam("this"), _WAITING, passings.c.attempts == bindparam("known"))
    .values(
        state=bindparam("new_state"),
        attempts=bindparam("new_attempts"),
        not_before=bindparam("again"),
        answer=bindparam("said"),
    )
)


def add(connection: Connection, passing: Passing) -> None:
    """Keep a deed that is to be passed on; its id is given here."""
    connection.execute(insert(passings), passing.model_dump(exclude={"id"}))


def waiting(connection: Connection, incident: int | None) -> Sequence[Passing]:
    """Those that are not through, the oldest first: of one incident, or of all."""
    found = connection.execute(*((WAITING,) if incident is None else (WAITING_FOR, {"number": incident})))
    return [Passing.model_validate(dict(row)) for row in found.mappings()]


def keep(connection: Connection, passing: Passing, attempts: int) -> bool:
    """Replace one that still waits after so many attempts; False when somebody else was quicker."""
    values = {
        "this": passing.id, "known": attempts, "new_state": passing.state, "new_attempts": passing.attempts,
        "again": passing.not_before, "said": passing.answer,
    }  # fmt: skip
    return connection.execute(KEEP, values).rowcount > 0
