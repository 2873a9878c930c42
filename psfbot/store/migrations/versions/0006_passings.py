"""Deeds that sources are to hear of. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table of deeds on their way."""
    op.create_table(
        "passings",
        sa.Column("id", ID, nullable=False),
        sa.Column("incident", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passings"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_passings_incident"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passings_state", "passings", ["state"])
    op.create_index("ix_passings_incident", "passings", ["incident"])
