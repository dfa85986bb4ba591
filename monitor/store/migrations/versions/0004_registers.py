"""registers and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0004"
down_revision: str | None = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("editors", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=False),
        sa.Column("changed", UtcDateTime(), nullable=False),
        sa.Column("reviewer", sa.String(length=300), nullable=False),
        sa.Column("reviewed", UtcDateTime(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_template")),
        sa.UniqueConstraint(
            "template_id", "version", name=op.f("uq_inspection_template_template_id_version")
        ),
    )
    with op.batch_alter_table("inspection_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_template_state"), ["state"], unique=False)

    op.create_table(
        "attendance_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("class_key", sa.String(length=200), nullable=False),
        sa.Column("room_id", sa.String(length=200), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.Column("recorded", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_attendance_movement_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_movement")),
    )
    with op.batch_alter_table("attendance_movement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attendance_movement_institution_id_at"),
            ["institution_id", "at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_attendance_movement_room_id_at"), ["room_id", "at"], unique=False
        )

    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_calendar_feed_user_id_app_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "inspection_visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "safety_inspector", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "health_inspector", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["health_inspector"],
            ["app_user.id"],
            name=op.f("fk_inspection_visit_health_inspector_app_user"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_inspection_visit_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["safety_inspector"],
            ["app_user.id"],
            name=op.f("fk_inspection_visit_safety_inspector_app_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_visit")),
        sa.UniqueConstraint(
            "institution_id", "month", name=op.f("uq_inspection_visit_institution_id_month")
        ),
    )
    with op.batch_alter_table("inspection_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_visit_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_inspection_visit_month"), ["month"], unique=False)

    op.create_table(
        "pick_up_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("class_key", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.Column("withdrawn", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_pick_up_code_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_up_code")),
    )
    with op.batch_alter_table("pick_up_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_pick_up_code_institution_id_class_key_place"),
            ["institution_id", "class_key", "place"],
            unique=False,
        )

    op.create_table(
        "register_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=32), nullable=False),
        sa.Column("entry_key", sa.String(length=700), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_change_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
    )
    with op.batch_alter_table("register_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_change_institution_id_book_entry_key"),
            ["institution_id", "book", "entry_key"],
            unique=False,
        )

    op.create_table(
        "register_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=32), nullable=False),
        sa.Column("entry_key", sa.String(length=700), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.Column("uploaded", UtcDateTime(), nullable=False),
        sa.Column("withdrawn", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_document_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_document")),
    )
    with op.batch_alter_table("register_document", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_document_institution_id_book_entry_key"),
            ["institution_id", "book", "entry_key"],
            unique=False,
        )

    op.create_table(
        "register_fire_equipment",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("checked", sa.Date(), nullable=True),
        sa.Column("removed", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_fire_equipment_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_fire_equipment")),
        sa.UniqueConstraint(
            "institution_id",
            "number",
            name=op.f("uq_register_fire_equipment_institution_id_number"),
        ),
    )
    with op.batch_alter_table("register_fire_equipment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_fire_equipment_institution_id"),
            ["institution_id"],
            unique=False,
        )

    op.create_table(
        "register_notice_step",
        sa.Column("decided", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_notice_step_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_notice_step")),
        sa.UniqueConstraint(
            "institution_id", "decided", name=op.f("uq_register_notice_step_institution_id_decided")
        ),
    )
    with op.batch_alter_table("register_notice_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_notice_step_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("book", sa.String(length=32), nullable=False),
        sa.Column("entry_key", sa.String(length=700), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_reminder_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_reminder")),
        sa.UniqueConstraint(
            "institution_id",
            "book",
            "entry_key",
            "field",
            "last",
            "step",
            name=op.f("uq_register_reminder_institution_id_book_entry_key_field_last_step"),
        ),
    )
    op.create_table(
        "inspection_visit_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_name", sa.String(length=300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["inspection_visit.id"],
            name=op.f("fk_inspection_visit_change_visit_id_inspection_visit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_visit_change")),
    )
    with op.batch_alter_table("inspection_visit_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_inspection_visit_change_visit_id"), ["visit_id"], unique=False
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("alert_id", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("register_class", schema=None) as batch_op:
        batch_op.add_column(sa.Column("carers", sa.Integer(), nullable=True))

    with op.batch_alter_table("register_staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ban_check", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("banned", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("register_staff", schema=None) as batch_op:
        batch_op.drop_column("banned")
        batch_op.drop_column("ban_check")

    with op.batch_alter_table("register_class", schema=None) as batch_op:
        batch_op.drop_column("carers")

    op.execute("DELETE FROM outbox WHERE alert_id IS NULL")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("alert_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("inspection_visit_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_visit_change_visit_id"))

    op.drop_table("inspection_visit_change")
    op.drop_table("register_reminder")
    with op.batch_alter_table("register_notice_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_notice_step_institution_id"))

    op.drop_table("register_notice_step")
    with op.batch_alter_table("register_fire_equipment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_fire_equipment_institution_id"))

    op.drop_table("register_fire_equipment")
    with op.batch_alter_table("register_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_document_institution_id_book_entry_key"))

    op.drop_table("register_document")
    with op.batch_alter_table("register_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_change_institution_id_book_entry_key"))

    op.drop_table("register_change")
    with op.batch_alter_table("pick_up_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pick_up_code_institution_id_class_key_place"))

    op.drop_table("pick_up_code")
    with op.batch_alter_table("inspection_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_visit_month"))
        batch_op.drop_index(batch_op.f("ix_inspection_visit_day"))

    op.drop_table("inspection_visit")
    op.drop_table("calendar_feed")
    with op.batch_alter_table("attendance_movement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_movement_room_id_at"))
        batch_op.drop_index(batch_op.f("ix_attendance_movement_institution_id_at"))

    op.drop_table("attendance_movement")
    with op.batch_alter_table("inspection_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_template_state"))

    op.drop_table("inspection_template")
