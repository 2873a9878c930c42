"""Drift of the catalog. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table of drift."""
    op.create_table(
        "drifts",
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("drifted", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_drifts"),
    )
