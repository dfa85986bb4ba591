"""on site findings and risk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from monitor.store.base import UtcDateTime

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "risk_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "by_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_risk_decision_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_decision")),
    )
    with op.batch_alter_table("risk_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_risk_decision_institution_id"), ["institution_id"], unique=False
        )

    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("institution_id", sa.String(length=64), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("own_severity", sa.String(length=16), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("repeat_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo_needed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("raised", UtcDateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("reinspect_by", sa.Date(), nullable=False),
        sa.Column(
            "corrected_by_user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("closed", UtcDateTime(), nullable=True),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_finding_checklist_id_checklist")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_finding_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["repeat_of"], ["finding.id"], name=op.f("fk_finding_repeat_of_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "checklist_id", "item_id", name=op.f("uq_finding_checklist_id_item_id")
        ),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_finding_institution_id_item_id_raised"),
            ["institution_id", "item_id", "raised"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_finding_state_due"), ["state", "due"], unique=False)

    op.create_table(
        "onsite_visit",
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("begun", UtcDateTime(), nullable=False),
        sa.Column("begun_by", sa.String(length=200), nullable=False),
        sa.Column("signing_id", sa.String(length=36), nullable=True),
        sa.Column("signed", UtcDateTime(), nullable=True),
        sa.Column(
            "signed_by_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("answers_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_onsite_visit_checklist_id_checklist")
        ),
        sa.PrimaryKeyConstraint("checklist_id", name=op.f("pk_onsite_visit")),
    )
    op.create_table(
        "finding_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=True),
        sa.Column("due_after", sa.Date(), nullable=True),
        sa.Column(
            "actor_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_step_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_step")),
    )
    with op.batch_alter_table("finding_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_finding_step_finding_id"), ["finding_id"], unique=False
        )

    op.create_table(
        "onsite_addendum",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "by_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["onsite_visit.checklist_id"],
            name=op.f("fk_onsite_addendum_checklist_id_onsite_visit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onsite_addendum")),
    )
    with op.batch_alter_table("onsite_addendum", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onsite_addendum_checklist_id"), ["checklist_id"], unique=False
        )

    op.create_table(
        "onsite_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=48), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_by", sa.String(length=36), nullable=True),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "by_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["checklist_answer.id"],
            name=op.f("fk_onsite_entry_answer_id_checklist_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["onsite_visit.checklist_id"],
            name=op.f("fk_onsite_entry_checklist_id_onsite_visit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onsite_entry")),
    )
    with op.batch_alter_table("onsite_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onsite_entry_checklist_id"), ["checklist_id"], unique=False
        )

    op.create_table(
        "onsite_photo",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column(
            "by_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["onsite_visit.checklist_id"],
            name=op.f("fk_onsite_photo_checklist_id_onsite_visit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onsite_photo")),
        sa.UniqueConstraint("key", name=op.f("uq_onsite_photo_key")),
    )
    with op.batch_alter_table("onsite_photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onsite_photo_checklist_id"), ["checklist_id"], unique=False
        )

    op.create_table(
        "onsite_signature",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"],
            ["onsite_visit.checklist_id"],
            name=op.f("fk_onsite_signature_checklist_id_onsite_visit"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onsite_signature")),
    )
    with op.batch_alter_table("onsite_signature", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_onsite_signature_checklist_id"), ["checklist_id"], unique=False
        )

    op.create_table(
        "finding_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_file_finding_id_finding")
        ),
        sa.ForeignKeyConstraint(
            ["step_id"], ["finding_step.id"], name=op.f("fk_finding_file_step_id_finding_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_file")),
        sa.UniqueConstraint("key", name=op.f("uq_finding_file_key")),
    )
    with op.batch_alter_table("finding_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_finding_file_finding_id"), ["finding_id"], unique=False
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_outbox_finding_id_channel_id"),
            ["finding_id", "channel_id"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_outbox_finding_id_finding"), "finding", ["finding_id"], ["id"]
        )


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE finding_id IS NOT NULL")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_finding_id_finding"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_outbox_finding_id_channel_id"))
        batch_op.drop_column("finding_id")

    with op.batch_alter_table("finding_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_file_finding_id"))

    op.drop_table("finding_file")
    with op.batch_alter_table("onsite_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onsite_signature_checklist_id"))

    op.drop_table("onsite_signature")
    with op.batch_alter_table("onsite_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onsite_photo_checklist_id"))

    op.drop_table("onsite_photo")
    with op.batch_alter_table("onsite_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onsite_entry_checklist_id"))

    op.drop_table("onsite_entry")
    with op.batch_alter_table("onsite_addendum", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onsite_addendum_checklist_id"))

    op.drop_table("onsite_addendum")
    with op.batch_alter_table("finding_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_step_finding_id"))

    op.drop_table("finding_step")
    op.drop_table("onsite_visit")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_state_due"))
        batch_op.drop_index(batch_op.f("ix_finding_institution_id_item_id_raised"))

    op.drop_table("finding")
    with op.batch_alter_table("risk_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_risk_decision_institution_id"))

    op.drop_table("risk_decision")
