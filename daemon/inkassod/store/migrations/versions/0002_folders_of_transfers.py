"""each transfer with the folder that it came from

A transfer that an earlier version began lies in the agreement's own folder; which one that is stands in the settings only, so
it stays empty here, and `fetching` takes an empty folder for that one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this form."""
    with op.batch_alter_table("transfers") as batch:
        batch.add_column(sa.Column("folder", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to the form before."""
    with op.batch_alter_table("transfers") as batch:
        batch.drop_column("folder")
