"""Proposed changes to the catalog. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0009"
down_revision = "0008"

MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of proposals."""
    op.create_table(
        "proposals",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_proposals"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_proposals_place_state", "proposals", ["place", "state"])
    op.create_index("ix_proposals_state_number", "proposals", ["state", "number"])
