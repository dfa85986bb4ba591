"""What back-tests gave for suggested thresholds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0019"
down_revision: str | None = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relief_trial",
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("after", sa.Double(), nullable=False),
        sa.Column("tried", UtcDateTime(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.Column("lost", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "room_id", name=op.f("pk_relief_trial")),
    )


def downgrade() -> None:
    op.drop_table("relief_trial")
