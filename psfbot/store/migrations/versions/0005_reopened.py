"""When an incident was last opened again. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0005"
down_revision = "0004"

MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Let an incident count its time from its last opening, and be found by its first."""
    op.add_column("incidents", sa.Column("reopened_at", MOMENT, nullable=True))
    op.create_index("ix_incidents_opened_at", "incidents", ["opened_at"])
