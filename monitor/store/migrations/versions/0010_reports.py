"""reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0010"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issued_report",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("scope_kind", sa.String(length=16), nullable=False),
        sa.Column("scope_id", sa.String(length=200), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("issued", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_issued_report")),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_content_sha256"), ["content_sha256"], unique=False
        )

    with op.batch_alter_table("onsite_visit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onsite_visit_answers_sha256"), ["answers_sha256"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("onsite_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onsite_visit_answers_sha256"))

    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_content_sha256"))

    op.drop_table("issued_report")
