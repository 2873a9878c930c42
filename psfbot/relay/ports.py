"""What the relay needs from the outside: a ledger to keep, and platforms to tell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from psfbot.relay.alert import Alert
from psfbot.relay.incident import Down, Entry, Incident, Problem, Silence
from psfbot.relay.letter import Arrival, Fate, Letter
from psfbot.relay.notice import Ending, Notice, Parcel, Room
from psfbot.relay.passing import Passing
from psfbot.relay.spell import Turn
from psfbot.relay.storm import Pace

Result = TypeVar("Result")


class Inbox(Protocol):
    """Webhooks, kept as they came before they are answered."""

    async def keep(self, letter: Arrival) -> bool:
        """Store one durably; False when its source delivered the same before."""

    async def waiting(self, limit: int = 100) -> Sequence[Letter]:
        """Letters that nobody has read, oldest first."""

    async def quarantined(self, limit: int = 100) -> Sequence[Letter]:
        """Letters that nobody could read, newest first."""


class Ledger(Protocol):
    """Everything the relay remembers, inside one transaction: all of it is kept, or none."""

    def file(self, letter: int, fate: Fate, reason: str, now: datetime) -> None:
        """Say what became of a letter."""

    def problem(self, source: str, key: str) -> Problem | None:
        """What this source last said under this key."""

    def problems(self, incident: int) -> Sequence[Problem]:
        """All problems of an incident."""

    def keep_problem(self, problem: Problem) -> None:
        """Remember what a source said."""

    def incident(self, number: int) -> Incident | None:
        """One incident."""

    def latest(self, subject: str) -> Incident | None:
        """The newest incident of a subject, whatever its state."""

    def incidents(self, *, open_only: bool = True, limit: int = 100) -> Sequence[Incident]:
        """Incidents, newest first."""

    def tops(self, limit: int = 100) -> Sequence[Incident]:
        """Open incidents that stand below no shared cause, newest first."""

    def below(self) -> Mapping[int, int]:
        """How many open incidents stand below each shared cause."""

    def children(self, cause: int) -> Sequence[Incident]:
        """All incidents below a shared cause, in the order of their numbers."""

    def down(self, since: datetime) -> Sequence[Down]:
        """Open failures of services that began since then, or that stand below a shared cause; no mere warnings."""

    def causes(self) -> Sequence[Incident]:
        """Open incidents that are shared causes."""

    def due(self, now: datetime, limit: int = 100) -> Sequence[Incident]:
        """Incidents about which time may have something to say: causes and digests, then those that wait longest."""

    def moves(self, incident: int, since: datetime) -> Sequence[datetime]:
        """When an incident ended or came back since then."""

    def pace(self, lane: str) -> Pace | None:
        """How much a room was told of late."""

    def keep_pace(self, pace: Pace) -> None:
        """Remember how much a room was told."""

    def open_incident(self, incident: Incident) -> Incident:
        """Keep a new incident; its number is given here."""

    def keep_incident(self, incident: Incident) -> None:
        """Replace what is known of an incident."""

    def add_alert(self, alert: Alert, *, letter: int | None, incident: int | None, now: datetime) -> bool:
        """Keep one alert; False when the very same report was kept before."""

    def explain(self, alert: Alert, *, incident: int | None, reason: str) -> None:
        """Say to which incident an alert belongs, and why it was judged so."""

    def alerts(self, incident: int) -> Sequence[Alert]:
        """All alerts of an incident, in the order they came."""

    def add_entry(self, incident: int, entry: Entry) -> None:
        """Write a line of the timeline."""

    def timeline(self, incident: int) -> Sequence[Entry]:
        """The timeline, oldest first."""

    def opened(self, since: datetime, until: datetime, subject: str | None = None) -> Sequence[Incident]:
        """Incidents that first opened in this span of time, oldest first; shared causes and storms are none."""

    def turns(self, since: datetime, until: datetime, subject: str | None = None) -> Mapping[int, Sequence[Turn]]:
        """The turns that the same incidents took, by number, each in their order."""

    def posted(self, incident: int) -> Sequence[Parcel]:
        """Every notice about an incident that is still kept, in the order in which they were made."""

    def led_to(self, letter: int, since: datetime) -> Sequence[tuple[int | None, str]]:
        """The incidents that the alerts of a letter belong to, and how each was judged; `since` is when it came."""

    def silences(self, now: datetime) -> Sequence[Silence]:
        """Silences that hold now or later."""

    def add_silence(self, silence: Silence) -> Silence:
        """Keep a silence; its id is given here."""

    def end_silence(self, id: int, now: datetime) -> None:  # noqa: A002
        """Let a silence end now."""

    def told(self, incident: int) -> Sequence[Room]:
        """The rooms that were told of an incident, or will be."""

    def heard(self, incident: int) -> Mapping[Room, str]:
        """The same rooms, and the kind of what each was last told aloud."""

    def post(self, notice: Notice, now: datetime) -> int:
        """Put a notice in the outbox; an older version to the same room that nobody has sent yet is replaced."""

    def pass_on(self, passing: Passing) -> None:
        """Keep a deed that a source is to hear of; its id is given here."""

    def passings(self, incident: int | None = None) -> Sequence[Passing]:
        """Deeds that their sources have not heard of yet, oldest first: of one incident, or of all."""

    def keep_passing(self, passing: Passing, attempts: int) -> bool:
        """Replace a deed that still waits after so many attempts; False when somebody else was quicker."""


class Outbox(Protocol):
    """Notices on their way; a parcel leaves only with proof, or as a dead letter that people can see."""

    async def lanes(self, now: datetime) -> Sequence[str]:
        """Lanes with something to deliver now."""

    async def lease(self, lane: str, now: datetime, until: datetime) -> Parcel | None:
        """The first parcel of a lane, marked as being sent; nothing while another of that lane is."""

    async def settle(self, parcel: Parcel, ending: Ending, now: datetime) -> bool:
        """Say how an attempt ended; False when its lease had gone to another."""

    async def expired(self, now: datetime) -> Sequence[Parcel]:
        """Parcels whose sender died: nobody knows whether they arrived."""

    async def dead(self) -> Sequence[Parcel]:
        """Dead letters, newest first."""

    async def retry(self, id: int, now: datetime) -> bool:  # noqa: A002
        """Put a dead letter back; False when there is none of this id."""


class Store(Protocol):
    """Transactions over a ledger: work is handed in, and returns once it is durable."""

    async def write(self, work: Callable[[Ledger], Result]) -> Result:
        """Run work in a transaction that is durable when this returns; nothing of it stays when it raises."""

    async def read(self, work: Callable[[Ledger], Result]) -> Result:
        """Run work that only reads."""


class Platform(Protocol):
    """A chat network as the outbox sees it."""

    @property
    def name(self) -> str:
        """The word for it: `irc`, `slack` or `console`."""

    @property
    def ready(self) -> bool:
        """Can it send now? While it cannot, its lanes wait and no attempt is counted."""

    async def send(self, parcel: Parcel) -> str:
        """Deliver, and return the proof; raise `DeliveryError` otherwise."""

    async def find(self, parcel: Parcel) -> str | None:
        """Look for a parcel whose sender died: its proof, "" when surely not there, None when nobody can tell."""
