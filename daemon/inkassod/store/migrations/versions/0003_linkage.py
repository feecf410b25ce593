"""reminder number and hand of an entry's part; overpaid invoices and surpluses found at once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this form."""
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminder_no", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("allocated_run", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(
            "ix_entries_surplus",
            ["creditor", "linked"],
            unique=False,
            sqlite_where=sa.text("invoice_no IS NULL AND linked != ''"),
            postgresql_where=sa.text("invoice_no IS NULL AND linked != ''"),
        )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_invoices_overpaid",
            ["creditor", "invoice_no"],
            unique=False,
            sqlite_where=sa.text("balance < 0"),
            postgresql_where=sa.text("balance < 0"),
        )


def downgrade() -> None:
    """Back to the form before."""
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index("ix_invoices_overpaid")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("ix_entries_surplus")
        batch_op.drop_column("allocated_run")
        batch_op.drop_column("reminder_no")
