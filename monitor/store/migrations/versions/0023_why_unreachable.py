"""Why an audited channel could not be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audited_channel", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("fault", sa.String(length=1000), server_default="", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("audited_channel", schema=None) as batch_op:
        batch_op.drop_column("fault")
