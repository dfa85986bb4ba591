"""initial schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("open_place", sa.String(length=300), nullable=True),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("zone_id", sa.String(length=64), nullable=True),
        sa.Column("camera_id", sa.String(length=64), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("raised", UtcDateTime(), nullable=False),
        sa.Column("cleared", UtcDateTime(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("explain_zh", sa.Text(), nullable=False),
        sa.Column("explain_en", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("open_place", name=op.f("uq_alert_open_place")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_institution_id_raised"), ["institution_id", "raised"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_alert_raised_id"), ["raised", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_room_id"), ["room_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alert_state_urgency_raised"),
            ["state", "urgency", "raised"],
            unique=False,
        )

    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope_kind", sa.String(length=16), nullable=False),
        sa.Column("scope_id", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=500), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("name", name=op.f("uq_app_user_name")),
    )
    op.create_table(
        "demo_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_message")),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_at"), ["at"], unique=False)

    op.create_table(
        "institution",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("community", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_phone", sa.String(length=100), nullable=False),
        sa.Column("notice_number", sa.String(length=200), nullable=False),
        sa.Column("notice_state", sa.String(length=32), nullable=False),
        sa.Column("notice_expires", sa.Date(), nullable=True),
        sa.Column("approved_capacity", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
    )
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_institution_community"), ["community"], unique=False)

    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("finished", UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "slot", name=op.f("uq_job_run_job_slot")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("heartbeat", UtcDateTime(), nullable=False),
        sa.Column("cameras", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_table(
        "alert_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column(
            "actor_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_step_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_step")),
    )
    with op.batch_alter_table("alert_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_step_alert_id"), ["alert_id"], unique=False)

    op.create_table(
        "checklist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=32), nullable=False),
        sa.Column("template_sha256", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("generated", UtcDateTime(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_checklist_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
        sa.UniqueConstraint(
            "institution_id",
            "month",
            "revision",
            name=op.f("uq_checklist_institution_id_month_revision"),
        ),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_month"), ["month"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("zone_id", sa.String(length=64), nullable=True),
        sa.Column("camera_id", sa.String(length=64), nullable=True),
        sa.Column("onset", UtcDateTime(), nullable=False),
        sa.Column("raised", UtcDateTime(), nullable=False),
        sa.Column("cleared", UtcDateTime(), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("explain_zh", sa.Text(), nullable=False),
        sa.Column("explain_en", sa.Text(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_event_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_event_room_id_onset"), ["room_id", "onset"], unique=False
        )

    op.create_table(
        "register_child_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("entry_complete", sa.Integer(), nullable=False),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("absences_explained", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_child_month_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_child_month")),
        sa.UniqueConstraint(
            "institution_id", "month", name=op.f("uq_register_child_month_institution_id_month")
        ),
    )
    with op.batch_alter_table("register_child_month", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_child_month_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_class",
        sa.Column("class_key", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("class_type", sa.String(length=32), nullable=False),
        sa.Column("enrolled", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=200), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_class_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_class")),
        sa.UniqueConstraint(
            "institution_id", "class_key", name=op.f("uq_register_class_institution_id_class_key")
        ),
    )
    with op.batch_alter_table("register_class", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_class_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_day_exception",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_day_exception_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_day_exception")),
        sa.UniqueConstraint(
            "institution_id", "day", name=op.f("uq_register_day_exception_institution_id_day")
        ),
    )
    with op.batch_alter_table("register_day_exception", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_day_exception_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_drill",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("held", sa.Date(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_drill_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_drill")),
        sa.UniqueConstraint(
            "institution_id",
            "kind",
            "held",
            name=op.f("uq_register_drill_institution_id_kind_held"),
        ),
    )
    with op.batch_alter_table("register_drill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_drill_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_fire_check",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Date(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_fire_check_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_fire_check")),
        sa.UniqueConstraint(
            "institution_id",
            "kind",
            "done",
            name=op.f("uq_register_fire_check_institution_id_kind_done"),
        ),
    )
    with op.batch_alter_table("register_fire_check", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_fire_check_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_hazard",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("closed", sa.Date(), nullable=True),
        sa.Column("item_id", sa.String(length=200), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_hazard_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_hazard")),
        sa.UniqueConstraint(
            "institution_id", "number", name=op.f("uq_register_hazard_institution_id_number")
        ),
    )
    with op.batch_alter_table("register_hazard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_hazard_due"), ["due"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_register_hazard_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_incident",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("guardian_told", sa.Boolean(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_incident_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_incident")),
        sa.UniqueConstraint(
            "institution_id", "number", name=op.f("uq_register_incident_institution_id_number")
        ),
    )
    with op.batch_alter_table("register_incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_incident_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_log",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done_by", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_log_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_log")),
        sa.UniqueConstraint(
            "institution_id", "kind", "day", name=op.f("uq_register_log_institution_id_kind_day")
        ),
    )
    with op.batch_alter_table("register_log", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_log_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_panic_test",
        sa.Column("done", sa.Date(), nullable=False),
        sa.Column("connected", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_panic_test_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_panic_test")),
        sa.UniqueConstraint(
            "institution_id", "done", name=op.f("uq_register_panic_test_institution_id_done")
        ),
    )
    with op.batch_alter_table("register_panic_test", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_panic_test_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_paper",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("issued", sa.Date(), nullable=True),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_paper_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_paper")),
        sa.UniqueConstraint(
            "institution_id",
            "kind",
            "number",
            name=op.f("uq_register_paper_institution_id_kind_number"),
        ),
    )
    with op.batch_alter_table("register_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_paper_expires"), ["expires"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_register_paper_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_plan",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Date(), nullable=False),
        sa.Column("review_due", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_plan_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_plan")),
        sa.UniqueConstraint(
            "institution_id", "kind", name=op.f("uq_register_plan_institution_id_kind")
        ),
    )
    with op.batch_alter_table("register_plan", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_plan_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "register_staff",
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("certificate_number", sa.String(length=500), nullable=False),
        sa.Column("certificate_expires", sa.Date(), nullable=True),
        sa.Column("health_certificate_expires", sa.Date(), nullable=True),
        sa.Column("criminal_check", sa.Date(), nullable=True),
        sa.Column("first_aid_training", sa.Date(), nullable=True),
        sa.Column("handles_food", sa.Boolean(), nullable=False),
        sa.Column("left", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_register_staff_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_staff")),
        sa.UniqueConstraint(
            "institution_id", "number", name=op.f("uq_register_staff_institution_id_number")
        ),
    )
    with op.batch_alter_table("register_staff", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_staff_health_certificate_expires"),
            ["health_certificate_expires"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_register_staff_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "room",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("class_type", sa.String(length=32), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("person_capacity", sa.Integer(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_room_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_room_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("used", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_sign_in_link_user_id_app_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("seen", UtcDateTime(), nullable=False),
        sa.Column("expires", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["app_user.id"],
            name=op.f("fk_user_session_user_id_app_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "camera",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("analysis_fps", sa.Double(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_camera_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
    )
    with op.batch_alter_table("camera", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_camera_room_id"), ["room_id"], unique=False)

    op.create_table(
        "checklist_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["checklist.id"],
            name=op.f("fk_checklist_answer_checklist_id_checklist"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_answer")),
    )
    with op.batch_alter_table("checklist_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_answer_checklist_id"), ["checklist_id"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_evidence_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_evidence_event_id_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("path", name=op.f("uq_evidence_path")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_created"), ["created"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_event_id"), ["event_id"], unique=False)

    op.create_table(
        "room_status",
        sa.Column("room_id", sa.String(length=64), nullable=False),
        sa.Column("view", sa.String(length=16), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_status_room_id_room")),
        sa.PrimaryKeyConstraint("room_id", name=op.f("pk_room_status")),
    )
    op.create_table(
        "camera_interval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_interval_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_interval")),
    )
    with op.batch_alter_table("camera_interval", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_camera_interval_camera_id_start"), ["camera_id", "start"], unique=False
        )

    op.create_table(
        "camera_status",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=True),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("updated", UtcDateTime(), nullable=False),
        sa.Column("codec", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("fps", sa.Double(), nullable=True),
        sa.Column("worker_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_camera_status_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_camera_status")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("channel_id", sa.String(length=64), nullable=False),
        sa.Column("dedup_key", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attach", sa.Boolean(), nullable=False),
        sa.Column(
            "evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", UtcDateTime(), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("sent", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_outbox_alert_id_alert")),
        sa.ForeignKeyConstraint(
            ["evidence_id"],
            ["evidence.id"],
            name=op.f("fk_outbox_evidence_id_evidence"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outbox_dedup_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outbox_alert_id_channel_id"), ["alert_id", "channel_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_outbox_state_next_attempt"), ["state", "next_attempt"], unique=False
        )

    op.create_table(
        "recording_segment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("end", UtcDateTime(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_recording_segment_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_segment")),
        sa.UniqueConstraint("path", name=op.f("uq_recording_segment_path")),
    )
    with op.batch_alter_table("recording_segment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recording_segment_camera_id_start"), ["camera_id", "start"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_recording_segment_end"), ["end"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recording_segment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recording_segment_end"))
        batch_op.drop_index(batch_op.f("ix_recording_segment_camera_id_start"))

    op.drop_table("recording_segment")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_state_next_attempt"))
        batch_op.drop_index(batch_op.f("ix_outbox_alert_id_channel_id"))

    op.drop_table("outbox")
    op.drop_table("camera_status")
    with op.batch_alter_table("camera_interval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_camera_interval_camera_id_start"))

    op.drop_table("camera_interval")
    op.drop_table("room_status")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_event_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_created"))
        batch_op.drop_index(batch_op.f("ix_evidence_alert_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("checklist_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_answer_checklist_id"))

    op.drop_table("checklist_answer")
    with op.batch_alter_table("camera", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_camera_room_id"))

    op.drop_table("camera")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_user_id"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_room_institution_id"))

    op.drop_table("room")
    with op.batch_alter_table("register_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_staff_institution_id"))
        batch_op.drop_index(batch_op.f("ix_register_staff_health_certificate_expires"))

    op.drop_table("register_staff")
    with op.batch_alter_table("register_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_plan_institution_id"))

    op.drop_table("register_plan")
    with op.batch_alter_table("register_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_paper_institution_id"))
        batch_op.drop_index(batch_op.f("ix_register_paper_expires"))

    op.drop_table("register_paper")
    with op.batch_alter_table("register_panic_test", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_panic_test_institution_id"))

    op.drop_table("register_panic_test")
    with op.batch_alter_table("register_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_log_institution_id"))

    op.drop_table("register_log")
    with op.batch_alter_table("register_incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_incident_institution_id"))

    op.drop_table("register_incident")
    with op.batch_alter_table("register_hazard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_hazard_institution_id"))
        batch_op.drop_index(batch_op.f("ix_register_hazard_due"))

    op.drop_table("register_hazard")
    with op.batch_alter_table("register_fire_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_fire_check_institution_id"))

    op.drop_table("register_fire_check")
    with op.batch_alter_table("register_drill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_drill_institution_id"))

    op.drop_table("register_drill")
    with op.batch_alter_table("register_day_exception", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_day_exception_institution_id"))

    op.drop_table("register_day_exception")
    with op.batch_alter_table("register_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_class_institution_id"))

    op.drop_table("register_class")
    with op.batch_alter_table("register_child_month", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_child_month_institution_id"))

    op.drop_table("register_child_month")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_room_id_onset"))
        batch_op.drop_index(batch_op.f("ix_event_alert_id"))

    op.drop_table("event")
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_month"))

    op.drop_table("checklist")
    with op.batch_alter_table("alert_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_step_alert_id"))

    op.drop_table("alert_step")
    op.drop_table("worker")
    op.drop_table("job_run")
    with op.batch_alter_table("institution", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_institution_community"))

    op.drop_table("institution")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_at"))

    op.drop_table("feed")
    op.drop_table("demo_message")
    op.drop_table("app_user")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_state_urgency_raised"))
        batch_op.drop_index(batch_op.f("ix_alert_room_id"))
        batch_op.drop_index(batch_op.f("ix_alert_raised_id"))
        batch_op.drop_index(batch_op.f("ix_alert_institution_id_raised"))

    op.drop_table("alert")
