"""Devices that take browser push."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0017"
down_revision: str | None = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "push_device",
        sa.Column("id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("endpoint", sa.String(length=1000), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("auth", sa.LargeBinary(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("arrived", UtcDateTime(), nullable=True),
        sa.Column("failed", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("ended", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_push_device_user_id_app_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("digest", name=op.f("uq_push_device_digest")),
    )
    op.create_index(op.f("ix_push_device_user_id"), "push_device", ["user_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_push_device_user_id"), table_name="push_device")
    op.drop_table("push_device")
