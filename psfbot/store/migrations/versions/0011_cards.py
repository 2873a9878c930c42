"""Messages that show checklists. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the table of messages that show checklists."""
    op.create_table(
        "cards",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "run", "room", name="pk_cards"),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_cards_run"),
    )
