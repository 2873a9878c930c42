"""Shared causes, flapping, reminders and storms. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Let incidents have something due, rooms remember what they heard last, and lanes how much they were told."""
    for name in ("due_at", "told_at", "shown_at", "flapping_since"):
        op.add_column("incidents", sa.Column(name, MOMENT, nullable=True))
    op.add_column("incidents", sa.Column("reminded", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_incidents_cause", "incidents", ["cause"])
    op.create_index("ix_incidents_due_at", "incidents", ["due_at"])
    op.add_column("told", sa.Column("heard", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "paces",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("storm", ID, nullable=True),
        sa.PrimaryKeyConstraint("lane", name="pk_paces"),
        sa.ForeignKeyConstraint(["storm"], ["incidents.number"], name="fk_paces_storm"),
    )
