"""connection trials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0011"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection_trial",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.String(length=8), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("tried", UtcDateTime(), nullable=False),
        sa.Column("readable", sa.Boolean(), nullable=False),
        sa.Column("codec", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("fps", sa.Double(), nullable=True),
        sa.Column("kbit_s", sa.Integer(), nullable=True),
        sa.Column("gop_s", sa.Double(), nullable=True),
        sa.Column("clock_offset_s", sa.Double(), nullable=True),
        sa.Column("first_picture_s", sa.Double(), nullable=True),
        sa.Column("fault_zh", sa.Text(), nullable=False),
        sa.Column("fault_en", sa.Text(), nullable=False),
        sa.Column("advice_zh", sa.Text(), nullable=False),
        sa.Column("advice_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "stream", name=op.f("pk_connection_trial")),
    )
    with op.batch_alter_table("connection_trial", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_connection_trial_institution_id"), ["institution_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("connection_trial", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_connection_trial_institution_id"))

    op.drop_table("connection_trial")
