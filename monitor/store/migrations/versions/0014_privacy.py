"""Requests about personal data, tombstones of files, departures, and the log of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.append_only import refusals
from monitor.store.base import UtcDateTime

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CHAINS = ("data_request_step", "privacy_deletion")
_TABLES = (
    "data_request_copy",
    "data_request_hold",
    "data_request_note",
    "data_request_file",
    "data_request_use",
    "data_request_step",
    "data_request",
    "user_departure",
    "privacy_deletion",
    "erased_file",
)


def upgrade() -> None:
    op.create_table(
        "erased_file",
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("erased", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_erased_file")),
    )
    op.create_index(op.f("ix_erased_file_erased"), "erased_file", ["erased"])
    op.create_table(
        "privacy_deletion",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("position", _ID, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_privacy_deletion")),
        sa.UniqueConstraint("former", name=op.f("uq_privacy_deletion_former")),
        sa.UniqueConstraint("hash", name=op.f("uq_privacy_deletion_hash")),
    )
    op.create_index(op.f("ix_privacy_deletion_at"), "privacy_deletion", ["at"])
    op.create_table(
        "data_request",
        sa.Column("id", _ID, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("rooms", sa.JSON(), nullable=False),
        sa.Column("requester", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=16), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("faces", sa.String(length=16), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=True),
        sa.Column("end", UtcDateTime(), nullable=True),
        sa.Column("recorded", UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", _ID, nullable=True),
        sa.Column("decided", UtcDateTime(), nullable=True),
        sa.Column("ended", UtcDateTime(), nullable=True),
        sa.Column("erased", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_data_request_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
        sa.UniqueConstraint("number", name=op.f("uq_data_request_number")),
    )
    op.create_index(op.f("ix_data_request_ended"), "data_request", ["ended"])
    op.create_index(
        op.f("ix_data_request_institution_id_state"), "data_request", ["institution_id", "state"]
    )
    op.create_index(op.f("ix_data_request_state_due"), "data_request", ["state", "due"])
    op.create_table(
        "user_departure",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("erased", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_user_departure_user_id_app_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_departure")),
    )
    op.create_table(
        "data_request_step",
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("position", _ID, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("former", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_step_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_data_request_step")),
        sa.UniqueConstraint("former", name=op.f("uq_data_request_step_former")),
        sa.UniqueConstraint("hash", name=op.f("uq_data_request_step_hash")),
    )
    op.create_index(op.f("ix_data_request_step_request_id"), "data_request_step", ["request_id"])
    op.create_table(
        "data_request_use",
        sa.Column("position", _ID, autoincrement=False, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_use_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_data_request_use")),
    )
    op.create_index(op.f("ix_data_request_use_request_id"), "data_request_use", ["request_id"])
    op.create_table(
        "data_request_file",
        sa.Column("id", _ID, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("position", _ID, nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position"],
            ["data_request_step.position"],
            name=op.f("fk_data_request_file_position_data_request_step"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_file_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_file")),
        sa.UniqueConstraint("key", name=op.f("uq_data_request_file_key")),
    )
    op.create_index(op.f("ix_data_request_file_request_id"), "data_request_file", ["request_id"])
    op.create_table(
        "data_request_note",
        sa.Column("position", _ID, autoincrement=False, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position"],
            ["data_request_step.position"],
            name=op.f("fk_data_request_note_position_data_request_step"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_note_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_data_request_note")),
    )
    op.create_index(op.f("ix_data_request_note_request_id"), "data_request_note", ["request_id"])
    op.create_table(
        "data_request_hold",
        sa.Column("hold_id", _ID, autoincrement=False, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["legal_hold.id"], name=op.f("fk_data_request_hold_hold_id_legal_hold")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_hold_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_data_request_hold")),
    )
    op.create_index(op.f("ix_data_request_hold_request_id"), "data_request_hold", ["request_id"])
    op.add_column("export_request", sa.Column("data_request_id", _ID, nullable=True))
    op.create_index(
        op.f("ix_export_request_data_request_id"), "export_request", ["data_request_id"]
    )
    op.create_table(
        "data_request_copy",
        sa.Column("id", _ID, nullable=False),
        sa.Column("request_id", _ID, nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked", UtcDateTime(), nullable=False),
        sa.Column("claimed", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=True),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_data_request_copy_camera_id_camera")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["data_request.id"],
            name=op.f("fk_data_request_copy_request_id_data_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_copy")),
    )
    op.create_index(op.f("ix_data_request_copy_request_id"), "data_request_copy", ["request_id"])
    op.create_index(
        op.f("ix_data_request_copy_state_asked"), "data_request_copy", ["state", "asked"]
    )
    for table in _CHAINS:
        for statement in refusals(table)[op.get_bind().dialect.name]:
            op.execute(statement)


def downgrade() -> None:
    op.drop_index(op.f("ix_export_request_data_request_id"), table_name="export_request")
    with op.batch_alter_table("export_request") as batch:
        batch.drop_column("data_request_id")
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in _CHAINS:
            op.execute(f"DROP FUNCTION {table}_refuse()")
