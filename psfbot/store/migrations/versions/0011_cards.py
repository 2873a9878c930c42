"""Messages that show checklists. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op

from psfbot.store.columns import Id, Moment

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table of messages that show checklists."""
    op.create_table(
        "cards",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("run", Id, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_cards_run_runs"),
        sa.PrimaryKeyConstraint("platform", "run", "room", name="pk_cards"),
    )
