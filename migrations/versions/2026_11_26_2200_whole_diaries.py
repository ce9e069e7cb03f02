"""Where a diary goes on that was brought whole into an empty one."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_26_2200"
down_revision = "2026_11_26_2000"


def upgrade() -> None:
    """Make the column."""
    op.add_column("patient_state", sa.Column("resumes_at", sa.BigInteger))


def downgrade() -> None:
    """Unmake it; the next revision then follows the last one."""
    op.drop_column("patient_state", "resumes_at")
