"""recordings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0007"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "retention_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_audit")),
    )
    with op.batch_alter_table("retention_audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_audit_at"), ["at"], unique=False)

    op.create_table(
        "storage_forecast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_forecast")),
    )
    op.create_table(
        "audited_channel",
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("recorder", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("required_days", sa.Integer(), nullable=False),
        sa.Column("unbroken_days", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("gaps", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"],
            ["retention_audit.id"],
            name=op.f("fk_audited_channel_audit_id_retention_audit"),
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_audited_channel_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("audit_id", "camera_id", name=op.f("pk_audited_channel")),
    )
    with op.batch_alter_table("audited_channel", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audited_channel_camera_id"), ["camera_id"], unique=False
        )

    op.create_table(
        "legal_hold",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed", UtcDateTime(), nullable=False),
        sa.Column("placed_by", sa.String(length=200), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("released", UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=False),
        sa.Column("release_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_legal_hold_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_legal_hold_camera_id_start"), ["camera_id", "start"], unique=False
        )

    op.create_table(
        "recorder_problem",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("message_zh", sa.String(length=300), nullable=False),
        sa.Column("message_en", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_recorder_problem_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_recorder_problem")),
    )
    op.create_table(
        "recording_deletion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_recording_deletion_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_deletion")),
    )
    with op.batch_alter_table("recording_deletion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_deletion_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recording_deletion_camera_id_start"),
            ["camera_id", "start"],
            unique=False,
        )

    op.create_table(
        "recording_export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("missing_seconds", sa.Double(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_recording_export_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_export")),
    )
    with op.batch_alter_table("recording_export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recording_export_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_recording_export_camera_id"), ["camera_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recording_export_sha256"), ["sha256"], unique=False)

    with op.batch_alter_table("recording_segment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sha256", sa.String(length=64), nullable=False, server_default="")
        )


def downgrade() -> None:
    with op.batch_alter_table("recording_segment", schema=None) as batch_op:
        batch_op.drop_column("sha256")

    with op.batch_alter_table("recording_export", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_export_sha256"))
        batch_op.drop_index(batch_op.f("ix_recording_export_camera_id"))
        batch_op.drop_index(batch_op.f("ix_recording_export_at"))

    op.drop_table("recording_export")
    with op.batch_alter_table("recording_deletion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_deletion_camera_id_start"))
        batch_op.drop_index(batch_op.f("ix_recording_deletion_at"))

    op.drop_table("recording_deletion")
    op.drop_table("recorder_problem")
    with op.batch_alter_table("legal_hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_hold_camera_id_start"))

    op.drop_table("legal_hold")
    with op.batch_alter_table("audited_channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audited_channel_camera_id"))

    op.drop_table("audited_channel")
    op.drop_table("storage_forecast")
    with op.batch_alter_table("retention_audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_retention_audit_at"))

    op.drop_table("retention_audit")
