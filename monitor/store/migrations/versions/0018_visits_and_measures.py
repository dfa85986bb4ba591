"""Measures that the Notice follows, more than one drill a day, and re-inspections as visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BY_DAY = {
    "register_drill": ("institution_id", "kind", "held"),
    "register_panic_test": ("institution_id", "done"),
    "register_notice_step": ("institution_id", "decided"),
}


def upgrade() -> None:
    with op.batch_alter_table("risk_decision") as batch:
        batch.add_column(sa.Column("notice_before", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("notice_after", sa.String(length=32), nullable=True))
    for table, columns in _BY_DAY.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("nth", sa.Integer(), nullable=False, server_default="1"))
            batch.drop_constraint(_unique(table, columns), type_="unique")
            batch.create_unique_constraint(_unique(table, (*columns, "nth")), [*columns, "nth"])
        with op.batch_alter_table(table) as batch:
            batch.alter_column("nth", server_default=None)
    with op.batch_alter_table("register_notice_step") as batch:
        batch.add_column(sa.Column("decision_id", _ID, nullable=True))
        batch.create_foreign_key(
            op.f("fk_register_notice_step_decision_id_risk_decision"),
            "risk_decision",
            ["decision_id"],
            ["id"],
        )
    _reinspections()


def _reinspections() -> None:
    with op.batch_alter_table("inspection_visit") as batch:
        batch.add_column(
            sa.Column("kind", sa.String(length=16), nullable=False, server_default="monthly")
        )
        batch.add_column(sa.Column("nth", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint("uq_inspection_visit_institution_id_month", type_="unique")
        batch.create_unique_constraint(
            "uq_inspection_visit_institution_id_month_nth", ["institution_id", "month", "nth"]
        )
    with op.batch_alter_table("inspection_visit") as batch:
        batch.alter_column("kind", server_default=None)
        batch.alter_column("nth", server_default=None)
    op.create_table(
        "inspection_visit_finding",
        sa.Column("visit_id", _ID, nullable=False),
        sa.Column("finding_id", _ID, nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["finding.id"],
            name=op.f("fk_inspection_visit_finding_finding_id_finding"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["inspection_visit.id"],
            name=op.f("fk_inspection_visit_finding_visit_id_inspection_visit"),
        ),
        sa.PrimaryKeyConstraint("visit_id", "finding_id", name=op.f("pk_inspection_visit_finding")),
    )
    op.create_index(
        op.f("ix_inspection_visit_finding_finding_id"), "inspection_visit_finding", ["finding_id"]
    )
    with op.batch_alter_table("checklist") as batch:
        batch.add_column(sa.Column("visit_id", _ID, nullable=True))
        batch.create_foreign_key(
            op.f("fk_checklist_visit_id_inspection_visit"),
            "inspection_visit",
            ["visit_id"],
            ["id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("checklist") as batch:
        batch.drop_constraint(op.f("fk_checklist_visit_id_inspection_visit"), type_="foreignkey")
        batch.drop_column("visit_id")
    op.drop_table("inspection_visit_finding")
    for statement in (
        "DELETE FROM inspection_visit_change WHERE visit_id IN"
        " (SELECT id FROM inspection_visit WHERE nth > 0)",
        "DELETE FROM inspection_visit WHERE nth > 0",
    ):
        op.execute(sa.text(statement))
    with op.batch_alter_table("inspection_visit") as batch:
        batch.drop_constraint("uq_inspection_visit_institution_id_month_nth", type_="unique")
        batch.create_unique_constraint(
            "uq_inspection_visit_institution_id_month", ["institution_id", "month"]
        )
        batch.drop_column("nth")
        batch.drop_column("kind")
    with op.batch_alter_table("register_notice_step") as batch:
        batch.drop_constraint(
            op.f("fk_register_notice_step_decision_id_risk_decision"), type_="foreignkey"
        )
        batch.drop_column("decision_id")
    for table, columns in _BY_DAY.items():
        op.execute(sa.text(f"DELETE FROM {table} WHERE nth > 1"))  # noqa: S608
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(_unique(table, (*columns, "nth")), type_="unique")
            batch.create_unique_constraint(_unique(table, columns), list(columns))
            batch.drop_column("nth")
    with op.batch_alter_table("risk_decision") as batch:
        batch.drop_column("notice_after")
        batch.drop_column("notice_before")


def _unique(table: str, columns: tuple[str, ...]) -> str:
    name: str = op.f(f"uq_{table}_{'_'.join(columns)}")
    return name
