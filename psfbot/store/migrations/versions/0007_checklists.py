"""Runs of checklists, their deeds, and campaigns. It stands by itself: what a released migration does never changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.Text().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "campaigns",
        sa.Column("number", ID, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_campaigns"),
        sqlite_autoincrement=True,
    )
    make_runs()
    make_deeds()


def make_runs() -> None:
    """Make the table of runs."""
    op.create_table(
        "runs",
        sa.Column("number", ID, nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("campaign", ID, nullable=True),
        sa.Column("run", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.number"], name="fk_runs_campaign"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_course_number", "runs", ["course", "number"])
    op.create_index("ix_runs_template_number", "runs", ["template", "number"])
    op.create_index("ix_runs_campaign", "runs", ["campaign"])
    is_open = sa.text("course IN ('running', 'paused')")
    op.create_index(
        "uq_runs_one_open",
        "runs",
        ["service", "template"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def make_deeds() -> None:
    """Make the table of what was done."""
    op.create_table(
        "deeds",
        sa.Column("run", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run", "seq", name="pk_deeds"),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_deeds_run"),
    )
