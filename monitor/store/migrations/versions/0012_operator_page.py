"""Shift hand-overs, and indexes for the history of rooms and rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("scope_kind", sa.String(length=16), nullable=False),
        sa.Column("scope_id", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.Column("acknowledged_count", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.Column("taken", UtcDateTime(), nullable=True),
        sa.Column(
            "taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("taken_by", sa.String(length=200), nullable=False),
        sa.Column("taken_address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(
        op.f("ix_handover_scope_kind_scope_id_at"), "handover", ["scope_kind", "scope_id", "at"]
    )
    op.drop_index(op.f("ix_alert_room_id"), table_name="alert")
    op.create_index(op.f("ix_alert_room_id_raised"), "alert", ["room_id", "raised"])
    op.create_index(op.f("ix_alert_rule_raised"), "alert", ["rule", "raised"])


def downgrade() -> None:
    op.drop_index(op.f("ix_alert_rule_raised"), table_name="alert")
    op.drop_index(op.f("ix_alert_room_id_raised"), table_name="alert")
    op.create_index(op.f("ix_alert_room_id"), "alert", ["room_id"])
    op.drop_table("handover")
