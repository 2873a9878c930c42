"""The first tables. It stands by itself: what a released migration does never changes again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    inbox()
    incidents()
    problems()
    alerts()
    timeline()
    silences()
    outbox()
    told()
    audit()
    marks()


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A column with a number that the database gives, here or in another table."""
    return sa.Column(name, ID, nullable=nullable)


def count(name: str) -> sa.Column[int]:
    """A column with a small number."""
    return sa.Column(name, sa.Integer(), nullable=False)


def words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """A column with text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """A column with a time."""
    return sa.Column(name, MOMENT, nullable=nullable)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def of_incident(table: str, column: str = "incident") -> sa.ForeignKeyConstraint:
    """A reference to an incident."""
    return sa.ForeignKeyConstraint([column], ["incidents.number"], name=f"fk_{table}_{column}")


def index(table: str, *columns: str) -> None:
    """An index on some columns."""
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def inbox() -> None:
    """Webhooks as they came."""
    op.create_table(
        "inbox",
        number("id"), words("source"), words("delivery"), words("headers"),
        sa.Column("body", sa.LargeBinary(), nullable=False), moment("received_at"),
        words("fate"), words("reason"), moment("filed_at", nullable=True),
        key("inbox", "id"), sa.UniqueConstraint("source", "delivery", name="uq_inbox_source_delivery"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    index("inbox", "fate", "id")


def incidents() -> None:
    """Problems of services."""
    op.create_table(
        "incidents",
        number("number"), words("subject"), words("title"), words("state"), words("severity"),
        moment("opened_at"), moment("changed_at"), words("acked_by"), moment("acked_at", nullable=True),
        words("resolved_by"), moment("resolved_at", nullable=True), count("flaps"), count("repeats"),
        count("version"), number("cause", nullable=True),
        key("incidents", "number"), of_incident("incidents", "cause"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    index("incidents", "subject", "number")
    index("incidents", "state", "number")


def problems() -> None:
    """What each source last said under each of its keys."""
    op.create_table(
        "problems",
        words("source"), words("key"), words("state"), moment("at"), moment("since"), words("severity"),
        words("summary"), words("about"), number("incident", nullable=True), moment("closed_at", nullable=True),
        key("problems", "source", "key"), of_incident("problems"),
    )  # fmt: skip
    index("problems", "incident")
    index("problems", "state", "at")


def alerts() -> None:
    """Every report of every source."""
    op.create_table(
        "alerts",
        number("id"), words("source"), words("fingerprint"), words("alert"), number("letter", nullable=True),
        number("incident", nullable=True), words("reason"), moment("kept_at"),
        key("alerts", "id"), of_incident("alerts"),
        sa.UniqueConstraint("source", "fingerprint", name="uq_alerts_source_fingerprint"),
    )  # fmt: skip
    index("alerts", "incident", "id")
    index("alerts", "kept_at")


def timeline() -> None:
    """What happened in an incident."""
    op.create_table(
        "timeline",
        number("id"), number("incident"), moment("at"), words("kind"), words("who"), words("text"), words("reason"),
        key("timeline", "id"), of_incident("timeline"),
    )  # fmt: skip
    index("timeline", "incident", "id")


def silences() -> None:
    """Times during which alerts are kept but not told."""
    op.create_table(
        "silences",
        number("id"), words("subject"), moment("starts_at"), moment("ends_at"), words("author"), words("reason"),
        sa.Column("maintenance", sa.Boolean(), nullable=False), key("silences", "id"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    index("silences", "ends_at")


def outbox() -> None:
    """Notices on their way to rooms."""
    op.create_table(
        "outbox",
        number("id"), words("lane"), count("priority"), words("notice"), number("incident"), count("version"),
        words("state"), count("attempts"), moment("not_before"), moment("lease_until", nullable=True), words("token"),
        words("proof"), words("error"), moment("created_at"), moment("queued_at"), moment("settled_at", nullable=True),
        key("outbox", "id"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    index("outbox", "state", "lane")
    index("outbox", "incident", "lane")
    sending = sa.text("state = 'sending'")
    op.create_index(
        "uq_outbox_one_sending", "outbox", ["lane"], unique=True, sqlite_where=sending, postgresql_where=sending
    )


def told() -> None:
    """Which rooms hear of which incident."""
    op.create_table(
        "told",
        sa.Column("incident", ID, autoincrement=False, nullable=False),
        words("lane"), count("seen"), words("posted"), moment("told_at"),
        key("told", "incident", "lane"),
    )  # fmt: skip


def audit() -> None:
    """Who changed what."""
    op.create_table(
        "audit",
        number("id"), moment("at"), words("name"), words("account", nullable=True), words("person", nullable=True),
        words("platform"), words("room", nullable=True), words("said"), words("outcome"),
        key("audit", "id"),
    )  # fmt: skip


def marks() -> None:
    """When something last happened."""
    op.create_table("marks", words("name"), moment("at"), words("value"), key("marks", "name"))
