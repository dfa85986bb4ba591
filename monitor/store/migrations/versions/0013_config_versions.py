"""Versions of the configuration, and which of them runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.append_only import refusals
from monitor.store.base import UtcDateTime

revision = "0013"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "config_version",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("config_version", sa.String(length=12), nullable=False),
        sa.Column("by_user_id", _BIG, nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("restores", _BIG, nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("position", _BIG, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_config_version")),
        sa.UniqueConstraint("former", name=op.f("uq_config_version_former")),
        sa.UniqueConstraint("hash", name=op.f("uq_config_version_hash")),
    )
    op.create_index(op.f("ix_config_version_config_version"), "config_version", ["config_version"])
    op.create_table(
        "config_running",
        sa.Column("process", sa.String(length=64), nullable=False),
        sa.Column("config_version", sa.String(length=12), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_config_running")),
    )
    for statement in refusals("config_version")[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("config_running")
    op.drop_index(op.f("ix_config_version_config_version"), table_name="config_version")
    op.drop_table("config_version")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION config_version_refuse()")
