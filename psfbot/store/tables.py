"""All tables on one page."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)

from psfbot.checklists.campaign import Campaign
from psfbot.checklists.run import Deed, Run
from psfbot.oncall.page import Page
from psfbot.oncall.shift import Watch
from psfbot.proposals.proposal import Proposal
from psfbot.relay.alert import Alert
from psfbot.relay.certificate import Shown
from psfbot.relay.drifted import Drifted
from psfbot.relay.notice import Notice
from psfbot.store.columns import Id, Model, Moment, Words

NAMES = {kind: f"{kind}_%(table_name)s_%(column_0_N_name)s" for kind in ("ix", "uq", "fk")}
metadata = MetaData(naming_convention=NAMES | {"pk": "pk_%(table_name)s"})


def _incident(*, nullable: bool) -> Column[int]:
    """A column that names an incident."""
    return Column("incident", Id, ForeignKey("incidents.number"), nullable=nullable)


inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Words, nullable=False),
    Column("delivery", Words, nullable=False),
    Column("headers", Words, nullable=False),  # a JSON object
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("fate", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("filed_at", Moment),
    UniqueConstraint("source", "delivery"),
    Index(None, "fate", "id"),
    sqlite_autoincrement=True,  # an id is never given twice, also after old letters are gone
)
"""Webhooks as they came."""

incidents = Table(
    "incidents",
    metadata,
    Column("number", Id, primary_key=True),
    Column("subject", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("severity", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("acked_by", Words, nullable=False),
    Column("acked_at", Moment),
    Column("resolved_by", Words, nullable=False),
    Column("resolved_at", Moment),
    Column("flaps", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("cause", Id, ForeignKey("incidents.number")),
    Column("due_at", Moment),
    Column("told_at", Moment),
    Column("shown_at", Moment),
    Column("flapping_since", Moment),
    Column("reminded", Integer, nullable=False, server_default=text("0")),
    Column("reopened_at", Moment),
    Column("up", Boolean, nullable=False, server_default=false()),
    Index(None, "subject", "number"),
    Index(None, "state", "number"),
    Index(None, "cause"),
    Index(None, "due_at"),
    Index(None, "opened_at"),
    sqlite_autoincrement=True,
)
"""Problems of services, by the number that people call them."""

problems = Table(
    "problems",
    metadata,
    Column("source", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("state", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("since", Moment, nullable=False),
    Column("severity", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("about", Words, nullable=False),
    _incident(nullable=True),
    Column("closed_at", Moment),
    Column("up", Boolean, nullable=False, server_default=false()),
    Index(None, "incident"),
    Index(None, "state", "at"),
)
"""What each source last said under each of its keys."""

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Words, nullable=False),
    Column("fingerprint", Words, nullable=False),
    Column("alert", Model(Alert), nullable=False),
    Column("letter", Id),  # letters go sooner than alerts, so this may name one that is gone
    _incident(nullable=True),
    Column("reason", Words, nullable=False),
    Column("kept_at", Moment, nullable=False),
    UniqueConstraint("source", "fingerprint"),
    Index(None, "incident", "id"),
    Index(None, "kept_at"),
)
"""Every report of every source, once."""

timeline = Table(
    "timeline",
    metadata,
    Column("id", Id, primary_key=True),
    _incident(nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Index(None, "incident", "id"),
)
"""What happened in an incident, line by line."""

silences = Table(
    "silences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", Words, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("author", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("maintenance", Boolean, nullable=False),
    Index(None, "ends_at"),
    sqlite_autoincrement=True,
)
"""Times during which alerts are kept but not told."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("lane", Words, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("notice", Model(Notice), nullable=False),
    Column("incident", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("token", Words, nullable=False),
    Column("proof", Words, nullable=False),
    Column("error", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("queued_at", Moment, nullable=False),  # since when its room waits to hear about the incident
    Column("settled_at", Moment),
    Index(None, "state", "lane"),
    Index(None, "incident", "lane"),
    Index(
        "uq_outbox_one_sending",  # also two leaders at once could not send two parcels of one lane
        "lane",
        unique=True,
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
    sqlite_autoincrement=True,
)
"""Notices on their way to rooms."""

told = Table(
    "told",
    metadata,
    Column("incident", Id, primary_key=True, autoincrement=False),
    Column("lane", Words, primary_key=True),
    Column("seen", Integer, nullable=False),  # the newest version that surely arrived, 0 for none
    Column("posted", Words, nullable=False),  # the platform's id of that message
    Column("told_at", Moment, nullable=False),
    Column("heard", Words, nullable=False, server_default=text("''")),  # the kind of what it was last told aloud
)
"""Which rooms hear of which incident, and what they have seen of it; it outlives the parcels."""

paces = Table(
    "paces",
    metadata,
    Column("lane", Words, primary_key=True),
    Column("level", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Column("storm", Id, ForeignKey("incidents.number")),
)
"""How much each room was told of late, and the storm in it, if there is one."""

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("name", Words, nullable=False),
    Column("account", Words),
    Column("person", Words),
    Column("platform", Words, nullable=False),
    Column("room", Words),
    Column("said", Words, nullable=False),
    Column("outcome", Words, nullable=False),
)
"""Who changed what, where, and how it ended."""

marks = Table(
    "marks",
    metadata,
    Column("name", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("value", Words, nullable=False),
)
"""When something last happened, such as the heartbeat of each stage."""

heard = Table(
    "heard",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("body", Words, nullable=False),  # what was said, until it is answered; then nothing
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)
"""What people said on a platform that may tell it twice, by the id that it has there."""

watches = Table(
    "watches",
    metadata,
    Column("rota", Words, primary_key=True),
    Column("source", Words, nullable=False),
    Column("watch", Model(Watch), nullable=False),
    Column("trouble", Words, nullable=False, server_default=text("''")),  # why the source did not answer since
)
"""What each source of rotas last said."""

overrides = Table(
    "overrides",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Words, nullable=False),
    Column("person", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("author", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Index(None, "until"),
    sqlite_autoincrement=True,
)
"""Turns of our own rotas that somebody else has for a while."""

pages = Table(
    "pages",
    metadata,
    Column("key", Words, primary_key=True),
    Column("place", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("page", Model(Page), nullable=False),
    Column("answer", Words, nullable=False, server_default=text("''")),
    Index(None, "place", "state"),
    Index(None, "asked_at"),
)
"""Pages that somebody asked for, and what became of each."""

passings = Table(
    "passings",
    metadata,
    Column("id", Id, primary_key=True),
    _incident(nullable=False),
    Column("source", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("signal", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("answer", Words, nullable=False),
    Index(None, "state"),
    Index(None, "incident"),
    sqlite_autoincrement=True,
)
"""What people did about incidents, on its way to the sources that opened them."""

campaigns = Table(
    "campaigns",
    metadata,
    Column("number", Id, primary_key=True),
    Column("template", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("campaign", Model(Campaign), nullable=False),
    sqlite_autoincrement=True,
)
"""Checklists for many services at once."""

runs = Table(
    "runs",
    metadata,
    Column("number", Id, primary_key=True),
    Column("template", Words, nullable=False),
    Column("service", Words, nullable=False),
    Column("course", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("campaign", Id, ForeignKey("campaigns.number")),
    Column("run", Model(Run), nullable=False),  # as it stands: what its deeds add up to
    Index(None, "course", "number"),
    Index(None, "template", "number"),
    Index(None, "campaign"),
    Index(
        "uq_runs_one_open",  # also two people who start it at once get one
        "service",
        "template",
        unique=True,
        sqlite_where=text("course IN ('running', 'paused')"),
        postgresql_where=text("course IN ('running', 'paused')"),
    ),
    sqlite_autoincrement=True,
)
"""Checklists that somebody works through, by the number that people call them."""

deeds = Table(
    "deeds",
    metadata,
    Column("run", Id, ForeignKey("runs.number"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", Words, nullable=False),
    Column("deed", Model(Deed), nullable=False),
)
"""Everything that was done to runs, in its order: nothing is ever taken out."""

certificates = Table(
    "certificates",
    metadata,
    Column("host", Words, primary_key=True),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("ends_at", Moment, nullable=False),
    Column("shown", Model(Shown), nullable=False),
)
"""What each place was last seen to prove itself with."""

proposals = Table(
    "proposals",
    metadata,
    Column("number", Id, primary_key=True),
    Column("place", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("branch", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("proposal", Model(Proposal), nullable=False),
    Index(None, "place", "state"),
    Index(None, "state", "number"),
    sqlite_autoincrement=True,
)
"""Changes to the catalog that somebody proposed, by the number that people call them."""

drifts = Table(
    "drifts",
    metadata,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("drifted", Model(Drifted), nullable=False),
)
"""Facts of the catalog that reality contradicted when it was last looked at."""

cards = Table(
    "cards", metadata,
    Column("platform", Words, primary_key=True),
    Column("run", Id, ForeignKey("runs.number"), primary_key=True),
    Column("room", Words, primary_key=True),
    Column("message", Words, nullable=False), Column("shown", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
)  # fmt: skip
"""Messages that show a checklist, by platform and room, and which version of it they show."""
