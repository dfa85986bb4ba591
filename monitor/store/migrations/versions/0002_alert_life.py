"""alert life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_shelf",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("ended", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_shelf")),
    )
    with op.batch_alter_table("alert_shelf", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_shelf_expires"), ["expires"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alert_shelf_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "pulse",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("beat", UtcDateTime(), nullable=False),
        sa.Column("told", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )
    op.create_table(
        "escalation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=64), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("decided", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_escalation_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("key", name=op.f("uq_escalation_key")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_escalation_state_due"), ["state", "due"], unique=False)

    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.add_column(sa.Column("episode", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("tier", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(
            sa.Column("flapping", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("ended", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("quiet_until", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("snoozed_until", UtcDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "shelf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column("assignee", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_alert_place_ended"), ["place", "ended"], unique=False)

    with op.batch_alter_table("alert_step", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("via", sa.String(length=16), server_default="", nullable=False)
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("step", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("addressee", sa.String(length=200), server_default="", nullable=False)
        )

    # Nobody wrote down when alerts ended: their last change stands for it.
    op.execute("UPDATE alert SET ended = updated WHERE open_place IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("addressee")
        batch_op.drop_column("step")

    with op.batch_alter_table("alert_step", schema=None) as batch_op:
        batch_op.drop_column("via")

    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_place_ended"))
        batch_op.drop_column("assignee")
        batch_op.drop_column("assignee_id")
        batch_op.drop_column("shelf_id")
        batch_op.drop_column("snoozed_until")
        batch_op.drop_column("quiet_until")
        batch_op.drop_column("ended")
        batch_op.drop_column("flapping")
        batch_op.drop_column("tier")
        batch_op.drop_column("episode")

    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_state_due"))
        batch_op.drop_index(batch_op.f("ix_escalation_alert_id"))

    op.drop_table("escalation")
    op.drop_table("pulse")
    with op.batch_alter_table("alert_shelf", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_shelf_institution_id"))
        batch_op.drop_index(batch_op.f("ix_alert_shelf_expires"))

    op.drop_table("alert_shelf")
